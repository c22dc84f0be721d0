import type { ServerMessage } from "./wire.js";

/** What of `@msgpack/msgpack` is used; pass the module itself. */
export interface MessagePack {
  encode(value: unknown, options?: { ignoreUndefined?: boolean }): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

export type Frame = string | Uint8Array;

export interface Codec {
  readonly subprotocol: string;
  encode(message: object): Frame;
  /** Undefined for what is no message of the protocol. */
  decode(data: unknown): ServerMessage | undefined;
}

export const jsonCodec: Codec = {
  subprotocol: "rookery.v1.json",
  encode: (message) => JSON.stringify(message),
  decode: (data) =>
    typeof data === "string" ? total(() => JSON.parse(data)) : undefined,
};

export function messagePackCodec(msgpack: MessagePack): Codec {
  return {
    subprotocol: "rookery.v1.msgpack",
    // As JSON does it: a field that is undefined is not there.
    encode: (message) => msgpack.encode(message, { ignoreUndefined: true }),
    decode: (data) =>
      isBuffer(data)
        ? total(() => msgpack.decode(new Uint8Array(data)))
        : undefined,
  };
}

/** Bytes of a frame on the wire, without the frame's own head. */
export function frameBytes(frame: Frame): number {
  if (typeof frame !== "string") return frame.byteLength;
  let bytes = frame.length;
  for (let at = 0; at < frame.length; at += 1) {
    const unit = frame.charCodeAt(at);
    // A surrogate pair is two units here and four bytes there; JSON writes
    // one without its other half as an escape.
    if (unit >= 0x80) bytes += unit < 0x800 || isSurrogate(unit) ? 1 : 2;
  }
  return bytes;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Not by `instanceof`, since a test's page may have a global of its own. */
function isBuffer(data: unknown): data is ArrayBuffer {
  return Object.prototype.toString.call(data) === "[object ArrayBuffer]";
}

/** Nothing from the network throws past here. */
function total(decode: () => unknown): ServerMessage | undefined {
  try {
    const value = decode();
    const known = typeof value === "object" && value !== null;
    return known && typeof (value as { event?: unknown }).event === "string"
      ? (value as ServerMessage)
      : undefined;
  } catch {
    return undefined;
  }
}
