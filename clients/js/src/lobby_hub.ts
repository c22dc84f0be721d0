// The lobbies of one client: whose topic is whose handle, and which seats are
// to be taken back on each connection.

import { backoffMs, type BackoffOptions, type Random } from "./backoff.js";
import type { Clock } from "./environment.js";
import { PASSING, RookeryError } from "./errors.js";
import type { Link } from "./link.js";
import { Lobby, type AnyLobby, type LobbyKeeper } from "./lobby.js";
import type { LobbyPort } from "./lobby_port.js";
import type { SeatReceipt } from "./lobby_wire.js";
import { bare } from "./outbox.js";
import type { DirectEvent } from "./wire.js";

export interface LobbyHubOptions {
  clock: Clock;
  random: Random;
  backoff: BackoffOptions;
}

export class LobbyHub implements LobbyKeeper {
  readonly #options: LobbyHubOptions;
  readonly #port: LobbyPort;
  readonly #lobbies = new Map<string, AnyLobby>(); // those in use
  readonly #timers = new Map<AnyLobby, unknown>(); // of retakes to try again
  #link: Link | undefined;
  #generation = 0;

  constructor(options: LobbyHubOptions, port: LobbyPort) {
    this.#options = options;
    this.#port = port;
  }

  /** The handle that is in use, or else a new one. */
  lobby<State, Info, Data, Play>(
    topic: string,
  ): Lobby<State, Info, Data, Play> {
    const known = this.#lobbies.get(topic);
    if (known) return known as unknown as Lobby<State, Info, Data, Play>;
    return new Lobby(topic, this.#port, this);
  }

  /** Before anything of the application is sent on this connection. */
  attach(link: Link): void {
    this.#link = link;
    this.#generation += 1;
    for (const one of [...this.#lobbies.values()])
      if (one.wish) this.retake(one);
  }

  detach(): void {
    this.#link = undefined;
    for (const timer of this.#timers.values())
      this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
    for (const one of this.#lobbies.values()) one.onDisconnected();
  }

  endAll(): void {
    for (const one of [...this.#lobbies.values()]) one.end();
  }

  /** False if no handle is for it. */
  onDirect(event: DirectEvent): boolean {
    const lobby = event.topic && this.#lobbies.get(event.topic);
    if (lobby) lobby.onDirect(event);
    return Boolean(lobby);
  }

  // -- called by lobbies ----------------------------------------------------------

  get generation(): number {
    return this.#link ? this.#generation : this.#generation + 1;
  }

  enter(lobby: AnyLobby): void {
    const { topic } = lobby;
    const known = this.#lobbies.get(topic);
    if (known === lobby) return;
    if (known || this.#port.subscribed(topic))
      throw new RookeryError(
        "already_subscribed",
        `${topic} has a handle or a subscription`,
      );
    this.#lobbies.set(topic, lobby);
  }

  leave(lobby: AnyLobby): void {
    this.#options.clock.clearTimeout(this.#timers.get(lobby));
    this.#timers.delete(lobby);
    if (this.#lobbies.get(lobby.topic) === lobby)
      this.#lobbies.delete(lobby.topic);
  }

  /** Join again: the same seat, which counts as this connection's from then on.
   * Without a key, or the answer would be that of the first join. */
  retake(lobby: AnyLobby, attempt = 0): void {
    const link = this.#link;
    if (!link) return;
    const { topic } = lobby;
    link.ask(
      { event: "lobby.join", topic, ...lobby.wishAgain() },
      {
        done: (reply) => {
          if (link === this.#link) lobby.onRetaken(bare<SeatReceipt>(reply));
        },
        failed: (error) => {
          if (link !== this.#link || error.code === "disconnected") return;
          if (PASSING.has(error.code)) this.#retakeLater(lobby, attempt);
          else lobby.onLost(error);
        },
      },
    );
  }

  #retakeLater(lobby: AnyLobby, attempt: number): void {
    const { clock, random, backoff } = this.#options;
    const again = () => {
      this.#timers.delete(lobby);
      if (lobby.wish) this.retake(lobby, attempt + 1);
    };
    clock.clearTimeout(this.#timers.get(lobby));
    const delay = backoffMs(attempt, backoff, random);
    this.#timers.set(lobby, clock.setTimeout(again, delay));
  }
}
