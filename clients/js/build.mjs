// build.mjs [FOLDER]: the package's files, ESM and CJS with types, into FOLDER,
// or else into dist/.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "dist"));

// Each kind in a folder of its own, so that Node and TypeScript both read its
// files as what they are.
const kinds = [
  ["esm", "esm", "module"],
  ["cjs", "cjs", "commonjs"],
];
for (const [folder, format, type] of kinds) {
  const compiler = join(here, "node_modules/typescript/bin/tsc");
  const options = [
    "-p",
    here,
    "--outDir",
    join(out, folder),
    "--stripInternal",
  ];
  execFileSync(process.execPath, [compiler, ...options], { stdio: "inherit" });
  // After the types: a build that fails leaves no new module behind.
  await build({
    absWorkingDir: here,
    entryPoints: ["src/index.ts"],
    outfile: join(out, folder, "index.js"),
    bundle: true,
    format,
    platform: "neutral",
    target: "es2022",
    sourcemap: true,
  });
  const description = JSON.stringify({ type }, null, 2);
  writeFileSync(join(out, folder, "package.json"), `${description}\n`);
}
