// A lobby as its snapshot and the changes since then make it. Pure.

import type {
  LobbyChangedEvent,
  LobbyCloseReason,
  LobbyJoined,
  LobbySeat,
  LobbySnapshot,
} from "./lobby_wire.js";
import { mergePatch } from "./merge_patch.js";
import type { PresentMember, TopicEvent } from "./wire.js";

/** Never changed in place: each change makes a new one. */
export interface LobbyView<State = unknown, Info = unknown> {
  /** False: there is none of this name, not yet or not any more. */
  readonly exists: boolean;
  /** The seats that somebody has, by their numbers. */
  readonly seats: readonly LobbySeat[];
  /** How many there are; undefined while it was not told. */
  readonly seatCount: number | undefined;
  readonly host: string | undefined;
  readonly started: boolean;
  /** Why there is no such lobby any more. */
  readonly closed: LobbyCloseReason | undefined;
  /** The shared document; null while nobody has set one. */
  readonly state: State | null;
  readonly info: Info | undefined;
  /** Who is subscribed, seated or not. In a large lobby only `count` is told. */
  readonly members: readonly PresentMember[];
  readonly count: number;
}

const GONE = { exists: false, seats: [], host: undefined };

/** `before`: what was known, if anything. */
export function viewOf<State, Info>(
  told: LobbySnapshot<State, Info>,
  before?: LobbyView<State, Info>,
): LobbyView<State, Info> {
  const { members = [], count = members.length, seats = [] } = told;
  const taken = seats.filter(({ user }) => user);
  return {
    exists: told.size !== 0,
    seats: taken.sort((a, b) => a.seat - b.seat),
    seatCount: told.size ?? before?.seatCount,
    host: told.host || undefined,
    started: told.started ?? false,
    closed: undefined,
    state: told.state ?? null,
    info: told.info ?? undefined,
    members,
    count,
  };
}

/** The view after an event of the lobby's topic. */
export function after<State, Info>(
  view: LobbyView<State, Info>,
  event: TopicEvent,
): LobbyView<State, Info> {
  switch (event.event) {
    case "lobby.changed":
      return changed(view, event as LobbyChangedEvent<State, Info>);
    case "state":
      return patched(view, event.patch);
    case "joined": {
      const { member, offset: since } = event;
      const one = { ...member, connections: 1, since, held: false };
      return ofMembers(view, [...without(view.members, member.user), one]);
    }
    case "left":
      return ofMembers(view, without(view.members, event.member.user));
    case "members":
      return { ...view, count: event.count };
    default:
      return view;
  }
}

function changed<State, Info>(
  view: LobbyView<State, Info>,
  event: LobbyChangedEvent<State, Info>,
): LobbyView<State, Info> {
  switch (event.change) {
    case "joined":
      return seated(
        event.seats === undefined ? view : anew(view, event),
        event,
      );
    case "left":
    case "kicked":
      return { ...view, seats: without(view.seats, event.user) };
    case "ready":
      return ofSeat(view, event.user, { ready: event.ready });
    case "held":
      return ofSeat(view, event.user, { held: true });
    case "state":
      return patched(view, event.patch);
    case "host":
      return { ...view, host: event.user };
    case "started":
      return { ...view, started: true };
    case "closed":
      return { ...view, ...GONE, closed: event.reason };
    default:
      return view; // a later server may tell more
  }
}

/** Another lobby of the same name: only who listens stays. */
function anew<State, Info>(
  { members, count }: LobbyView<State, Info>,
  { seats: seatCount, host, user, state, info }: LobbyJoined<State, Info>,
): LobbyView<State, Info> {
  return {
    exists: true,
    seats: [],
    seatCount,
    host: host ?? user,
    started: false,
    closed: undefined,
    state: state ?? null,
    info: info ?? undefined,
    members,
    count,
  };
}

function seated<State, Info>(
  view: LobbyView<State, Info>,
  { seat, user, back }: LobbyJoined<State, Info>,
): LobbyView<State, Info> {
  const before = view.seats.find((one) => one.user === user);
  const ready = (back && before?.ready) ?? false;
  const seats = [
    ...without(view.seats, user),
    { seat, user, ready, held: false },
  ];
  return { ...view, seats: seats.sort((a, b) => a.seat - b.seat) };
}

function patched<State, Info>(
  view: LobbyView<State, Info>,
  patch: unknown,
): LobbyView<State, Info> {
  return { ...view, state: mergePatch(view.state, patch) as State };
}

function ofSeat<State, Info>(
  view: LobbyView<State, Info>,
  user: string,
  what: Partial<LobbySeat>,
): LobbyView<State, Info> {
  const change = (one: LobbySeat) =>
    one.user === user ? { ...one, ...what } : one;
  return { ...view, seats: view.seats.map(change) };
}

function ofMembers<State, Info>(
  view: LobbyView<State, Info>,
  members: readonly PresentMember[],
): LobbyView<State, Info> {
  const count = view.count + members.length - view.members.length;
  return { ...view, members, count };
}

function without<One extends { user: string }>(
  all: readonly One[],
  user: string,
): One[] {
  return all.filter((one) => one.user !== user);
}
