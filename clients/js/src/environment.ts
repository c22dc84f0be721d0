// What the client takes from the world around it. All of it can be replaced.

/** Time. A test's own one moves when the test says so. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Longer waits would overflow the timers of browsers and Node. */
const WAIT_MAX_MS = 2 ** 31 - 1;

/** What is used of an `AbortSignal`. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(name: "abort", handler: () => void): void;
  removeEventListener(name: "abort", handler: () => void): void;
}

interface World {
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  WebSocket?: WebSocketConstructor;
  performance?: { now(): number };
  crypto?: { getRandomValues(bytes: Uint8Array): Uint8Array };
  document?: {
    visibilityState: string;
    addEventListener(name: string, handler: () => void): void;
    removeEventListener(name: string, handler: () => void): void;
  };
  addEventListener?(name: string, handler: () => void): void;
  removeEventListener?(name: string, handler: () => void): void;
}

const world = globalThis as unknown as World;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (work, ms) =>
    world.setTimeout(work, Math.min(Math.max(ms, 0), WAIT_MAX_MS)),
  clearTimeout: (timer) => world.clearTimeout(timer),
};

/** Milliseconds since some moment: to tell times apart more finely. */
export function ticks(): number {
  return world.performance?.now() ?? Date.now();
}

// -- sockets -------------------------------------------------------------------

/** What is used of a WebSocket; browsers' and the package `ws` both fit. */
export interface WebSocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(frame: never): void;
  close(code?: number, reason?: string): void;
  /** Bytes that were said and not sent yet. */
  readonly bufferedAmount?: number;
  /** Of `ws`: ends without waiting for the other side. */
  terminate?(): void;
}

export type WebSocketConstructor = new (
  url: string,
  protocols: string[],
) => WebSocketLike;

export function systemWebSocket(): WebSocketConstructor | undefined {
  return world.WebSocket;
}

// -- the page ------------------------------------------------------------------

/** Says whether the user can see the page. */
export interface VisibilitySource {
  readonly hidden: boolean;
  /** Calls `changed` after each change, until the result is called. */
  subscribe(changed: () => void): () => void;
}

/** The document's own visibility; a place without a document is visible. */
export const documentVisibility: VisibilitySource = {
  get hidden() {
    return world.document?.visibilityState === "hidden";
  },
  subscribe(changed) {
    const { document } = world;
    document?.addEventListener("visibilitychange", changed);
    return () => document?.removeEventListener("visibilitychange", changed);
  },
};

/** Calls `online` whenever the browser has a network again. */
export function onOnline(online: () => void): () => void {
  if (!world.document) return () => {};
  world.addEventListener?.("online", online);
  return () => world.removeEventListener?.("online", online);
}

/** 16 hexadecimal digits that no other client has. */
export function randomName(): string {
  const bytes = new Uint8Array(8);
  if (world.crypto) world.crypto.getRandomValues(bytes);
  else for (let at = 0; at < 8; at += 1) bytes[at] = Math.random() * 256;
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}
