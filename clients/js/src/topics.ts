// Brings what the server holds of each topic in line with what is wanted.

import { backoffMs, type BackoffOptions, type Random } from "./backoff.js";
import type { Clock } from "./environment.js";
import { PASSING, type RookeryError } from "./errors.js";
import type { Link } from "./link.js";
import type { Subscription } from "./subscription.js";
import type { ReplyMessage, SubscribeReply, TopicEvent } from "./wire.js";

export type AnySubscription = Subscription<never, unknown, unknown>;

/** One topic. Its subscribes and unsubscribes wait for each other's answers:
 * the server refuses a second subscription while the first is being left. */
interface Slot {
  readonly topic: string;
  wanted: AnySubscription | undefined;
  /** Whom the server serves on this connection. */
  held: AnySubscription | undefined;
  busy: boolean;
  refused: boolean;
  attempts: number;
  timer: unknown;
}

export interface TopicsOptions {
  clock: Clock;
  random: Random;
  backoff: BackoffOptions;
  /** Called with each answer that says whether a topic has a log. */
  learned: (topic: string, logged: boolean) => void;
}

export class Topics {
  readonly #options: TopicsOptions;
  readonly #slots = new Map<string, Slot>();
  #link: Link | undefined;
  #paused = false;

  constructor(options: TopicsOptions) {
    this.#options = options;
  }

  wanted(topic: string): AnySubscription | undefined {
    return this.#slots.get(topic)?.wanted;
  }

  /** Each topic has one subscription at most; the caller has looked. */
  want(one: AnySubscription): void {
    let slot = this.#slots.get(one.topic);
    if (!slot) this.#slots.set(one.topic, (slot = emptySlot(one.topic)));
    slot.wanted = one;
    slot.refused = false;
    this.#settle(slot);
  }

  /** Asks again for what was refused on this connection. */
  again(one: AnySubscription): void {
    if (this.wanted(one.topic) === one) this.want(one);
  }

  drop(one: AnySubscription): void {
    one.end();
    const slot = this.#slots.get(one.topic);
    if (slot?.wanted !== one) return;
    slot.wanted = undefined;
    this.#settle(slot);
  }

  dropAll(): void {
    for (const { wanted } of [...this.#slots.values()])
      if (wanted) this.drop(wanted);
  }

  attach(link: Link): void {
    this.#link = link;
    for (const slot of [...this.#slots.values()]) this.#settle(slot);
  }

  /** The connection is gone; cursors stay. */
  detach(): void {
    this.#link = undefined;
    for (const slot of [...this.#slots.values()]) {
      this.#options.clock.clearTimeout(slot.timer);
      Object.assign(slot, emptySlot(slot.topic), { wanted: slot.wanted });
      this.#settle(slot);
    }
  }

  /** Holds all topics, or lets them catch up. */
  pause(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#link?.ask({ event: paused ? "flow.pause" : "flow.resume" });
  }

  onEvent(event: TopicEvent): void {
    this.#slots.get(event.topic)?.held?.onEvent(event);
  }

  #settle(slot: Slot): void {
    const { wanted, held, topic } = slot;
    if (!wanted && !held && !slot.busy) {
      this.#options.clock.clearTimeout(slot.timer);
      this.#slots.delete(topic);
      return;
    }
    const link = this.#link;
    if (!link || slot.busy) return;
    if (held && held !== wanted) this.#leave(slot, link);
    else if (wanted && !held && !slot.refused) this.#enter(slot, wanted, link);
  }

  #enter(slot: Slot, one: AnySubscription, link: Link): void {
    slot.busy = true;
    this.#options.clock.clearTimeout(slot.timer);
    link.ask(one.wish(), {
      done: (reply) => link === this.#link && this.#onEntered(slot, one, reply),
      failed: (error) =>
        link === this.#link && this.#onRefused(slot, one, error),
    });
    // The pause of all topics held only those that were there.
    if (this.#paused) link.ask({ event: "flow.pause", topic: slot.topic });
  }

  #onEntered(slot: Slot, one: AnySubscription, message: ReplyMessage): void {
    const { event: _, id: __, ...reply } = message;
    slot.busy = false;
    slot.attempts = 0;
    slot.held = one;
    const entered = reply as unknown as SubscribeReply;
    this.#options.learned(slot.topic, entered.epoch !== undefined);
    one.onReply(entered);
    this.#settle(slot);
  }

  #onRefused(slot: Slot, one: AnySubscription, error: RookeryError): void {
    if (error.code === "disconnected") return; // `detach` follows
    slot.busy = false;
    if (PASSING.has(error.code) && slot.wanted === one)
      return this.#tryLater(slot);
    if (slot.wanted === one) slot.refused = true;
    one.onRefused(error);
    this.#settle(slot);
  }

  #tryLater(slot: Slot): void {
    const { clock, random, backoff } = this.#options;
    slot.busy = true;
    const delay = backoffMs(slot.attempts++, backoff, random);
    slot.timer = clock.setTimeout(() => {
      slot.busy = false;
      this.#settle(slot);
    }, delay);
  }

  #leave(slot: Slot, link: Link): void {
    slot.busy = true;
    slot.held = undefined;
    const left = () => {
      if (link !== this.#link) return;
      slot.busy = false;
      this.#settle(slot);
    };
    link.ask(
      { event: "unsubscribe", topic: slot.topic },
      { done: left, failed: left },
    );
  }
}

function emptySlot(topic: string): Slot {
  return {
    topic,
    wanted: undefined,
    held: undefined,
    busy: false,
    refused: false,
    attempts: 0,
    timer: undefined,
  };
}
