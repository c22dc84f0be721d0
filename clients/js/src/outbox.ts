// Requests of the application, in order, until each has its answer or has
// reached its deadline. Outlives connections; never holds more than its limits.

import { backoffMs, type BackoffOptions, type Random } from "./backoff.js";
import { frameBytes, type Codec, type Frame } from "./codec.js";
import type { Clock } from "./environment.js";
import { PASSING, RookeryError } from "./errors.js";
import type { Link } from "./link.js";
import type { ClientMessage, ReplyMessage } from "./wire.js";

export interface OutboxLimits {
  /** Requests without an answer, sent or not. */
  countMax: number;
  /** Bytes of their frames. */
  bytesMax: number;
  /** Requests that may be sent and not answered. */
  inFlightMax: number;
}

export interface OutboxOptions extends OutboxLimits {
  clock: Clock;
  random: Random;
  backoff: BackoffOptions;
  codec: Codec;
  nextId: () => number;
}

interface Entry {
  readonly id: number;
  readonly event: string;
  readonly frame: Frame;
  readonly bytes: number;
  /** Whether it is sent a second time after this. */
  readonly repeatable: (error: RookeryError) => boolean;
  readonly resolve: (reply: ReplyMessage) => void;
  readonly reject: (error: RookeryError) => void;
  timer: unknown;
  sent: boolean;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<number, Entry>(); // in the order of `add`
  #unsent: Entry[] = [];
  #bytes = 0;
  #inFlight = 0;
  #link: Link | undefined;
  #frameBytesMax = Infinity;
  #paused = false;
  #refusals = 0;
  #holdTimer: unknown;
  #held = false;
  #drained: (() => void) | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The server wants no more for a while. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Encodes the message now: what the caller does with it later is not sent.
   * Without an `id` it gets one. */
  add(
    message: ClientMessage,
    timeoutMs: number,
    repeatable: (error: RookeryError) => boolean,
  ): Promise<ReplyMessage> {
    return new Promise((resolve, reject) => {
      const { codec, clock, nextId } = this.#options;
      const id = message.id ?? nextId();
      const frame = codec.encode({ ...message, id });
      const bytes = frameBytes(frame);
      this.#refuseExcess(bytes);
      const { event } = message;
      const late = () => this.#onLate(entry);
      const timer = clock.setTimeout(late, timeoutMs);
      const sent = false;
      const entry: Entry = {
        id,
        event,
        frame,
        bytes,
        repeatable,
        resolve,
        reject,
        timer,
        sent,
      };
      this.#entries.set(id, entry);
      this.#bytes += bytes;
      this.#unsent.push(entry);
      this.#flush();
    });
  }

  /** Takes back what was not sent; false for what was, or is not here. */
  withdraw(id: number, error: RookeryError): boolean {
    const entry = this.#entries.get(id);
    if (!entry || entry.sent) return false;
    this.#finish(entry)?.reject(error);
    return true;
  }

  attach(link: Link): void {
    this.#link = link;
    this.#frameBytesMax = link.frameBytesMax;
    this.#paused = false;
    this.#drained = undefined;
    this.#flush();
  }

  /** Sends no more on this link; calls `drained` when all has its answer. */
  drain(drained: () => void): void {
    this.#drained = drained;
    this.#flush();
  }

  /** Goes on with this link after all. */
  resume(): void {
    this.#drained = undefined;
    this.#flush();
  }

  /** The connection is gone. By now all that was sent has been told so. */
  detach(): void {
    this.#link = undefined;
    this.#drained = undefined;
    this.#release();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#flush();
  }

  /** Nothing will be sent any more. */
  fail(error: RookeryError): void {
    for (const entry of [...this.#entries.values()])
      this.#finish(entry)?.reject(error);
  }

  /** The bound holds before anything is added. */
  #refuseExcess(bytes: number): void {
    const { countMax, bytesMax } = this.#options;
    if (bytes > this.#frameBytesMax) throw tooLong(bytes, this.#frameBytesMax);
    if (this.#entries.size >= countMax)
      throw new RookeryError("queue_full", `${countMax} requests wait already`);
    if (this.#bytes + bytes > bytesMax)
      throw new RookeryError("queue_full", `more than ${bytesMax} bytes wait`);
  }

  #flush(): void {
    const { inFlightMax } = this.#options;
    if (this.#drained) {
      if (this.#inFlight === 0) this.#drained();
      return;
    }
    while (
      this.#link &&
      !this.#paused &&
      !this.#held &&
      this.#inFlight < inFlightMax
    ) {
      const entry = this.#unsent.shift();
      if (!entry) return;
      if (entry.bytes <= this.#frameBytesMax) this.#send(entry, this.#link);
      else
        this.#finish(entry)?.reject(tooLong(entry.bytes, this.#frameBytesMax));
    }
  }

  #send(entry: Entry, link: Link): void {
    entry.sent = true;
    this.#inFlight += 1;
    link.send(entry.id, entry.frame, {
      done: (reply) => {
        this.#refusals = 0;
        this.#finish(entry)?.resolve(reply);
        this.#flush();
      },
      failed: (error) => this.#onFailed(entry, error),
    });
  }

  #onFailed(entry: Entry, error: RookeryError): void {
    const lost = error.code === "disconnected";
    if (lost) {
      // Or else the flush would try it again, or find it drained.
      this.#link = undefined;
      this.#drained = undefined;
    }
    const again = lost || PASSING.has(error.code);
    if (!again || !entry.repeatable(error)) this.#finish(entry)?.reject(error);
    else this.#putBack(entry, !lost);
    this.#flush();
  }

  /** To its old place: before all that was added after it. */
  #putBack(entry: Entry, hold: boolean): void {
    entry.sent = false;
    this.#inFlight -= 1;
    this.#unsent = [...this.#entries.values()].filter(({ sent }) => !sent);
    if (hold && !this.#held) this.#hold();
  }

  /** The server refuses for the moment: we wait before we send more. */
  #hold(): void {
    const { clock, backoff, random } = this.#options;
    this.#held = true;
    const delay = backoffMs(this.#refusals++, backoff, random);
    this.#holdTimer = clock.setTimeout(() => {
      this.#release();
      this.#flush();
    }, delay);
  }

  #release(): void {
    this.#options.clock.clearTimeout(this.#holdTimer);
    this.#held = false;
  }

  #onLate(entry: Entry): void {
    const text = entry.sent ? "no answer" : "no connection to send it";
    const why = `${text} within the deadline of ${entry.event}`;
    this.#finish(entry)?.reject(new RookeryError("timeout", why));
    this.#flush();
  }

  /** The entry, the first time that it is finished. */
  #finish(entry: Entry): Entry | undefined {
    if (!this.#entries.delete(entry.id)) return undefined;
    this.#options.clock.clearTimeout(entry.timer);
    this.#bytes -= entry.bytes;
    if (entry.sent) {
      this.#inFlight -= 1;
      this.#link?.forget(entry.id);
    } else {
      this.#unsent = this.#unsent.filter((one) => one !== entry);
    }
    return entry;
  }
}

function tooLong(bytes: number, bytesMax: number): RookeryError {
  const text = `${bytes} bytes, of at most ${bytesMax}`;
  return new RookeryError("message_too_long", text);
}

/** What an answer carries. */
export function bare<Reply>({ event, id, ...carried }: ReplyMessage): Reply {
  return carried as Reply;
}
