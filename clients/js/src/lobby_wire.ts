// The messages of lobbies, as docs/protocol.md has them.

import type { MergePatch } from "./merge_patch.js";
import type { PresentMember } from "./wire.js";

/** A seat that somebody has. */
export interface LobbySeat {
  seat: number;
  user: string;
  ready: boolean;
  /** The player's connection is lost, and the seat is kept for a while. */
  held: boolean;
}

/** What the answers to create, join and match carry. */
export interface SeatReceipt {
  seat: number;
  /** The place of this in the lobby's log. */
  epoch: string;
  offset: number;
}

export interface MatchReceipt extends SeatReceipt {
  topic: string;
  /** Nobody had a lobby that fits: this one is new. */
  created: boolean;
}

export type LobbyCloseReason = "host" | "empty" | "expired";

interface Change<Name extends string> {
  event: "lobby.changed";
  topic: string;
  offset: number;
  change: Name;
}

/** Somebody has a seat; `user` who has it. */
interface OfSeat {
  user: string;
  seat: number;
}

export interface LobbyJoined<State = unknown, Info = unknown>
  extends Change<"joined">, OfSeat {
  /** A held seat was taken back. */
  back?: boolean;
  /** Of a new lobby, as are those that follow: how many seats it has. */
  seats?: number;
  host?: string;
  state?: State | null;
  info?: Info;
}

export interface LobbyLeft extends Change<"left">, OfSeat {
  /** `gone`: the time of a held seat was over. */
  reason: "left" | "gone";
}

export interface LobbyKicked extends Change<"kicked">, OfSeat {}

export interface LobbyReady extends Change<"ready"> {
  user: string;
  ready: boolean;
}

export interface LobbyStateChange<State = unknown> extends Change<"state"> {
  user: string;
  /** RFC 7396. */
  patch: MergePatch<State>;
}

export interface LobbyHost extends Change<"host"> {
  /** Who is host from now on. */
  user: string;
}

export interface LobbyHeld extends Change<"held">, OfSeat {
  hold_ms: number;
}

export interface LobbyStarted extends Change<"started"> {
  /** Absent when it started by itself. */
  user?: string;
}

export interface LobbyClosed extends Change<"closed"> {
  reason: LobbyCloseReason;
}

export type LobbyChangedEvent<State = unknown, Info = unknown> =
  | LobbyJoined<State, Info>
  | LobbyLeft
  | LobbyKicked
  | LobbyReady
  | LobbyStateChange<State>
  | LobbyHost
  | LobbyHeld
  | LobbyStarted
  | LobbyClosed;

/** The `state` of a lobby's snapshot. */
export interface LobbySnapshot<State = unknown, Info = unknown> {
  members: PresentMember[];
  count?: number;
  /** How many seats there are; 0: there is no such lobby. */
  size?: number;
  /** Those that somebody has. */
  seats?: LobbySeat[];
  host?: string | null;
  started?: boolean;
  state: State | null;
  info?: Info | null;
}

// -- listings ------------------------------------------------------------------

/** An open lobby, as it is listed. */
export interface ListedLobby<Info = unknown> {
  topic: string;
  seats: number;
  taken: number;
  info?: Info;
  /** It wants a password. */
  locked?: boolean;
}

export interface LobbyPage<Info = unknown> {
  lobbies: ListedLobby<Info>[];
  /** Says `after` for the next page; absent on the last one. */
  next?: string;
  /** The place of this in the listing's log. */
  epoch?: string;
  offset?: number;
}

interface Listed {
  event: "lobbies.changed";
  topic: string;
  offset: number;
}

export type LobbiesChangedEvent<Info = unknown> =
  | (Listed & { change: "created" | "changed"; lobby: ListedLobby<Info> })
  /** It is listed no longer: it was closed, or has started. */
  | (Listed & { change: "closed"; lobby: { topic: string } });

/** The `state` of a listing's snapshot. */
export interface ListingSnapshot<Info = unknown> {
  lobbies: ListedLobby<Info>[];
  count: number;
  next?: string;
}
