// One lobby as this tab sees it: its seats, its game, and what one may do.

import { BoardView } from "./board.js";
import { Conflated } from "./conflated.js";
import { byId, element, icon } from "./dom.js";
import { gameOf, HUES, MARKS, resultOf } from "./game.js";
import { noticeOf } from "./notices.js";
import { Players } from "./players.js";

const POINTER_MS = 50; // at most 20 a second

const WHY = {
  unknown_topic: "There is no such lobby, or it is over.",
  permission_denied: "This lobby does not let you in.",
  lobby_full: "Both seats are taken.",
  lobby_started: "It has started without you.",
};

const WRONG = "That is not the password.";

export class Table {
  #lobby;
  #me;
  #players;
  #board;
  #cursors;
  #problem; // what does not work, in words
  #order = null; // what we want, and the host has not done yet
  #locked;
  #joined; // this tab has said so
  #seatsShown = ""; // what the seats were shown by
  #ended = false;
  #pointer = new Conflated(POINTER_MS, (at) => this.#lobby.play.tell(at));

  constructor({ lobby, name, me, cursors, locked }) {
    this.name = name;
    this.#lobby = lobby;
    this.#me = me;
    this.#cursors = cursors;
    this.#locked = locked;
    this.#players = new Players(lobby, (order) => {
      this.#order = order;
      this.#show();
    });
    this.#board = new BoardView((cell) => this.#players.want({ cell }));
    this.#listen(lobby);
    this.#offerActions();
    this.#joined = lobby.seat !== undefined;
    lobby.watch();
    this.#show();
  }

  #listen(lobby) {
    const on = (name, handler) =>
      lobby.on(name, (event) => this.#ended || handler(event));
    on("changed", () => this.#show());
    on("live", () => {
      this.#say(undefined);
      this.#comeBack();
    });
    on("seated", () => this.#say(undefined));
    on("lost", ({ code, message }) =>
      this.#say(`Your seat is gone. ${WHY[code] ?? message}`),
    );
    on("refused", ({ code, message }) => this.#say(WHY[code] ?? message));
    on("kicked", ({ user }) => {
      if (user === this.#me) this.#say("The host took your seat away.");
    });
    for (const name of ["left", "kicked", "held"])
      on(name, ({ user }) => this.#cursors.hideUser(user));
    const { play } = lobby;
    play.on("message", ({ user, data }) => {
      if (!this.#ended) this.#onPointer(user, data);
    });
    play.subscribe();
  }

  /// `at`: [x, y] as parts of the surface, or null when it was left.
  pointAt(at) {
    if (this.#lobby.seat !== undefined) this.#pointer.offer(at);
  }

  /// Leaves it for good; the seat is free.
  leave() {
    this.#ended = true;
    this.#pointer.stop();
    this.#players.end();
    this.#lobby.leave().catch(() => {}); // then the seat's time runs out
  }

  /// After a reload the seat is ours, and this tab has to say so.
  #comeBack() {
    if (this.#joined || this.#lobby.seat === undefined) return;
    this.#joined = true;
    this.#try(() => this.#lobby.join());
  }

  #onPointer(user, at) {
    if (user === this.#me) return;
    const [x, y] = Array.isArray(at) ? at.map(Number) : [];
    const inside = (value) => value >= 0 && value <= 1;
    if (!inside(x) || !inside(y)) return this.#cursors.hide(user);
    const seats = this.#lobby.state?.seats ?? [];
    const seat = seats.find((one) => one.user === user)?.seat;
    this.#cursors.show(user, user, x, y, HUES[seat]);
  }

  // -- what one may do ---------------------------------------------------------

  #offerActions() {
    const lobby = this.#lobby;
    byId("sit").onsubmit = (event) => {
      event.preventDefault();
      const password = byId("sit-password").value || undefined;
      this.#try(() => lobby.join({ password }), password && WRONG);
    };
    byId("ready").onclick = () => this.#try(() => lobby.ready(!this.#isReady));
    byId("start").onclick = () => this.#try(() => lobby.start());
    byId("again").onclick = () => this.#players.want({ next: true });
    byId("close").onclick = () => this.#try(() => lobby.close());
    byId("sit-password").value = "";
  }

  /// `why`: what a denial means, if more than usual.
  async #try(call, why = WHY.permission_denied) {
    this.#say(undefined);
    try {
      await call();
    } catch ({ code, message }) {
      if (code === "permission_denied" && this.#lobby.seat === undefined)
        this.#locked = true; // the password may have been wrong
      this.#say(code === "permission_denied" ? why : (WHY[code] ?? message));
    }
  }

  get #isReady() {
    const { seats = [] } = this.#lobby.state ?? {};
    return seats.some(({ user, ready }) => user === this.#me && ready);
  }

  // -- what is shown -----------------------------------------------------------

  #say(problem) {
    this.#problem = problem;
    this.#show();
  }

  #show() {
    if (this.#ended) return;
    const lobby = this.#lobby;
    const view = lobby.state;
    const game = gameOf(view?.state);
    const result = resultOf(game);
    byId("lobby-title").textContent = this.name;
    byId("lobby-facts").textContent = factsOf(lobby);
    const notice = noticeOf({
      view,
      game,
      result,
      me: this.#me,
      isHost: lobby.isHost,
      problem: this.#problem,
    });
    const line = byId("notice");
    if (line.textContent !== notice.text) line.textContent = notice.text;
    line.dataset.kind = notice.kind;
    this.#showSeats(view, game, result);
    this.#showBoard(view, game, result);
    this.#showActions(view, result);
    byId("watching").textContent = watchersOf(view);
  }

  #showSeats(view, game, result) {
    const plays = view?.exists && view.started && !result;
    const { exists, seats, host, started } = view ?? {};
    const turn = plays && game.turn;
    const facts = JSON.stringify([
      seats,
      host,
      started,
      exists,
      turn,
      game.wins,
    ]);
    if (facts === this.#seatsShown) return; // and what has the focus keeps it
    this.#seatsShown = facts;
    const nodes = MARKS.map((_, at) => {
      const one = view?.seats.find(({ seat }) => seat === at);
      const acts = turn === at && one;
      const free = view?.exists ? "Free" : "–";
      return element(
        "li",
        {
          class: `seat${one ? "" : " free"}${acts ? " turn" : ""}${one?.held ? " held" : ""}`,
          hue: HUES[at],
          "data-user": one?.user,
          "data-seat": at,
        },
        element("span", { class: "mark" }, icon(`mark-${at}`)),
        element("span", { class: "name", text: one?.user ?? free }),
        element(
          "span",
          { class: "wins", text: game.wins[at], title: "rounds won" },
          element("span", { class: "hidden", text: " rounds won" }),
        ),
        element("span", { class: "tags" }, ...this.#tags(view, one)),
        ...this.#kickButton(view, one),
      );
    });
    byId("seats").replaceChildren(...nodes);
  }

  #tags(view, one) {
    if (!one) return [];
    const tag = (text, more = "") =>
      element("span", { class: `tag${more}`, text });
    return [
      one.user === this.#me && tag("you"),
      one.user === view.host && tag("host"),
      one.held && tag("away, seat held"),
      !view.started && one.ready && tag("ready", " good"),
    ].filter(Boolean);
  }

  #kickButton(view, one) {
    const may = this.#lobby.isHost && !view.started;
    if (!may || !one || one.user === this.#me) return [];
    const node = element("button", {
      type: "button",
      class: "quiet kick",
      text: "Kick",
      "aria-label": `Kick ${one.user}`,
    });
    node.addEventListener("click", () =>
      this.#try(() => this.#lobby.kick(one.user)),
    );
    return [node];
  }

  #showBoard(view, game, result) {
    const users = MARKS.map(
      (_, at) => view?.seats.find(({ seat }) => seat === at)?.user,
    );
    const { seat } = this.#lobby;
    const plays = view?.exists && view.started && !result;
    const mine = plays && game.turn === seat ? seat : undefined;
    const waiting = this.#order?.cell;
    const idle = !view?.started;
    this.#board.show({ game, result, users, mine, waiting, idle });
  }

  #showActions(view, result) {
    const lobby = this.#lobby;
    const open = view?.exists;
    const seated = lobby.seat !== undefined;
    const taken = view?.seats.length ?? 0;
    const before = open && !view.started;
    const full = taken >= (view?.seatCount ?? MARKS.length);
    byId("sit").hidden = !before || seated || full;
    byId("sit-password").hidden = !this.#locked;
    byId("ready").hidden = !before || !seated;
    byId("ready").setAttribute("aria-pressed", this.#isReady);
    byId("start").hidden = !before || !lobby.isHost;
    byId("start").disabled = taken < MARKS.length;
    byId("again").hidden = !open || !seated || !view.started || !result;
    byId("again").disabled = taken < MARKS.length || this.#order !== null;
    byId("close").hidden = !open || !lobby.isHost;
  }
}

function factsOf({ topic, position }) {
  const { node } = document.body.dataset;
  const offset = position && `@${position.offset}`;
  return [topic, offset, node && `node ${node}`].filter(Boolean).join(" · ");
}

function watchersOf(view) {
  const players = new Set(view?.seats.map(({ user }) => user));
  const others = (view?.members ?? []).filter(({ user }) => !players.has(user));
  if (others.length === 0) return "";
  return `Looking on: ${others.map(({ user }) => user).join(", ")}`;
}
