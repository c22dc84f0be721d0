import type { Client } from "./client.js";
import type { ConnectionState } from "./connection.js";
import type { Clock } from "./environment.js";
import { RookeryError } from "./errors.js";
import type { WelcomeEvent } from "./wire.js";

/** The welcome of the connection that is open, or of the next one. */
export function whenOpen(
  client: Client,
  clock: Clock,
  timeoutMs: number,
): Promise<WelcomeEvent> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      off();
      clock.clearTimeout(timer);
      done();
    };
    const look = (state: ConnectionState) => {
      if (state.phase === "open") settle(() => resolve(state.welcome));
      if (state.phase === "stopped") settle(() => reject(state.error));
    };
    const off = client.on("state", look);
    const late = new RookeryError("timeout", "no connection in time");
    const timer = clock.setTimeout(() => settle(() => reject(late)), timeoutMs);
    look(client.state);
  });
}
