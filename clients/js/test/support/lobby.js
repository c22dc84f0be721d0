// A client in a lobby whose server is the test.

import { scripted, settle } from "./fake.js";

export const T = "lobby.x";
export const ME = "wren"; // as the fake welcome says
export const AT = { epoch: "e", offset: 5 };

export const entered = (mode = "snapshot", more = {}) => ({
  topic: T,
  kind: "lobby",
  ...AT,
  mode,
  ...more,
});

export const seatOf = (seat, user, more = {}) => ({
  seat,
  user,
  ready: false,
  held: false,
  ...more,
});

export const snapshot = (state = {}, at = AT) => ({
  topic: T,
  ...at,
  state: {
    members: [],
    count: 0,
    size: 2,
    seats: [seatOf(0, ME)],
    host: ME,
    started: false,
    state: null,
    ...state,
  },
});

/// Tells a change of the lobby.
export function tells(socket, offset, change, fields = {}) {
  socket.say("lobby.changed", { topic: T, offset, change, ...fields });
}

/// Joined with seat 0, subscribed, live at offset 5. `words`: what it tells.
export async function inLobby({ state, join = {}, ...options } = {}) {
  const all = scripted(options);
  const socket = await all.connected();
  const lobby = all.client.lobby(T);
  const words = told(lobby);
  const joined = lobby.join(join);
  socket.replies("lobby.join", { seat: 0, epoch: "e", offset: 4 });
  await joined;
  socket.replies("subscribe", entered());
  socket.say("snapshot", snapshot(state));
  socket.say("live", { topic: T, offset: AT.offset });
  await settle();
  return { ...all, socket, lobby, words };
}

/// All that a lobby tells but `changed`, as short words.
export function told(lobby) {
  const words = [];
  const keep = (name, of) =>
    lobby.on(name, (event) => words.push(`${name} ${of(event)}`));
  for (const name of ["joined", "left", "kicked", "held", "host", "started"])
    keep(name, ({ user }) => user);
  keep("ready", ({ user, ready }) => `${user} ${ready}`);
  keep("state", ({ offset }) => offset);
  keep("closed", ({ reason }) => reason);
  keep("reset", ({ reason }) => reason);
  keep("seated", ({ seat, retaken }) => `${seat}${retaken ? " again" : ""}`);
  for (const name of ["lost", "refused"]) keep(name, ({ code }) => code);
  keep("direct", ({ data }) => data);
  keep("message", ({ data }) => data);
  return words;
}
