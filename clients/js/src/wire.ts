// The messages of the wire protocol, as docs/protocol.md has them.

import type { LobbiesChangedEvent, LobbyChangedEvent } from "./lobby_wire.js";
import type { MergePatch } from "./merge_patch.js";

/** A place in a topic's log. Offsets compare only within one epoch. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

export type Mode = "replay" | "snapshot" | "live";
export type TopicKind = "topic" | "room" | "lobby";

// -- what answers carry -------------------------------------------------------

export interface SubscribeReply {
  topic: string;
  kind: TopicKind;
  /** With a log, like `offset` and `mode`. */
  epoch?: string;
  offset?: number;
  mode?: Mode;
  /** After a `since`: true when nothing is missing. */
  recovered?: boolean;
}

/** Of a topic without a log it has no position. */
export interface Receipt {
  epoch?: string;
  offset?: number;
}

export interface Member<Info = unknown> {
  user: string;
  info?: Info;
}

/** A user counts once, whatever the number of connections. */
export interface PresentMember<Info = unknown> extends Member<Info> {
  /** Of this user; 0 while `held`. */
  connections: number;
  /** Offset of the join; absent on topics without a log. */
  since?: number;
  /** The last connection dropped, and the place is kept for a while. */
  held: boolean;
}

/** A page of the members, in the order of their names. */
export interface Presence<Info = unknown> {
  /** All users, of whom `members` may be a part. */
  count: number;
  members: PresentMember<Info>[];
  /** Says `after` for the next page; absent on the last one. */
  next?: string;
}

export interface HistoryMessage<Data = unknown> {
  offset: number;
  data: Data;
  user: string;
  at: number;
}

export interface History<Data = unknown> {
  messages: HistoryMessage<Data>[];
  epoch: string;
  offset: number;
}

export interface SendReply {
  /** How many connections of the user were reached, on any node. */
  connections: number;
}

// -- what the server says by itself ------------------------------------------

export interface WelcomeEvent {
  event: "welcome";
  connection: string;
  session: string;
  user: string;
  node: string;
  ping_interval_ms: number;
  max_message_bytes: number;
  server: string;
}

export interface MessageEvent<Data = unknown> {
  event: "message";
  topic: string;
  /** Absent on topics without a log. */
  offset?: number;
  data: Data;
  user: string;
  /** The server's wall clock, in milliseconds since 1970. */
  at: number;
}

export interface JoinedEvent<Info = unknown> {
  event: "joined";
  topic: string;
  offset: number;
  member: Member<Info>;
}

export interface LeftEvent<Info = unknown> {
  event: "left";
  topic: string;
  offset: number;
  member: Member<Info>;
  reason: string;
}

/** The shared state of a room was changed. */
export interface StateEvent<State = unknown> {
  event: "state";
  topic: string;
  offset: number;
  /** RFC 7396. */
  patch: MergePatch<State>;
  user: string;
  /** The server's wall clock, in milliseconds since 1970. */
  at: number;
}

/** Of a room with too many members to tell of each who comes and goes. */
export interface MembersEvent {
  event: "members";
  topic: string;
  count: number;
}

export interface SnapshotEvent<State = unknown, Info = unknown> {
  event: "snapshot";
  topic: string;
  epoch: string;
  offset: number;
  state: RoomSnapshot<State, Info>;
}

export interface RoomSnapshot<State = unknown, Info = unknown> {
  /** Empty where there are too many to tell of each; then page through them. */
  members: PresentMember<Info>[];
  /** Of all members. */
  count: number;
  /** Null while nobody has set one. */
  state: State | null;
  [field: string]: unknown;
}

export interface GapEvent {
  event: "gap";
  topic: string;
  /** With a log: what lies in `from..to`, both inclusive, was not sent. */
  from?: number;
  to?: number;
  /** Without a log: how many events were left out for good. */
  dropped?: number;
  reason: string;
}

export interface LiveEvent {
  event: "live";
  topic: string;
  offset: number;
}

export interface DirectEvent<Data = unknown> {
  event: "direct";
  /** Of what was said in a lobby. */
  topic?: string;
  user: string;
  data: Data;
}

export interface ReconnectEvent {
  event: "reconnect";
  reason: string;
  after_ms: number;
  window_ms: number;
}

export interface FlowEvent {
  event: "flow.pause" | "flow.resume";
  reason?: string;
}

export interface ReplyMessage {
  event: "reply";
  id: number;
  [field: string]: unknown;
}

export interface ErrorMessage {
  event: "error";
  id?: number;
  code: number;
  error: string;
  message: string;
}

export type TopicEvent =
  | MessageEvent
  | JoinedEvent
  | LeftEvent
  | StateEvent
  | MembersEvent
  | LobbyChangedEvent
  | LobbiesChangedEvent
  | SnapshotEvent
  | GapEvent
  | LiveEvent;

export type ServerMessage =
  | WelcomeEvent
  | TopicEvent
  | DirectEvent
  | ReconnectEvent
  | FlowEvent
  | ReplyMessage
  | ErrorMessage
  | { event: "pong" };

// -- what a client says -------------------------------------------------------

export type ClientEventName =
  | "auth"
  | "ping"
  | "subscribe"
  | "unsubscribe"
  | "publish"
  | "room.set"
  | "presence"
  | "history"
  | "send"
  | "lobby.create"
  | "lobby.join"
  | "lobby.leave"
  | "lobby.ready"
  | "lobby.set"
  | "lobby.kick"
  | "lobby.invite"
  | "lobby.start"
  | "lobby.close"
  | "lobby.send"
  | "lobby.list"
  | "lobby.match"
  | "lobby.match.cancel"
  | "flow.pause"
  | "flow.resume";

/** A message; who sends it gives it an `id`. */
export interface ClientMessage {
  event: ClientEventName;
  id?: number;
  [field: string]: unknown;
}
