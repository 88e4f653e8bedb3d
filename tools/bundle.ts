// Builds dist/: the program as a few bundled files. One entry that starts fast, and chunks that a command loads when it
// runs, so that `nix-hash` never reads the evaluator. Native modules stay outside and are loaded on first use.

import { cpSync, globSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const home = join(import.meta.dirname, "..");
const dist = join(home, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  absWorkingDir: home,
  // The helper is the process that builds and downloads while an evaluation waits.
  entryPoints: { main: "src/cli/main.ts", "helper-process": "src/instantiate/helper-process.ts" },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  conditions: ["node"],
  target: "node24",
  external: ["koffi", "node-liblzma"],
  // Bundled CommonJS libraries ask for `require`, which an ES module does not have.
  banner: { js: 'import { createRequire as __createRequire } from "node:module";const require = __createRequire(import.meta.url);' },
  chunkNames: "chunk-[hash]",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
});

// A command reads its help page from beside itself.
for (const page of globSync("src/cli/**/*.md", { cwd: home })) {
  cpSync(join(home, page), join(dist, "help", page.slice("src/cli/".length)));
}
