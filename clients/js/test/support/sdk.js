// The package as an application gets it: built, in the folder ROOKERY_SDK, or
// else in dist/.

import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";

export const FOLDER =
  process.env.ROOKERY_SDK ??
  fileURLToPath(new URL("../../dist", import.meta.url));

export const { Client, FinalError, RetryAfterError, RookeryError } =
  await import(pathToFileURL(join(FOLDER, "esm/index.js")));
