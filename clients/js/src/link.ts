// One WebSocket from its opening to its end; it is never used again. Asks, and
// gives each answer to who asked.

import { frameBytes, type Codec, type Frame } from "./codec.js";
import { CONNECTION_LOST } from "./close_codes.js";
import type {
  Clock,
  WebSocketConstructor,
  WebSocketLike,
} from "./environment.js";
import { RookeryError, type ErrorName } from "./errors.js";
import type {
  ClientMessage,
  ErrorMessage,
  ReplyMessage,
  ServerMessage,
  WelcomeEvent,
} from "./wire.js";

/** With more than this still unsent, what is told now would come too late. */
const TELL_BACKLOG_BYTES_MAX = 64 * 1024;

/** What became of a request. Called at once, not in a later microtask: the
 * event that follows a reply must find the reply already taken in. */
export interface Asker {
  done(reply: ReplyMessage): void;
  failed(error: RookeryError): void;
}

export interface LinkOptions {
  url: string;
  /** Said in `auth` as soon as the socket is open. */
  token: string | undefined;
  codec: Codec;
  webSocket: WebSocketConstructor;
  clock: Clock;
  requestTimeoutMs: number;
  /** Undefined: as often as the server says. */
  pingIntervalMs: number | undefined;
  nextId: () => number;
}

export interface LinkHandlers {
  /** The user is known: anything may be asked from here on. */
  opened(welcome: WelcomeEvent): void;
  message(message: ServerMessage): void;
  /** The last call. `error` is the answer to `auth`, where that was refused. */
  ended(code: number, reason: string, error?: RookeryError): void;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #handlers: LinkHandlers;
  readonly #socket: WebSocketLike;
  readonly #askers = new Map<number, Asker>();
  #authorized: boolean;
  #refusal: RookeryError | undefined;
  #ended = false;
  #deadline: unknown;
  #pingTimer: unknown;
  #welcome: WelcomeEvent | undefined;

  constructor(options: LinkOptions, handlers: LinkHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#authorized = options.token === undefined;
    const { webSocket: Socket, url, codec, clock, requestTimeoutMs } = options;
    const socket = (this.#socket = new Socket(url, [codec.subprotocol]));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#onOpen();
    socket.onmessage = (event: { data: unknown }) => this.#onFrame(event.data);
    socket.onclose = (event: { code: number; reason: string }) =>
      this.#end(event.code, event.reason);
    socket.onerror = () => {}; // `close` follows, and says more
    this.#deadline = clock.setTimeout(
      () => this.lose("no welcome in time"),
      requestTimeoutMs,
    );
  }

  /** The longest frame that the server takes. */
  get frameBytesMax(): number {
    return this.#welcome?.max_message_bytes ?? Infinity;
  }

  /** Sends a request that has its id, and keeps who waits for the answer. */
  send(id: number, frame: Frame, asker: Asker): void {
    if (this.#ended) return asker.failed(lost());
    this.#askers.set(id, asker);
    this.#socket.send(frame as never);
  }

  /** Nobody waits for this answer any longer. */
  forget(id: number): void {
    this.#askers.delete(id);
  }

  /**
   * A request of the client's own. A server that does not answer one of these
   * in time leaves unknown where we stand, so that ends the connection.
   */
  ask(message: ClientMessage, asker: Partial<Asker> = {}): void {
    const { clock, codec, nextId, requestTimeoutMs } = this.#options;
    const id = nextId();
    const late = () => this.lose(`no answer to ${message.event}`);
    const timer = clock.setTimeout(late, requestTimeoutMs);
    this.send(id, codec.encode({ ...message, id }), {
      done: (reply) => {
        clock.clearTimeout(timer);
        asker.done?.(reply);
      },
      failed: (error) => {
        clock.clearTimeout(timer);
        asker.failed?.(error);
      },
    });
  }

  /** Says what gets no answer, if it can go out at once. */
  tell(frame: Frame): boolean {
    const { bufferedAmount = 0 } = this.#socket;
    const goes =
      !this.#ended &&
      bufferedAmount <= TELL_BACKLOG_BYTES_MAX &&
      frameBytes(frame) <= this.frameBytesMax;
    if (goes) this.#socket.send(frame as never);
    return goes;
  }

  /** Takes another token on the open connection. */
  authorize(token: string, refused: (error: RookeryError) => void): void {
    const failed = (error: RookeryError) => {
      if (error.code !== "conflict") this.#refusal = error; // closes with 4500
      refused(error);
    };
    this.ask({ event: "auth", token }, { failed });
  }

  /** Ends it by our will; `ended` is not called. */
  leave(reason = ""): void {
    this.#close(1000, reason);
  }

  /** Ends what is as good as lost. */
  lose(why: string): void {
    if (this.#ended) return;
    this.#socket.onclose = null;
    this.#end(CONNECTION_LOST, why);
    if (this.#socket.terminate) this.#socket.terminate();
    else this.#socket.close(3000, "lost");
  }

  #onOpen(): void {
    const { token } = this.#options;
    if (token === undefined) return;
    this.ask(
      { event: "auth", token },
      {
        done: () => (this.#authorized = true),
        failed: (error) => (this.#refusal = error),
      },
    );
  }

  #onFrame(data: unknown): void {
    if (this.#ended) return;
    const message = this.#options.codec.decode(data);
    if (!message) return;
    switch (message.event) {
      case "reply":
        return this.#take(message.id)?.done(message);
      case "error":
        return this.#onError(message);
      case "welcome":
        return this.#onWelcome(message);
      default:
        return this.#handlers.message(message);
    }
  }

  #onError(message: ErrorMessage): void {
    const { code: number, error, message: text } = message;
    if (message.id === undefined) return this.#handlers.message(message);
    const refusal = new RookeryError(error as ErrorName, text, { number });
    this.#take(message.id)?.failed(refusal);
  }

  #take(id: number): Asker | undefined {
    const asker = this.#askers.get(id);
    this.#askers.delete(id);
    return asker;
  }

  /** A node that lets anonymous users in has welcomed us as one before it has
   * seen our token; its second welcome is ours. */
  #onWelcome(welcome: WelcomeEvent): void {
    if (!this.#authorized || this.#welcome) return;
    this.#welcome = welcome;
    this.#options.clock.clearTimeout(this.#deadline);
    this.#handlers.opened(welcome);
    this.#planPing(this.#options.pingIntervalMs ?? welcome.ping_interval_ms);
  }

  /** Finds out that nobody is there any more: browsers do not show us the
   * server's own pings. */
  #planPing(intervalMs: number): void {
    if (this.#ended || !(intervalMs > 0)) return;
    this.#pingTimer = this.#options.clock.setTimeout(() => {
      this.ask({ event: "ping" }, { done: () => this.#planPing(intervalMs) });
    }, intervalMs);
  }

  #close(code: number, reason: string): void {
    if (this.#ended) return;
    this.#socket.onclose = null;
    this.#release();
    this.#socket.close(code, reason);
  }

  #end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#release();
    this.#handlers.ended(code, reason, this.#refusal);
  }

  #release(): void {
    const { clock } = this.#options;
    this.#ended = true;
    clock.clearTimeout(this.#deadline);
    clock.clearTimeout(this.#pingTimer);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const one of askers) one.failed(lost());
  }
}

function lost(): RookeryError {
  return new RookeryError("disconnected", "the connection was lost");
}
