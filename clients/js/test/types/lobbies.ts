// Compiled, never run: what the types of lobbies promise, and what they refuse.

import {
  Client,
  type ListedLobby,
  type LobbySeat,
  type LobbyView,
} from "../../src/index.js";

interface Board {
  turn: number;
  cells: Record<string, string>;
}

interface Mode {
  mode: "duel" | "team";
}

type Move = { cell: number };
type Pointer = [number, number];

const client = new Client({ url: ["/ws", "/other"], beginWithFirst: true });
const lobby = client.lobby<Board, Mode, Move, Pointer>("lobby.x");

lobby.on("joined", ({ user, seat, seats, state, info }) => {
  const of: [string, number, number | undefined] = [user, seat, seats];
  return [of, state?.turn, info?.mode];
});
lobby.on("left", ({ reason }) => {
  // @ts-expect-error there is no such reason
  if (reason === "bored") return;
});
lobby.on("ready", ({ ready }) => ready === true);
lobby.on("state", ({ patch }) => patch.cells?.["a1"]?.length);
lobby.on("held", ({ hold_ms }) => hold_ms.toFixed());
lobby.on("started", ({ user }) => user?.length);
lobby.on("closed", ({ reason }) => reason === "expired");
// @ts-expect-error a change has no such name
lobby.on("exploded", () => {});
lobby.on("changed", (view: LobbyView<Board, Mode> | undefined) => {
  const seats: readonly LobbySeat[] = view?.seats ?? [];
  const names: string[] = seats.map(({ user }) => user);
  // @ts-expect-error a view is never changed in place
  if (view) view.host = "me";
  return [names, view?.state?.turn, view?.info?.mode, view?.closed];
});
lobby.on("seated", ({ seat, retaken }) => (retaken ? -1 : seat));
lobby.on("lost", ({ code }) => code === "lobby_full");
lobby.on("direct", ({ user, data, topic }) => [user, data.cell, topic]);
lobby.play.subscribe().on("message", ({ data: [x, y] }) => x + y);

const list = client.lobbies<Mode>("lobby").watch();
list.on("list", (all) => all.map(({ info }) => info?.mode));
list.on("changed", (event) => {
  if (event.change === "closed") return event.lobby.topic;
  return event.lobby.taken / event.lobby.seats;
});

export async function play(): Promise<void> {
  const { seat, epoch, offset } = await lobby.create({
    seats: 2,
    state: { turn: 0, cells: {} },
    info: { mode: "duel" },
    minPlayers: 2,
    private: true,
    password: "s",
  });
  // @ts-expect-error a lobby has a number of seats
  await lobby.create({ info: { mode: "duel" } });
  // @ts-expect-error there is no such mode
  await lobby.create({ seats: 2, info: { mode: "single" } });
  await lobby.join({ password: "s", timeoutMs: 100 });
  await lobby.ready(false, { key: "k" });
  await lobby.set({ cells: { a1: null } }, { ifOffset: offset });
  // @ts-expect-error a turn is a number
  await lobby.set({ turn: "mine" });
  const { connections } = await lobby.send({ cell: 3 });
  await lobby.send({ cell: 3 }, { seat: seat + connections });
  // @ts-expect-error a move has a cell
  await lobby.send({ row: 3 });
  const told: boolean = lobby.play.tell([0, 1]);
  // @ts-expect-error a pointer has two numbers
  lobby.play.tell([told]);
  await lobby.leave();
  lobby.state?.members.length.toFixed(epoch.length);
}

export async function find(): Promise<ListedLobby<Mode>[]> {
  const { signal } = new AbortController();
  const prefix = "lobby.";
  const { lobby, created, topic } = await client.match<Board, Mode>({
    prefix,
    seats: 2,
    info: { mode: "duel" },
    state: { turn: 0, cells: {} },
    waitMs: 5000,
    signal,
  });
  await client.match({ prefix, create: false, waitMs: 1000 });
  // @ts-expect-error a new lobby needs a number of seats
  await client.match({ prefix });
  // @ts-expect-error one that is never made has no state
  await client.match({ prefix, create: false, state: {} });
  if (created && lobby.topic === topic) await lobby.start();
  for await (const one of list.all({ free: 1 })) one.locked?.valueOf();
  const { lobbies, next } = await list.list({ limit: 10, info: {} });
  await list.list({ after: next });
  return lobbies;
}
