// The state of the connection and the counters.

import { byId } from "./dom.js";

const COUNTDOWN_MS = 100;

export class StatusView {
  #counts = { in: 0, out: 0 };
  #countdown = 0;

  constructor({ onReconnect }) {
    byId("reconnect").addEventListener("click", onReconnect);
  }

  state({ phase, until, code, reason, welcome }) {
    clearInterval(this.#countdown);
    byId("pill").dataset.phase = phase;
    byId("phase").textContent = {
      idle: "Not connected",
      connecting: "Connecting",
      open: "Connected",
      waiting: "Back in",
      stopped: `Closed: ${reason}${code ? ` (${code})` : ""}`,
    }[phase];
    byId("pill").title = welcome
      ? `node ${welcome.node}, connection ${welcome.connection}`
      : (reason ?? "");
    byId("reconnect").disabled = phase !== "waiting" && phase !== "stopped";
    if (phase === "waiting") this.#count(until);
    else byId("countdown").textContent = "";
  }

  #count(until) {
    const show = () => {
      const left = Math.max(0, until - performance.now());
      byId("countdown").textContent = `${(left / 1000).toFixed(1)} s`;
    };
    show();
    this.#countdown = setInterval(show, COUNTDOWN_MS);
  }

  frame(direction) {
    this.#counts[direction] += 1;
    byId(`count-${direction}`).textContent =
      this.#counts[direction].toLocaleString();
  }

  reconnects(count) {
    byId("count-reconnects").textContent = count;
  }

  roundTrip(ms) {
    byId("round-trip").textContent = `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  }
}
