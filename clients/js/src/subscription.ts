// One wish to receive a topic. Knows nothing of sockets; it lives through them.

import { Cursor, type Reset } from "./cursor.js";
import { Emitter } from "./emitter.js";
import { RookeryError } from "./errors.js";
import type { LobbiesChangedEvent, LobbyChangedEvent } from "./lobby_wire.js";
import { mergePatch, type MergePatch } from "./merge_patch.js";
import type {
  ClientMessage,
  GapEvent,
  History,
  JoinedEvent,
  LeftEvent,
  LiveEvent,
  MembersEvent,
  MessageEvent,
  Position,
  Presence,
  PresentMember,
  Receipt,
  SnapshotEvent,
  StateEvent,
  SubscribeReply,
  TopicEvent,
} from "./wire.js";

export interface SubscribeOptions<State = unknown> {
  /** Begin with the members and the state of the room. */
  snapshot?: boolean;
  /** Begin after this position, e.g. one that was kept over a page load. */
  since?: Position;
  /** The room's state at `since`, if it was kept with it. */
  state?: State | null;
}

export interface PublishOptions {
  /** Idempotency key; by default one that no other publish has. */
  key?: string;
  /** Conflation tag, for topics that keep the latest of each. */
  tag?: string;
  /** Deadline, in milliseconds. */
  timeoutMs?: number;
  /** False: never send twice; a lost connection then rejects. */
  retry?: boolean;
}

export interface TellOptions {
  /** Conflation tag, for topics that keep the latest of each. */
  tag?: string;
}

export interface SetOptions {
  /** Refused with `conflict` when the state was changed after this offset. */
  ifOffset?: number;
  /** Idempotency key; by default one that no other change has. */
  key?: string;
  /** Deadline, in milliseconds. */
  timeoutMs?: number;
}

export interface PresenceOptions {
  /** Members of a page; the server gives no more than its own maximum. */
  limit?: number;
  /** The `next` of the page before. */
  after?: string;
}

export interface MembersOptions {
  /** Members that are asked for at a time. */
  pageSize?: number;
}

export interface HistoryOptions {
  since?: Position;
  limit?: number;
  reverse?: boolean;
}

/** After each subscribe: the first one, and one per connection. */
export interface SubscribedEvent extends SubscribeReply {
  first: boolean;
}

/** Everything that was known of the topic is void; see `reason`. */
export interface ResetEvent extends Reset {
  topic: string;
}

/** For information. Unless `final`, what is missing follows. */
export interface GapNotice extends GapEvent {
  /** What is missing never comes: it was dropped, or is too long for us. */
  final: boolean;
}

/** The shared state was changed. */
export interface StateNotice<State = unknown> extends StateEvent<State> {
  /** The whole of it after that; undefined while it is not known. */
  state: State | undefined;
}

export interface SubscriptionEvents<Data, State, Info> {
  message: MessageEvent<Data>;
  joined: JoinedEvent<Info>;
  left: LeftEvent<Info>;
  state: StateNotice<State>;
  /** Instead of `joined` and `left` in large rooms, once a second at most. */
  members: MembersEvent;
  changed: LobbyChangedEvent<State>;
  /** Of a topic that lists lobbies. */
  lobbies: LobbiesChangedEvent;
  snapshot: SnapshotEvent<State, Info>;
  reset: ResetEvent;
  gap: GapNotice;
  live: LiveEvent;
  subscribed: SubscribedEvent;
  /** The server does not let us; the next connection tries again. */
  refused: RookeryError;
}

/** What a subscription asks of its client. */
export interface TopicPort<Data, State, Info> {
  set(patch: MergePatch<State>, options?: SetOptions): Promise<Receipt>;
  publish(data: Data, options?: PublishOptions): Promise<Receipt>;
  tell(data: Data, options?: TellOptions): boolean;
  presence(options?: PresenceOptions): Promise<Presence<Info>>;
  members(options?: MembersOptions): AsyncGenerator<PresentMember<Info>, void>;
  history(options?: HistoryOptions): Promise<History<Data>>;
  unsubscribe(): void;
}

export class Subscription<
  Data = unknown,
  State = unknown,
  Info = unknown,
> extends Emitter<SubscriptionEvents<Data, State, Info>> {
  readonly topic: string;
  readonly #port: TopicPort<Data, State, Info>;
  readonly #cursor: Cursor;
  readonly #snapshot: boolean;
  #state: State | null | undefined;
  #entered = false;
  #ended = false;

  /** Made by `Client.subscribe`. */
  constructor(
    topic: string,
    options: SubscribeOptions<State>,
    port: TopicPort<Data, State, Info>,
  ) {
    super();
    this.topic = topic;
    this.#port = port;
    this.#cursor = new Cursor(options.since);
    this.#snapshot = options.snapshot ?? false;
    this.#state = options.since && options.state;
  }

  /** Of the newest event that was passed on; what `since` takes. */
  get position(): Position | undefined {
    return this.#cursor.position;
  }

  /** The room's shared state at `position`: null while nobody has set one,
   * undefined while it is not known. Each change makes a new document. */
  get state(): State | null | undefined {
    return this.#state;
  }

  /** True once it was left; it says nothing any more. */
  get ended(): boolean {
    return this.#ended;
  }

  publish(data: Data, options?: PublishOptions): Promise<Receipt> {
    return this.#port.publish(data, options);
  }

  /** Sends it once, now or never; see `Client.tell`. */
  tell(data: Data, options?: TellOptions): boolean {
    return this.#port.tell(data, options);
  }

  /** Changes the room's shared state; see `Client.set`. */
  set(patch: MergePatch<State>, options?: SetOptions): Promise<Receipt> {
    return this.#port.set(patch, options);
  }

  presence(options?: PresenceOptions): Promise<Presence<Info>> {
    return this.#port.presence(options);
  }

  /** All members, page by page. */
  members(options?: MembersOptions): AsyncGenerator<PresentMember<Info>, void> {
    return this.#port.members(options);
  }

  history(options?: HistoryOptions): Promise<History<Data>> {
    return this.#port.history(options);
  }

  unsubscribe(): void {
    this.#port.unsubscribe();
  }

  // -- called by the client -------------------------------------------------------

  /** @internal The `subscribe` that continues where this stands. */
  wish(): ClientMessage {
    const { position, owed } = this.#cursor;
    const message: ClientMessage = { event: "subscribe", topic: this.topic };
    if (position) message.since = position;
    else if (this.#snapshot || owed) message.snapshot = true;
    return message;
  }

  /** @internal */
  onReply(reply: SubscribeReply): void {
    const first = !this.#entered;
    this.#entered = true;
    const reset = this.#cursor.enter(reply);
    this.#tell("subscribed", { ...reply, first });
    this.#onReset(reset);
  }

  /** @internal */
  onRefused(error: RookeryError): void {
    this.#tell("refused", error);
  }

  /** @internal */
  end(): void {
    this.#ended = true;
  }

  /** @internal Each event once and in order, or a reset. */
  onEvent(event: TopicEvent): void {
    switch (event.event) {
      case "snapshot":
        return this.#onSnapshot(event as SnapshotEvent<State, Info>);
      case "live":
        this.#cursor.advance(event.offset);
        return this.#tell("live", event);
      case "gap":
        return this.#onGap(event);
      case "members":
        return this.#tell("members", event);
      default:
        if (this.#cursor.advance(event.offset)) this.#pass(event);
    }
  }

  #onSnapshot(event: SnapshotEvent<State, Info>): void {
    this.#onReset(this.#cursor.jump(event));
    this.#state = event.state.state;
    this.#tell("snapshot", event);
  }

  #onGap(event: GapEvent): void {
    const final = isFinal(event);
    if (final) this.#state = undefined; // it may have been a change
    this.#tell("gap", { ...event, final });
  }

  #onState(event: StateEvent<State>): void {
    this.#patch(event.patch);
    this.#tell("state", { ...event, state: this.#state ?? undefined });
  }

  #patch(patch: unknown): void {
    if (this.#state !== undefined)
      this.#state = mergePatch(this.#state, patch) as State;
  }

  #pass(event: LogEvent): void {
    switch (event.event) {
      case "message":
        return this.#tell("message", event as MessageEvent<Data>);
      case "joined":
        return this.#tell("joined", event as JoinedEvent<Info>);
      case "left":
        return this.#tell("left", event as LeftEvent<Info>);
      case "state":
        return this.#onState(event as StateEvent<State>);
      case "lobby.changed":
        if (event.change === "state") this.#patch(event.patch);
        return this.#tell("changed", event as LobbyChangedEvent<State>);
      case "lobbies.changed":
        return this.#tell("lobbies", event);
    }
  }

  #onReset(reset: Reset | undefined): void {
    if (!reset) return;
    this.#state = undefined;
    this.#tell("reset", { topic: this.topic, ...reset });
  }

  #tell<Name extends keyof SubscriptionEvents<Data, State, Info>>(
    name: Name,
    event: SubscriptionEvents<Data, State, Info>[Name],
  ): void {
    if (!this.#ended) this.emit(name, event);
  }
}

type LogEvent = Exclude<
  TopicEvent,
  SnapshotEvent | LiveEvent | GapEvent | MembersEvent
>;

function isFinal({ dropped, reason }: GapEvent): boolean {
  return dropped !== undefined || reason === "too_large";
}
