// One wish to receive a topic. Knows nothing of sockets; it lives through them.

import { Cursor, type Reset } from "./cursor.js";
import { Emitter } from "./emitter.js";
import { RookeryError } from "./errors.js";
import type {
  ClientMessage,
  GapEvent,
  History,
  JoinedEvent,
  LeftEvent,
  LiveEvent,
  LobbyChangedEvent,
  MessageEvent,
  Position,
  Presence,
  Receipt,
  SnapshotEvent,
  SubscribeReply,
  TopicEvent,
} from "./wire.js";

export interface SubscribeOptions {
  /** Begin with the state of the room. */
  snapshot?: boolean;
  /** Begin after this position, e.g. one that was kept over a page load. */
  since?: Position;
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

export interface SubscriptionEvents<Data, State, Info> {
  message: MessageEvent<Data>;
  joined: JoinedEvent<Info>;
  left: LeftEvent<Info>;
  changed: LobbyChangedEvent;
  snapshot: SnapshotEvent<State, Info>;
  reset: ResetEvent;
  gap: GapNotice;
  live: LiveEvent;
  subscribed: SubscribedEvent;
  /** The server does not let us; the next connection tries again. */
  refused: RookeryError;
}

/** What a subscription asks of its client. */
export interface TopicPort<Data> {
  publish(data: Data, options?: PublishOptions): Promise<Receipt>;
  tell(data: Data, options?: TellOptions): boolean;
  presence(): Promise<Presence>;
  history(options?: HistoryOptions): Promise<History>;
  unsubscribe(): void;
}

export class Subscription<
  Data = unknown,
  State = unknown,
  Info = unknown,
> extends Emitter<SubscriptionEvents<Data, State, Info>> {
  readonly topic: string;
  readonly #port: TopicPort<Data>;
  readonly #cursor: Cursor;
  readonly #snapshot: boolean;
  #entered = false;
  #ended = false;

  /** Made by `Client.subscribe`. */
  constructor(topic: string, options: SubscribeOptions, port: TopicPort<Data>) {
    super();
    this.topic = topic;
    this.#port = port;
    this.#cursor = new Cursor(options.since);
    this.#snapshot = options.snapshot ?? false;
  }

  /** Of the newest event that was passed on; what `since` takes. */
  get position(): Position | undefined {
    return this.#cursor.position;
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

  presence(): Promise<Presence<Info>> {
    return this.#port.presence() as Promise<Presence<Info>>;
  }

  history(options?: HistoryOptions): Promise<History<Data>> {
    return this.#port.history(options) as Promise<History<Data>>;
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
        this.#onReset(this.#cursor.jump(event));
        return this.#tell("snapshot", event as SnapshotEvent<State, Info>);
      case "live":
        this.#cursor.advance(event.offset);
        return this.#tell("live", event);
      case "gap":
        return this.#tell("gap", { ...event, final: isFinal(event) });
      default:
        if (this.#cursor.advance(event.offset)) this.#pass(event);
    }
  }

  #pass(
    event: MessageEvent | JoinedEvent | LeftEvent | LobbyChangedEvent,
  ): void {
    switch (event.event) {
      case "message":
        return this.#tell("message", event as MessageEvent<Data>);
      case "joined":
        return this.#tell("joined", event as JoinedEvent<Info>);
      case "left":
        return this.#tell("left", event as LeftEvent<Info>);
      case "lobby.changed":
        return this.#tell("changed", event);
    }
  }

  #onReset(reset: Reset | undefined): void {
    if (reset) this.#tell("reset", { topic: this.topic, ...reset });
  }

  #tell<Name extends keyof SubscriptionEvents<Data, State, Info>>(
    name: Name,
    event: SubscriptionEvents<Data, State, Info>[Name],
  ): void {
    if (!this.#ended) this.emit(name, event);
  }
}

function isFinal({ dropped, reason }: GapEvent): boolean {
  return dropped !== undefined || reason === "too_large";
}
