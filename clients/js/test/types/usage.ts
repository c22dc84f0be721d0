// Compiled, never run: what the types promise, and what they refuse.

import * as msgpack from "@msgpack/msgpack";
import { WebSocket } from "ws";

import {
  Client,
  RetryAfterError,
  RookeryError,
  type Position,
} from "../../src/index.js";

interface Line {
  text: string;
}

interface Board {
  turn: number;
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
  return [turn, names];
});
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
  const { members } = await room.presence();
  members.map(({ info }) => info?.name);
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
