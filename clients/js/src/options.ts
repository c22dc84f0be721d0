// What a client can be given, and what it takes when it is not.

import {
  DEFAULT_BACKOFF,
  type BackoffOptions,
  type Random,
} from "./backoff.js";
import {
  jsonCodec,
  messagePackCodec,
  type Codec,
  type MessagePack,
} from "./codec.js";
import {
  documentVisibility,
  systemClock,
  systemWebSocket,
  type Clock,
  type VisibilitySource,
  type WebSocketConstructor,
} from "./environment.js";
import type { TokenFunction } from "./token.js";

export interface ClientOptions {
  /** E.g. `wss://chat.example.com/ws`. Of several, one by chance; the next one
   * after each connection that failed, ended, or is to be left. */
  url: string | readonly string[];
  /** Begin with the first of several, such as the nearest. */
  beginWithFirst?: boolean;
  /** Called at each connect and before a token expires. Without it the server
   * looks for a cookie, or lets an anonymous user in. */
  token?: TokenFunction;
  /** "msgpack" needs `msgpack`. */
  encoding?: "json" | "msgpack";
  /** The module `@msgpack/msgpack`. */
  msgpack?: MessagePack;
  /** Where there is no global one, e.g. that of the package `ws`. */
  webSocket?: WebSocketConstructor;
  /** Receive nothing while the page cannot be seen, and catch up after. */
  pauseWhenHidden?: boolean | VisibilitySource;
  /** Deadline of a request, of a welcome and of the token function. */
  requestTimeoutMs?: number;
  /** Deadline of a publish, over all connections that it may take. */
  publishTimeoutMs?: number;
  /** Publishes that may wait for their receipt. */
  pendingPublishesMax?: number;
  /** Bytes of those publishes. */
  pendingBytesMax?: number;
  /** Publishes on their way at a time; 1 keeps their order under refusals. */
  publishesInFlightMax?: number;
  /** Other requests that may wait for their answer. */
  pendingRequestsMax?: number;
  /** Between two pings; by default what the server says. 0: none. */
  pingIntervalMs?: number;
  backoff?: Partial<BackoffOptions>;
  /** For tests. */
  clock?: Clock;
  /** For tests. */
  random?: Random;
}

export interface Settings {
  urls: readonly string[];
  beginWithFirst: boolean;
  token: TokenFunction | undefined;
  codec: Codec;
  webSocket: WebSocketConstructor;
  visibility: VisibilitySource | undefined;
  requestTimeoutMs: number;
  publishTimeoutMs: number;
  pendingPublishesMax: number;
  pendingBytesMax: number;
  publishesInFlightMax: number;
  pendingRequestsMax: number;
  pingIntervalMs: number | undefined;
  backoff: BackoffOptions;
  clock: Clock;
  random: Random;
}

/** Throws a TypeError for what cannot work at all. */
export function settingsOf(options: ClientOptions): Settings {
  const webSocket = options.webSocket ?? systemWebSocket();
  if (!webSocket)
    throw new TypeError("there is no WebSocket here: pass one as `webSocket`");
  const urls = typeof options.url === "string" ? [options.url] : options.url;
  if (urls.length === 0) throw new TypeError("`url` names no server");
  return {
    urls: [...urls],
    beginWithFirst: options.beginWithFirst ?? false,
    token: options.token,
    codec: codecOf(options),
    webSocket,
    visibility: visibilityOf(options.pauseWhenHidden),
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    publishTimeoutMs: options.publishTimeoutMs ?? 30_000,
    pendingPublishesMax: options.pendingPublishesMax ?? 1000,
    pendingBytesMax: options.pendingBytesMax ?? 4 * 1024 * 1024,
    // Under the credit that a server gives a connection by default, 64.
    publishesInFlightMax: options.publishesInFlightMax ?? 32,
    pendingRequestsMax: options.pendingRequestsMax ?? 100,
    pingIntervalMs: options.pingIntervalMs,
    backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function codecOf({ encoding = "json", msgpack }: ClientOptions): Codec {
  if (encoding === "json") return jsonCodec;
  if (!msgpack)
    throw new TypeError("encoding msgpack needs the module as `msgpack`");
  return messagePackCodec(msgpack);
}

function visibilityOf(
  wanted: boolean | VisibilitySource = false,
): VisibilitySource | undefined {
  if (typeof wanted === "object") return wanted;
  return wanted ? documentVisibility : undefined;
}
