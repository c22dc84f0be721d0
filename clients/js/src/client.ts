// The application's side: topics, publishes and requests, over connections that
// come and go.

import type { ClientEvents } from "./client_events.js";
import { Connection, type ConnectionState } from "./connection.js";
import { Emitter } from "./emitter.js";
import { onOnline, randomName, ticks } from "./environment.js";
import { RookeryError, type ErrorName } from "./errors.js";
import { KnownLogs } from "./known_logs.js";
import type { Link } from "./link.js";
import type { Lobby } from "./lobby.js";
import { LobbyHub } from "./lobby_hub.js";
import { LobbyList } from "./lobby_list.js";
import { match, type Match, type MatchOptions } from "./lobby_match.js";
import { lobbyPort, type LobbyPort } from "./lobby_port.js";
import type { MergePatch } from "./merge_patch.js";
import { settingsOf, type ClientOptions, type Settings } from "./options.js";
import { bare, Outbox } from "./outbox.js";
import {
  Subscription,
  type HistoryOptions,
  type MembersOptions,
  type PresenceOptions,
  type PublishOptions,
  type SetOptions,
  type SubscribeOptions,
  type TellOptions,
} from "./subscription.js";
import { Topics, type AnySubscription } from "./topics.js";
import { whenOpen } from "./when_open.js";
import type {
  ClientMessage,
  DirectEvent,
  History,
  Presence,
  PresentMember,
  Receipt,
  SendReply,
  ServerMessage,
  WelcomeEvent,
} from "./wire.js";

const ID_MAX = 2 ** 32 - 1;

export class Client extends Emitter<ClientEvents> {
  readonly #settings: Settings;
  readonly #connection: Connection;
  readonly #topics: Topics;
  readonly #publishes: Outbox;
  readonly #requests: Outbox;
  readonly #port: LobbyPort;
  readonly #lobbies: LobbyHub;
  readonly #logs = new KnownLogs();
  readonly #name = randomName();
  #link: Link | undefined; // while it is open
  #user: string | undefined; // who we are, or were
  #lastId = 0;
  #lastKey = 0;
  #ending: RookeryError | undefined; // why nothing can be asked
  #releases: (() => void)[] = [];

  constructor(options: ClientOptions) {
    super();
    const settings = (this.#settings = settingsOf(options));
    const nextId = () => (this.#lastId = (this.#lastId % ID_MAX) + 1);
    const { pendingRequestsMax } = settings;
    const outbox = (countMax: number, inFlightMax: number) =>
      new Outbox({
        ...settings,
        nextId,
        countMax,
        bytesMax: settings.pendingBytesMax,
        inFlightMax,
      });
    this.#topics = new Topics({
      ...settings,
      learned: (topic, logged) => this.#logs.learn(topic, logged),
    });
    this.#publishes = outbox(
      settings.pendingPublishesMax,
      settings.publishesInFlightMax,
    );
    this.#requests = outbox(pendingRequestsMax, pendingRequestsMax);
    this.#port = lobbyPort(this, {
      order: (...call) => this.#order(...call),
      request: (...call) => this.#request(...call),
      topics: this.#topics,
      requests: this.#requests,
      nextId,
      nextKey: () => this.#nextKey(),
    });
    this.#lobbies = new LobbyHub(settings, this.#port);
    this.#connection = new Connection(
      { ...settings, nextId },
      {
        state: (state) => this.#onState(state),
        opened: (link, welcome) => this.#onOpened(link, welcome),
        message: (message) => this.#onMessage(message),
        leaving: (done) => this.#onLeaving(done),
        staying: () => this.#onStaying(),
        lost: () => this.#onLost(),
      },
    );
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Who we are to the server, as its last welcome said. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Publishes that wait for their receipt. */
  get pendingPublishes(): number {
    return this.#publishes.size;
  }

  /** Connects, and keeps connected until `close` or a `stopped` event. */
  connect(): this {
    this.#ending = undefined;
    this.#watch();
    this.#connection.connect();
    return this;
  }

  /** Leaves everything. What waits for an answer is rejected. */
  close(): void {
    const error = new RookeryError("closed", "the client was closed");
    this.#finish(error);
    this.#lobbies.endAll();
    this.#topics.dropAll();
    this.#connection.close();
  }

  /** The welcome, as soon as the connection is open. */
  ready(timeoutMs = this.#settings.publishTimeoutMs): Promise<WelcomeEvent> {
    return whenOpen(this, this.#settings.clock, timeoutMs);
  }

  /** Milliseconds to the server and back. A server that does not answer within
   * `requestTimeoutMs` counts as lost, and the client comes back. */
  ping(): Promise<number> {
    return new Promise((resolve, failed) => {
      const sent = ticks();
      const done = () => resolve(ticks() - sent);
      if (this.#link)
        return this.#link.ask({ event: "ping" }, { done, failed });
      failed(new RookeryError("disconnected", "there is no connection"));
    });
  }

  // -- topics ---------------------------------------------------------------------

  /** Each topic has one subscription at a time. */
  subscribe<Data = unknown, State = unknown, Info = unknown>(
    topic: string,
    options: SubscribeOptions<State> = {},
  ): Subscription<Data, State, Info> {
    if (this.#topics.wanted(topic))
      throw new RookeryError(
        "already_subscribed",
        `${topic} has a subscription`,
      );
    const one: Subscription<Data, State, Info> = new Subscription(
      topic,
      options,
      {
        publish: (data, how) => this.publish(topic, data, how),
        set: (patch, how) => this.set<State>(topic, patch, how),
        tell: (data, how) => this.tell(topic, data, how),
        presence: (which) => this.presence(topic, which),
        members: (how) => this.members(topic, how),
        history: (which) => this.history(topic, which),
        unsubscribe: () => this.#topics.drop(one as unknown as AnySubscription),
      },
    );
    this.#topics.want(one as unknown as AnySubscription);
    return one;
  }

  /** The receipt. Until it is there the message is sent again after each lost
   * connection, with its key, unless the topic is known to have no log. */
  async publish<Data = unknown>(
    topic: string,
    data: Data,
    { key, tag, timeoutMs, retry = true }: PublishOptions = {},
  ): Promise<Receipt> {
    const receipt = await this.#order<Receipt>(
      { event: "publish", topic, data: data ?? null, key, tag },
      () => retry && this.#logs.mayHaveLog(topic),
      timeoutMs,
    );
    this.#logs.learn(topic, receipt.epoch !== undefined);
    return receipt;
  }

  /** Changes the shared state of a room. In one order with the publishes, and
   * sent again until the receipt as they are. */
  set<State = unknown>(
    topic: string,
    patch: MergePatch<NoInfer<State>>,
    { ifOffset, key, timeoutMs }: SetOptions = {},
  ): Promise<Receipt> {
    return this.#order(
      { event: "room.set", topic, patch, if_offset: ifOffset, key },
      () => true,
      timeoutMs,
    );
  }

  /**
   * Sends once and now, without an answer: for what the next one replaces, like
   * a pointer's place. False when it was not sent: there is no connection, the
   * server wants fewer publishes, or more than 64 KiB wait in the socket.
   */
  tell<Data = unknown>(
    topic: string,
    data: Data,
    { tag }: TellOptions = {},
  ): boolean {
    if (!this.#link || this.#publishes.paused) return false;
    const message = { event: "publish", topic, data: data ?? null, tag };
    return this.#link.tell(this.#settings.codec.encode(message));
  }

  /** Who is there: the first page, or that after another one. */
  presence<Info = unknown>(
    topic: string,
    options: PresenceOptions = {},
  ): Promise<Presence<Info>> {
    return this.#request({ event: "presence", topic, ...options }, () => true);
  }

  /** All members, page by page. Nobody is told twice; who comes or goes
   * meanwhile may be missing. */
  async *members<Info = unknown>(
    topic: string,
    { pageSize: limit }: MembersOptions = {},
  ): AsyncGenerator<PresentMember<Info>, void> {
    let after: string | undefined;
    do {
      const page = await this.presence<Info>(topic, { limit, after });
      yield* page.members;
      after = page.next;
    } while (after !== undefined);
  }

  history<Data = unknown>(
    topic: string,
    options: HistoryOptions = {},
  ): Promise<History<Data>> {
    return this.#request({ event: "history", topic, ...options }, () => true);
  }

  /** Sent once: a lost connection rejects, as the user may have got it. */
  send(user: string, data: unknown): Promise<SendReply> {
    return this.#request(
      { event: "send", user, data: data ?? null },
      () => false,
    );
  }

  // -- lobbies --------------------------------------------------------------------

  /** The handle of a lobby: one at a time for each topic. */
  lobby<State = unknown, Info = unknown, Data = unknown, Play = unknown>(
    topic: string,
  ): Lobby<State, Info, Data, Play> {
    return this.#lobbies.lobby(topic);
  }

  /** Open lobbies with this beginning of their names, such as `lobby`. */
  lobbies<Info = unknown>(prefix: string): LobbyList<Info> {
    return new LobbyList(prefix, this.#port);
  }

  /** A seat in a lobby that fits, else in a new one; `not_available` if neither
   * came to be in time. */
  match<State = unknown, Info = unknown, Data = unknown, Play = unknown>(
    options: MatchOptions<State, Info>,
  ): Promise<Match<State, Info, Data, Play>> {
    const { requestTimeoutMs } = this.#settings;
    return match(this.#port, this.#lobbies, options, requestTimeoutMs);
  }

  /** What has an idempotency key, unless it needs none, in one order. */
  async #order<Reply>(
    message: ClientMessage,
    repeatable: () => boolean,
    timeoutMs = this.#settings.publishTimeoutMs,
    keyed = true,
  ): Promise<Reply> {
    this.#refuseEnded();
    if (keyed) message.key ??= this.#nextKey();
    return bare(await this.#publishes.add(message, timeoutMs, repeatable));
  }

  async #request<Reply>(
    message: ClientMessage,
    repeatable: (error: RookeryError) => boolean,
    timeoutMs = this.#settings.requestTimeoutMs,
  ): Promise<Reply> {
    this.#refuseEnded();
    return bare(await this.#requests.add(message, timeoutMs, repeatable));
  }

  #nextKey(): string {
    return `${this.#name}-${++this.#lastKey}`;
  }

  #refuseEnded(): void {
    if (this.#ending) throw this.#ending;
  }

  // -- the connection -----------------------------------------------------------

  #onOpened(link: Link, { user }: WelcomeEvent): void {
    this.#link = link;
    this.#user = user;
    this.#topics.pause(this.#settings.visibility?.hidden ?? false);
    this.#topics.attach(link);
    this.#lobbies.attach(link);
    this.#requests.attach(link);
    this.#publishes.attach(link);
  }

  #onLeaving(done: () => void): void {
    this.#publishes.drain(() => this.#requests.drain(done));
  }

  #onStaying(): void {
    this.#publishes.resume();
    this.#requests.resume();
  }

  #onLost(): void {
    this.#link = undefined;
    this.#topics.detach();
    this.#lobbies.detach();
    this.#requests.detach();
    this.#publishes.detach();
  }

  #onState(state: ConnectionState): void {
    if (state.phase === "stopped") this.#finish(state.error);
    this.emit("state", state);
    if (state.phase === "stopped") this.emit("stopped", state.error);
  }

  #onMessage(message: ServerMessage): void {
    if (message.event === "direct") return this.#onDirect(message);
    if ("topic" in message && typeof message.topic === "string")
      return this.#topics.onEvent(message as Parameters<Topics["onEvent"]>[0]);
    switch (message.event) {
      case "reconnect":
        return this.emit("reconnect", message);
      case "flow.pause":
      case "flow.resume":
        this.#publishes.pause(message.event === "flow.pause");
        return this.emit("flow", message);
      case "error": {
        const { code: number, error, message: text } = message;
        const known = new RookeryError(error as ErrorName, text, { number });
        return this.emit("error", known);
      }
    }
  }

  /** What was said in a lobby belongs to its handle, where there is one. */
  #onDirect(event: DirectEvent): void {
    if (!this.#lobbies.onDirect(event)) this.emit("direct", event);
  }

  #watch(): void {
    if (this.#releases.length > 0) return;
    const { visibility } = this.#settings;
    this.#releases.push(onOnline(() => this.#connection.hurry()));
    if (!visibility) return;
    const changed = () => this.#topics.pause(visibility.hidden);
    this.#releases.push(visibility.subscribe(changed));
  }

  /** Nothing more is asked until `connect`. */
  #finish(error: RookeryError): void {
    this.#ending = error;
    for (const release of this.#releases.splice(0)) release();
    this.#publishes.fail(error);
    this.#requests.fail(error);
  }
}
