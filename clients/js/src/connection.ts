// Keeps a link to the server: connects, comes back when that makes sense, and
// says at each moment where it stands.

import {
  backoffMs,
  moveMs,
  type BackoffOptions,
  type Random,
} from "./backoff.js";
import { closeName, comesBack, DRAIN, UNAUTHORIZED } from "./close_codes.js";
import { RetryAfterError, RookeryError } from "./errors.js";
import { Link, type LinkOptions } from "./link.js";
import { fetchToken, refreshAfterMs, type TokenFunction } from "./token.js";
import type { ReconnectEvent, ServerMessage, WelcomeEvent } from "./wire.js";

/** A connection that lasted this long starts the backoff anew. */
const STABLE_MS = 10_000;

/** So long a planned move waits for answers that are on their way. */
const MOVE_GRACE_MS = 2_000;

/** A token that lasts less than this is left to expire. */
const RENEW_MIN_MS = 1_000;

export type ConnectionState =
  | { phase: "idle" }
  | { phase: "connecting"; attempt: number }
  | { phase: "open"; welcome: WelcomeEvent }
  /** Comes back at `until`, milliseconds since 1970. */
  | { phase: "waiting"; attempt: number; until: number; reason: string }
  /** Does not come back by itself. */
  | { phase: "stopped"; error: RookeryError };

export interface ConnectionOptions extends Omit<LinkOptions, "token" | "url"> {
  urls: readonly string[]; // one at least
  beginWithFirst: boolean;
  token: TokenFunction | undefined;
  backoff: BackoffOptions;
  random: Random;
}

export interface ConnectionHandlers {
  state(state: ConnectionState): void;
  opened(link: Link, welcome: WelcomeEvent): void;
  message(message: ServerMessage): void;
  /** We are about to leave: send no more, and call `done` when nothing that
   * was sent waits for its answer. */
  leaving(done: () => void): void;
  /** We could not leave: send again. */
  staying(): void;
  /** The link is gone, whatever comes next. */
  lost(): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  #state: ConnectionState = { phase: "idle" };
  #link: Link | undefined;
  #next: Link | undefined; // is to take the place of the other one
  #turn: number; // whose it is, of `urls`
  #dials = 0; // a later one makes those before it void
  #attempts = 0;
  #openedAt = 0;
  #notBefore = 0; // the moment that we were asked to keep to
  #expiredInARow = 0;
  #retryTimer: unknown;
  #moveTimer: unknown;
  #tokenTimer: unknown;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    const { urls, beginWithFirst, random } = options;
    this.#turn = beginWithFirst ? 0 : Math.floor(random() * urls.length);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects now, whatever was planned. Does nothing while it is open. */
  connect(): void {
    if (this.#state.phase === "open" || this.#state.phase === "connecting")
      return;
    this.#attempts = 0;
    this.#expiredInARow = 0;
    this.#dial();
  }

  /** Ends the connection and stays away. */
  close(): void {
    this.#letGo();
    if (this.#state.phase !== "stopped") this.#set({ phase: "idle" });
  }

  /** The network is back: there is no reason to wait for long. */
  hurry(): void {
    if (this.#state.phase !== "waiting" || this.#notBefore > this.#now())
      return;
    this.#attempts = 0;
    this.#comeBack(this.#backoff(), "the network is back");
  }

  // -- connecting ---------------------------------------------------------------

  #dial(): void {
    this.#letGo();
    this.#set({ phase: "connecting", attempt: this.#attempts });
    this.#withToken(
      (token) => (this.#link = this.#open(token)),
      (error) => this.#onNoToken(error),
    );
  }

  /** Unless something else is planned meanwhile. */
  #withToken(
    then: (token: string | undefined) => void,
    failed: (error: unknown) => void,
  ): void {
    const dial = (this.#dials += 1);
    const { token, clock, requestTimeoutMs } = this.#options;
    if (!token) return then(undefined);
    fetchToken(token, clock, requestTimeoutMs).then(
      (fetched) => dial === this.#dials && then(fetched),
      (error) => dial === this.#dials && failed(error),
    );
  }

  #open(token: string | undefined): Link {
    const { urls } = this.#options;
    const link: Link = new Link(
      { ...this.#options, url: urls[this.#turn % urls.length]!, token },
      {
        opened: (welcome) => this.#onOpened(link, welcome, token),
        message: (message) => this.#onMessage(message),
        ended: (code, reason, refusal) =>
          this.#onLinkEnd(link, code, reason, refusal),
      },
    );
    return link;
  }

  #onNoToken(error: unknown): void {
    if (error instanceof RookeryError && error.code === "no_token")
      return this.#stop(error);
    const why = error instanceof Error ? error.message : String(error);
    const afterMs = error instanceof RetryAfterError ? error.afterMs : 0;
    this.#notBefore = this.#now() + afterMs;
    this.#comeBack(afterMs + this.#backoff(), `no token: ${why}`);
  }

  #onOpened(link: Link, welcome: WelcomeEvent, token?: string): void {
    if (link === this.#next) this.#goOver(link);
    this.#openedAt = this.#now();
    this.#expiredInARow = 0;
    this.#notBefore = 0;
    if (token !== undefined) this.#planToken(token);
    this.#state = { phase: "open", welcome };
    this.#handlers.opened(link, welcome);
    this.#handlers.state(this.#state);
  }

  #onMessage(message: ServerMessage): void {
    if (message.event === "reconnect") this.#onReconnect(message);
    this.#handlers.message(message);
  }

  // -- ends -----------------------------------------------------------------------

  /** Lets go of the link and of all that was planned. */
  #letGo(): void {
    this.#dials += 1;
    const { clock } = this.#options;
    for (const timer of [this.#retryTimer, this.#moveTimer, this.#tokenTimer])
      clock.clearTimeout(timer);
    this.#next?.leave();
    this.#next = undefined;
    const link = this.#link;
    this.#link = undefined;
    if (!link) return;
    link.leave();
    this.#handlers.lost();
  }

  #onLinkEnd(
    link: Link,
    code: number,
    reason: string,
    refusal?: RookeryError,
  ): void {
    const next = this.#next;
    if (link === next) {
      this.#next = undefined;
      return this.#moveLater();
    }
    if (next && comesBack(code)) {
      this.#goOver(next); // it is on its way already
      return this.#set({ phase: "connecting", attempt: this.#attempts });
    }
    this.#letGo();
    this.#onEnd(code, reason, refusal);
  }

  #onEnd(code: number, reason: string, refusal?: RookeryError): void {
    const name = closeName(code, reason);
    this.#turn += 1;
    if (!comesBack(code) && !this.#expiredOnce(code, refusal))
      return this.#stop(stopError(code, name, refusal));
    const wasOpen = this.#state.phase === "open";
    // Who drains has let us wait for our place in its window.
    const stable = wasOpen && this.#now() - this.#openedAt >= STABLE_MS;
    if (stable || code === DRAIN) this.#attempts = 0;
    const wanted = this.#notBefore - this.#now();
    this.#comeBack(wanted > 0 ? wanted : this.#backoff(), name);
  }

  /** A token may expire on its way here; the second one in a row that is too
   * old is a mistake that a third one would repeat. */
  #expiredOnce(code: number, refusal?: RookeryError): boolean {
    if (code !== UNAUTHORIZED || refusal?.code !== "token_expired")
      return false;
    this.#expiredInARow += 1;
    return this.#expiredInARow === 1;
  }

  #stop(error: RookeryError): void {
    this.#set({ phase: "stopped", error });
  }

  #backoff(): number {
    const { backoff, random } = this.#options;
    return backoffMs(this.#attempts++, backoff, random);
  }

  #comeBack(delayMs: number, reason: string): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = clock.setTimeout(() => this.#dial(), delayMs);
    const until = this.#now() + delayMs;
    this.#set({ phase: "waiting", attempt: this.#attempts, until, reason });
  }

  // -- while it is open -------------------------------------------------------------

  /** The server asks us to move: at our moment we go to another one, if it has
   * not closed the connection by then. */
  #onReconnect(event: ReconnectEvent): void {
    const { clock, random } = this.#options;
    const delay = moveMs(event, random);
    this.#notBefore = this.#now() + delay;
    clock.clearTimeout(this.#moveTimer);
    this.#moveTimer = clock.setTimeout(() => this.#move(), delay);
  }

  /** With a receipt for all that was published, nothing is published twice. */
  #move(): void {
    const { clock } = this.#options;
    const timer = clock.setTimeout(() => this.#dialBeside(), MOVE_GRACE_MS);
    this.#moveTimer = timer;
    this.#handlers.leaving(() => {
      if (timer === this.#moveTimer) this.#dialBeside();
    });
  }

  /** The link that we have serves until the next one is welcome. */
  #dialBeside(): void {
    this.#options.clock.clearTimeout(this.#moveTimer);
    this.#moveTimer = undefined;
    this.#turn += 1;
    this.#withToken(
      (token) => (this.#next = this.#open(token)),
      () => this.#moveLater(),
    );
  }

  #moveLater(): void {
    const { clock } = this.#options;
    this.#moveTimer = clock.setTimeout(() => this.#move(), this.#backoff());
    this.#handlers.staying();
  }

  /** Lets go of the link that we had. */
  #goOver(next: Link): void {
    this.#next = undefined;
    this.#letGo();
    this.#link = next;
  }

  #planToken(token: string): void {
    const delay = refreshAfterMs(token, this.#now());
    if (delay === undefined) return;
    const { clock } = this.#options;
    clock.clearTimeout(this.#tokenTimer);
    this.#tokenTimer = clock.setTimeout(() => void this.#renew(), delay);
  }

  /** Where this fails the old token is used up, and its end (4005) brings us
   * back with another one. */
  async #renew(): Promise<void> {
    const { token, clock, requestTimeoutMs } = this.#options;
    const link = this.#link;
    if (!token || !link) return;
    const fetched = await fetchToken(token, clock, requestTimeoutMs).catch(
      () => undefined,
    );
    if (fetched === undefined || link !== this.#link) return;
    link.authorize(fetched, (error) => {
      // The token of another user: a connection of its own.
      if (link === this.#link && error.code === "conflict") this.#dial();
    });
    if ((refreshAfterMs(fetched, this.#now()) ?? 0) >= RENEW_MIN_MS)
      this.#planToken(fetched);
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#handlers.state(state);
  }
}

function stopError(
  code: number,
  name: string,
  refusal?: RookeryError,
): RookeryError {
  const closed = { closeCode: code, closeReason: name };
  if (!refusal || refusal.code === "disconnected")
    return new RookeryError(
      code === UNAUTHORIZED ? "unauthorized" : "stopped",
      `the server closed with ${code} ${name}`,
      closed,
    );
  return new RookeryError(refusal.code, refusal.message, {
    number: refusal.number,
    ...closed,
  });
}
