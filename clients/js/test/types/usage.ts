// Compiled, never run: what the types promise, and what they refuse.

import * as msgpack from "@msgpack/msgpack";
import { WebSocket } from "ws";

import {
  Client,
  RetryAfterError,
  RookeryError,
  type Position,
  type PresentMember,
} from "../../src/index.js";

interface Line {
  text: string;
}

interface Board {
  turn: number;
  pieces: Record<string, { at: [number, number]; taken: boolean }>;
}

const client = new Client({
  url: "wss://chat.example.com/ws",
  token: async () => "token",
  encoding: "msgpack",
  msgpack,
  webSocket: WebSocket,
});
new Client({ url: "/ws", webSocket: globalThis.WebSocket });

const room = client.subscribe<Line, Board, { name: string }>("chat.lobby", {
  snapshot: true,
});
room.on("message", ({ data, offset }) => {
  const text: string = data.text;
  const at: number | undefined = offset;
  // @ts-expect-error a line has no number
  data.number;
  return [text, at];
});
room.on("snapshot", ({ state }) => {
  const turn: number | undefined = state.state?.turn;
  const names: (string | undefined)[] = state.members.map(
    (one) => one.info?.name,
  );
  const count: number = state.count;
  return [turn, names, count];
});
room.on("state", ({ patch, state, user, at, offset }) => {
  const turn: number | undefined = state?.turn;
  const taken: boolean | null | undefined = patch.pieces?.["rook"]?.taken;
  return [turn, taken, user.length + at + offset];
});
room.on("members", ({ count }) => count.toFixed());
room.on("reset", ({ reason, to }) => {
  const position: Position | undefined = to;
  // @ts-expect-error there is no such reason
  if (reason === "bored") return undefined;
  return position;
});
room.on("refused", (error: RookeryError) => {
  if (error.code === "permission_denied") return;
  // @ts-expect-error there is no such error
  if (error.code === "permission_granted") return;
});
// @ts-expect-error there is no such event
room.on("massage", () => {});

function known({ user, connections, held, since, info }: PresentMember) {
  const facts: [string, number, boolean, number | undefined] = [
    user,
    connections,
    held,
    since,
  ];
  // @ts-expect-error nobody has said what the info is
  info.name;
  return facts;
}

export async function change(): Promise<Board | null | undefined> {
  await room.set({ turn: 2, pieces: { rook: { taken: true } } });
  await room.set({ pieces: { rook: null } }, { ifOffset: 7, key: "k" });
  // @ts-expect-error a turn is a number
  await room.set({ turn: "mine" });
  // @ts-expect-error a list is replaced, not patched
  await room.set({ pieces: { rook: { at: [1] } } });
  // @ts-expect-error a state is an object
  await client.set("chat.lobby", 7);
  await client.set("chat.lobby", { anything: ["goes"] });
  await client.set<Board>("chat.lobby", { turn: 3 }, { timeoutMs: 100 });
  return room.state;
}

export async function publish(): Promise<Position | undefined> {
  // @ts-expect-error a line has a text
  await room.publish({ txet: "hello" });
  const { epoch, offset } = await room.publish({ text: "hello" }, { tag: "t" });
  const told: boolean = room.tell({ text: "psst" }, { tag: "t" });
  // @ts-expect-error what is told has no key
  if (!told) room.tell({ text: "psst" }, { key: "k" });
  const roundTripMs: number = await client.ping();
  if (roundTripMs > 1000) throw new RetryAfterError("slow", 5000);
  const { messages } = await room.history({ limit: 10 });
  messages.map(({ data }) => data.text);
  const { members, next } = await room.presence({ limit: 10 });
  members.map(({ info, held }) => held && info?.name);
  await room.presence({ after: next });
  for await (const one of room.members({ pageSize: 100 })) known(one);
  return epoch === undefined || offset === undefined
    ? undefined
    : { epoch, offset };
}

client.on("state", (state) => {
  if (state.phase === "open") return state.welcome.user;
  if (state.phase === "stopped") return state.error.code;
  // @ts-expect-error only an open connection has a welcome
  return state.welcome;
});
