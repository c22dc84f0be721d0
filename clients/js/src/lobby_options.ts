// What lobbies are given, and what they tell.

import type { Reset } from "./cursor.js";
import type { RookeryError } from "./errors.js";
import type { CallOptions } from "./lobby_port.js";
import type { LobbyView } from "./lobby_view.js";
import type { LobbyChangedEvent, SeatReceipt } from "./lobby_wire.js";
import type { GapNotice } from "./subscription.js";
import type { DirectEvent, LiveEvent, MessageEvent } from "./wire.js";

export interface LobbySetup<State = unknown, Info = unknown> {
  seats: number;
  state?: State;
  /** Shown in listings, and what a match looks at. */
  info?: Info;
  /** So many players it needs to start. */
  minPlayers?: number;
  /** It starts by itself once all who are seated are ready. */
  autoStart?: boolean;
}

export interface LobbyCreateOptions<State = unknown, Info = unknown>
  extends LobbySetup<State, Info>, CallOptions {
  /** By invitation only, and not listed. */
  private?: boolean;
  password?: string;
  /** False: only players may subscribe. */
  spectators?: boolean;
}

export interface LobbyJoinOptions {
  password?: string;
  /** Deadline, in milliseconds. */
  timeoutMs?: number;
}

export interface SeatedNotice extends SeatReceipt {
  /** By ourselves, after a lost connection. */
  retaken: boolean;
}

type Changes<State, Info> = {
  [Name in LobbyChangedEvent["change"]]: Extract<
    LobbyChangedEvent<State, Info>,
    { change: Name }
  >;
};

/** What happens in the lobby has the name of its `change`. */
export interface LobbyEvents<State, Info, Data> extends Changes<State, Info> {
  /** `state` is another one: after a snapshot, each change, and who comes and
   * goes among the members; undefined after a reset. */
  changed: LobbyView<State, Info> | undefined;
  /** We have a seat: after create, join and match, and after each retake. */
  seated: SeatedNotice;
  /** The seat could not be taken back after a lost connection, or is gone
   * without a word, in a part of the log that we were spared. */
  lost: RookeryError;
  /** Published to the lobby's topic. */
  message: MessageEvent<Data>;
  /** Said with `send`, to our seat or to the host that we are. */
  direct: DirectEvent<Data>;
  reset: Reset & { topic: string };
  gap: GapNotice;
  live: LiveEvent;
  /** The server does not let us subscribe; see `Subscription`. */
  refused: RookeryError;
}
