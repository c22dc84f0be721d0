// What is published: both kinds of modules, types, and no dependency.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as sdk from "../support/sdk.js";

const here = fileURLToPath(new URL("../..", import.meta.url));
const description = JSON.parse(readFileSync(join(here, "package.json")));
const built = (path) => join(sdk.FOLDER, path.replace("./dist/", ""));

test("every file that the package names is there", () => {
  const { import: esm, require: cjs } = description.exports["."];
  for (const path of [...Object.values(esm), ...Object.values(cjs)])
    assert.ok(existsSync(built(path)), path);
});

test("a CommonJS program gets the same as a module", () => {
  const { require: cjs } = description.exports["."];
  const required = createRequire(import.meta.url)(built(cjs.default));
  for (const name of [
    "Client",
    "FinalError",
    "RetryAfterError",
    "RookeryError",
  ])
    assert.equal(typeof required[name], typeof sdk[name], name);
});

test("the package needs nothing at run time", () => {
  assert.equal(description.dependencies, undefined);
  const text = readFileSync(built(description.module), "utf8");
  assert.doesNotMatch(text, /\bimport\b.*\bfrom\b|\brequire\(/);
});

test("the lockfile names no host", () => {
  const text = readFileSync(join(here, "package-lock.json"), "utf8");
  assert.doesNotMatch(text, /"resolved"/);
});
