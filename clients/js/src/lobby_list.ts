// The open lobbies under a prefix: page by page, or live.

import { Emitter } from "./emitter.js";
import { RookeryError } from "./errors.js";
import type { LobbyPort } from "./lobby_port.js";
import type {
  LobbiesChangedEvent,
  ListedLobby,
  ListingSnapshot,
  LobbyPage,
} from "./lobby_wire.js";
import type { Subscription } from "./subscription.js";
import type { Position } from "./wire.js";

export interface LobbyListOptions<Info = unknown> {
  /** Lobbies of a page. */
  limit?: number;
  /** The `next` of the page before. */
  after?: string;
  /** With so many free seats at least. */
  free?: number;
  /** Whose info has these values. */
  info?: Partial<Info>;
}

export interface LobbyListEvents<Info> {
  /** `current` is another one. */
  list: readonly ListedLobby<Info>[];
  /** One lobby of it was changed. */
  changed: LobbiesChangedEvent<Info>;
  refused: RookeryError;
}

export class LobbyList<Info = unknown> extends Emitter<LobbyListEvents<Info>> {
  readonly #prefix: string; // of names
  readonly #topic: string;
  readonly #port: LobbyPort;
  #subscription: Subscription | undefined;
  readonly #lobbies = new Map<string, ListedLobby<Info>>();
  #current: readonly ListedLobby<Info>[] = [];
  #changedAt: Map<string, number> | undefined; // while pages are asked for
  #filling = 0; // a later one makes those before it void

  /** Made by `Client.lobbies`. */
  constructor(prefix: string, port: LobbyPort) {
    super();
    this.#prefix = prefix.includes(".") ? prefix : `${prefix}.`;
    this.#topic = `$lobbies.${prefix.replace(/\.$/, "")}`;
    this.#port = port;
  }

  /** While it is watched: all open lobbies, in the order of their names. */
  get current(): readonly ListedLobby<Info>[] {
    return this.#current;
  }

  /** A page: the first one, or that after another. */
  list(options: LobbyListOptions<Info> = {}): Promise<LobbyPage<Info>> {
    const message = { prefix: this.#prefix, ...options };
    const always = () => true;
    return this.#port.ask(
      { event: "lobby.list", ...message },
      undefined,
      always,
    );
  }

  /** All of them, page by page. */
  async *all({
    after,
    ...options
  }: LobbyListOptions<Info> = {}): AsyncGenerator<ListedLobby<Info>, void> {
    let behind = after;
    do {
      const page = await this.list({ ...options, after: behind });
      yield* page.lobbies;
      behind = page.next;
    } while (behind !== undefined);
  }

  /** Keeps `current` up to date from now on, and tells of each change. */
  watch(): this {
    if (this.#subscription) return this;
    const one = this.#port.subscribe(this.#topic, { snapshot: true });
    this.#subscription = one;
    one.on("snapshot", ({ state, ...position }) =>
      this.#onSnapshot(state as unknown as ListingSnapshot<Info>, position),
    );
    one.on("lobbies", (event) =>
      this.#onChange(event as LobbiesChangedEvent<Info>),
    );
    one.on("refused", (error) => this.emit("refused", error));
    one.on("subscribed", ({ recovered, mode }) => {
      if (recovered === false && mode !== "snapshot") this.#restart();
    });
    return this;
  }

  unwatch(): void {
    this.#filling += 1;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#lobbies.clear();
    this.#current = [];
  }

  /** What was missed is not told: the whole list is. */
  #restart(): void {
    this.unwatch();
    this.watch();
  }

  #onSnapshot({ lobbies, next }: ListingSnapshot<Info>, at: Position): void {
    this.#filling += 1;
    this.#lobbies.clear();
    for (const one of lobbies) this.#lobbies.set(one.topic, one);
    this.#show();
    if (next !== undefined) void this.#fill(next, at.epoch);
  }

  /** What did not fit into the snapshot. What is told of a lobby meanwhile is
   * newer than a page that is older. */
  async #fill(next: string, epoch: string): Promise<void> {
    const filling = this.#filling;
    const changedAt = (this.#changedAt = new Map<string, number>());
    let after: string | undefined = next;
    while (after !== undefined) {
      const page: LobbyPage<Info> | undefined = await this.list({
        after,
        limit: 1000,
      }).catch(() => undefined);
      if (filling !== this.#filling) return;
      if (!page || (page.epoch ?? epoch) !== epoch) break;
      for (const one of page.lobbies)
        if ((changedAt.get(one.topic) ?? 0) <= (page.offset ?? 0))
          this.#lobbies.set(one.topic, one);
      this.#show();
      after = page.next;
    }
    this.#changedAt = undefined;
  }

  #onChange(event: LobbiesChangedEvent<Info>): void {
    const { topic } = event.lobby;
    this.#changedAt?.set(topic, event.offset);
    if (event.change === "closed") this.#lobbies.delete(topic);
    else this.#lobbies.set(topic, event.lobby);
    this.#show();
    this.emit("changed", event);
  }

  #show(): void {
    const all = [...this.#lobbies.values()];
    this.#current = all.sort((a, b) => (a.topic < b.topic ? -1 : 1));
    this.emit("list", this.#current);
  }
}
