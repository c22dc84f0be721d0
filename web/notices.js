// The one sentence above the board. Pure.

/// {text, kind}: `mine` when it is for us to act, `wait`, `bad`, or "".
export function noticeOf({ view, game, result, me, isHost, problem }) {
  if (problem) return { text: problem, kind: "bad" };
  if (!view) return { text: "Looking for the lobby…", kind: "wait" };
  if (view.closed) return { text: CLOSED[view.closed] ?? "", kind: "bad" };
  if (!view.exists)
    return { text: "There is no lobby of this name.", kind: "bad" };
  return view.started
    ? ofGame({ view, game, result, me })
    : beforeStart({ view, me, isHost });
}

const CLOSED = {
  host: "The host has closed this lobby.",
  empty: "Everybody has left: this lobby is closed.",
  expired: "This game has lasted too long: it is closed.",
};

function beforeStart({ view: { seats }, me, isHost }) {
  const own = seats.find(({ user }) => user === me);
  const others = seats.filter(({ user }) => user !== me);
  const unready = others.filter(({ ready }) => !ready).map(({ user }) => user);
  if (!own) {
    const text =
      seats.length < 2 ? "There is a free seat." : "Not started yet.";
    return { text, kind: "wait" };
  }
  if (others.length === 0)
    return { text: "Waiting for somebody to play with…", kind: "wait" };
  if (!own.ready) return { text: "Say when you are ready.", kind: "mine" };
  if (unready.length > 0)
    return { text: `Waiting for ${unready.join(", ")}…`, kind: "wait" };
  return isHost
    ? { text: "All are ready: start when you like.", kind: "mine" }
    : { text: "All are ready: the host may start.", kind: "wait" };
}

function ofGame({ view: { seats }, game, result, me }) {
  const own = seats.find(({ user }) => user === me);
  const at = (seat) => seats.find((one) => one.seat === seat);
  const name = (seat) => at(seat)?.user ?? "who left";
  if (result?.seat === null) return { text: "A draw.", kind: "" };
  if (result)
    return own?.seat === result.seat
      ? { text: "You win!", kind: "mine" }
      : { text: `${name(result.seat)} wins.`, kind: "" };
  if (seats.length < 2)
    return { text: "Who played has left: this game is over.", kind: "bad" };
  const next = at(game.turn);
  if (next?.held)
    return {
      text: `${next.user} has lost the connection; the seat is held.`,
      kind: "wait",
    };
  return next?.user === me
    ? { text: "Your turn.", kind: "mine" }
    : { text: `It is for ${name(game.turn)} to play.`, kind: "wait" };
}
