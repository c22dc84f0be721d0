// The state of the connection and the counters.

import { byId } from "./dom.js";

const COUNTDOWN_MS = 100;

export class StatusView {
  #counts = { in: 0, out: 0 };
  #countdown = 0;
  #opened = 0;

  constructor({ onReconnect }) {
    byId("reconnect").addEventListener("click", onReconnect);
  }

  /// Of the client.
  state({ phase, until, reason, error, welcome }) {
    clearInterval(this.#countdown);
    byId("pill").dataset.phase = phase;
    byId("phase").textContent = {
      idle: "Not connected",
      connecting: "Connecting",
      open: "Connected",
      waiting: "Back in",
      stopped: error && `Closed: ${closed(error)}`,
    }[phase];
    byId("pill").title = welcome
      ? `node ${welcome.node}, connection ${welcome.connection}`
      : (reason ?? error?.message ?? "");
    if (phase === "open") byId("count-reconnects").textContent = this.#opened++;
    byId("reconnect").disabled = phase !== "waiting" && phase !== "stopped";
    if (phase === "waiting") this.#count(until);
    else byId("countdown").textContent = "";
  }

  #count(until) {
    const show = () => {
      const left = Math.max(0, until - Date.now());
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

  roundTrip(ms) {
    byId("round-trip").textContent = `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  }
}

function closed({ message, closeCode, closeReason }) {
  return closeCode ? `${closeReason} (${closeCode})` : message;
}
