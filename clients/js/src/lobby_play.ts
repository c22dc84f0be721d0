// The companion of a lobby: inputs and positions, without a log, of each player
// the latest.

import { Emitter } from "./emitter.js";
import { RookeryError } from "./errors.js";
import type { LobbyPort } from "./lobby_port.js";
import type { GapNotice, Subscription } from "./subscription.js";
import type { MessageEvent } from "./wire.js";

export interface LobbyPlayEvents<Play> {
  /** Of any player, ourselves as well. */
  message: MessageEvent<Play>;
  /** For information: how many messages were left out. */
  gap: GapNotice;
  refused: RookeryError;
}

export class LobbyPlay<Play = unknown> extends Emitter<LobbyPlayEvents<Play>> {
  readonly topic: string;
  readonly #port: LobbyPort;
  readonly #seated: () => boolean;
  #wanted = false;
  #entered = false; // into the lobby, on this connection
  #subscription: Subscription<Play> | undefined;
  #refused = false;

  /** Made by the lobby. */
  constructor(lobby: string, port: LobbyPort, seated: () => boolean) {
    super();
    this.topic = `$play.${lobby}`;
    this.#port = port;
    this.#seated = seated;
  }

  /** Receives from now on, or as soon as the lobby is entered. */
  subscribe(): this {
    this.#wanted = true;
    if (this.#entered) this.#start();
    return this;
  }

  unsubscribe(): void {
    this.#wanted = false;
    this.#stop();
  }

  /** Sends to all who are subscribed, once and now. False when it was not sent:
   * there is no seat, or see `Client.tell`. */
  tell(data: Play): boolean {
    return this.#seated() && this.#port.tell(this.topic, data);
  }

  // -- called by the lobby ----------------------------------------------------------

  /** @internal The server lets us in since now, and maybe did not before. */
  enter(): void {
    this.#entered = true;
    if (this.#wanted) this.#start();
  }

  /** @internal The connection is lost. */
  lose(): void {
    this.#entered = false;
  }

  /** @internal The lobby is left. */
  leave(): void {
    this.#entered = false;
    this.#stop();
  }

  #start(): void {
    if (!this.#subscription) return this.#subscribe();
    if (!this.#refused) return;
    this.#refused = false;
    this.#port.again(this.#subscription as Subscription<never>);
  }

  #subscribe(): void {
    const one = this.#port.subscribe<Play, unknown>(this.topic);
    this.#subscription = one;
    one.on("subscribed", () => (this.#refused = false));
    one.on("message", (event) => this.emit("message", event));
    one.on("gap", (event) => this.emit("gap", event));
    one.on("refused", (error) => this.#onRefused(error));
  }

  /** Before the lobby is entered again that is no more than too early. */
  #onRefused(error: RookeryError): void {
    this.#refused = true;
    if (this.#entered) this.emit("refused", error);
  }

  #stop(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#refused = false;
  }
}
