// A node under test, on the loopback, and tokens that it takes.

import { createHmac } from "node:crypto";

import { RookeryProcess } from "./rookery_process.js";

export const SECRET = "sdk-tests-only-0123456789abcdefghi";

const settings = (port) => `
node { threads = 2 }
http { address = "127.0.0.1", port = ${port}, internal-port = 0 }
session { token { hmac-secret = "${SECRET}" } }
topics {
  # Remembers more than a client can miss on a machine that is busy.
  chat { match = "chat.*", kind = room, history-messages = 1000000,
         history-bytes = 64 MiB }
  small { match = "small.*", kind = room, history-messages = 5 }
  news { match = "news.>", kind = topic }
}
log { format = json }
`;

/// A token for a user, as an application's server makes it.
export function tokenFor(user, { secret = SECRET, lastsS = 3600 } = {}) {
  const exp = Math.floor(Date.now() / 1000) + lastsS;
  const parts = [
    { alg: "HS256", typ: "JWT" },
    { sub: user, exp },
  ];
  const signed = parts
    .map((one) => Buffer.from(JSON.stringify(one)).toString("base64url"))
    .join(".");
  const mac = createHmac("sha256", secret).update(signed).digest("base64url");
  return `${signed}.${mac}`;
}

export class RookeryNode extends RookeryProcess {
  /// `more` is HOCON behind the settings above.
  constructor(more = "") {
    super((port) => settings(port) + more);
  }
}
