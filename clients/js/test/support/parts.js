// Parts that the package does not show, bundled from the sources.

import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const PARTS = [
  "backoff",
  "close_codes",
  "codec",
  "cursor",
  "known_logs",
  "lobby_view",
  "merge_patch",
  "token",
];

const {
  outputFiles: [file],
} = await build({
  stdin: {
    contents: PARTS.map((one) => `export * from "./${one}.ts";`).join("\n"),
    resolveDir: fileURLToPath(new URL("../../src", import.meta.url)),
  },
  bundle: true,
  format: "esm",
  write: false,
});
const text = Buffer.from(file.contents).toString("base64");

export const {
  backoffMs,
  moveMs,
  comesBack,
  closeName,
  frameBytes,
  jsonCodec,
  messagePackCodec,
  Cursor,
  KnownLogs,
  viewOf,
  after,
  mergePatch,
  refreshAfterMs,
} = await import(`data:text/javascript;base64,${text}`);
