/// Passes on at most one value per interval, always ending with the newest:
/// what came in between is replaced, not queued.
export class Conflated {
  #intervalMs;
  #send;
  #timer = 0;
  #waiting = false;
  #latest;

  constructor(intervalMs, send) {
    this.#intervalMs = intervalMs;
    this.#send = send;
  }

  offer(value) {
    this.#latest = value;
    this.#waiting = true;
    if (!this.#timer) this.#flush();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#waiting = false;
  }

  #flush() {
    this.#timer = 0;
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#timer = setTimeout(() => this.#flush(), this.#intervalMs);
    this.#send(this.#latest);
  }
}
