// The tests of the rooms below the line as one script for a worker in a page. They are the very files that run on Node: what
// they use of Node has a stand-in here, and the goldens that they read are bundled with them.

import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { browserBuild } from "../../tools/playground.ts";

const home = join(import.meta.dirname, "../..");

/** Files that are about Node itself. */
const notForPages: ReadonlySet<string> = new Set([
  // Threads with a stack of 512 MB; how deep a page goes is tested in playground.test.ts.
  "src/language/machine/depth.test.ts",
  // Checks signatures with node:crypto.
  "src/formats/path-info.test.ts",
]);

/** Single tests that cannot be as they are in a page, with the reason. */
const skippedTests: ReadonlyMap<string, string> = new Map([
  ["a file of a gigabyte goes through in constant memory", "it asks Node how much memory is in use"],
  [
    "making an error leaves the stacks of other errors as they are",
    "in a bundle a stack does not name the test's file",
  ],
  [
    "evaluates as Nix does: let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 1000",
    "a worker's stack of 500 KB does not hold it when every frame of a trace is kept",
  ],
]);

const roomTests: readonly string[] = globSync("src/{formats,language}/**/*.test.ts", { cwd: home })
  .toSorted()
  .filter((path) => !notForPages.has(path));

const standIns: Readonly<Record<string, string>> = {
  "node:assert/strict": "in-page/assert.ts",
  "node:test": "in-page/test.ts",
  "node:fs": "in-page/fs.ts",
};

const forPages: Plugin = {
  name: "for-pages",
  setup(plugin) {
    plugin.onResolve({ filter: /^node:/ }, ({ path }) => {
      const standIn = standIns[path];
      return standIn === undefined ? undefined : { path: join(import.meta.dirname, standIn) };
    });
    plugin.onResolve({ filter: /^golden-files$/ }, ({ path }) => ({ path, namespace: "golden-files" }));
    plugin.onLoad({ filter: /.*/, namespace: "golden-files" }, () => ({ contents: goldenModule() }));
    // A golden is found from where the test lies, which in the bundle only this tells.
    plugin.onLoad({ filter: /\.test(?:-support)?\.ts$/ }, ({ path }) => {
      const url = JSON.stringify(`file:///${relative(home, path)}`);
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url), loader: "ts" };
    });
  },
};

function goldenModule(): string {
  const paths = globSync("src/{formats,language}/**/golden/*", { cwd: home }).filter((path) => !path.endsWith(".ts"));
  const files = paths.toSorted().map((path) => [path, readFileSync(join(home, path), "base64")] as const);
  return `export const goldenFiles = ${JSON.stringify(Object.fromEntries(files))};`;
}

/** The script of a worker that answers any message with what the tests said. */
export async function bundleRoomTests(): Promise<Uint8Array> {
  const contents = [
    `import { runTests } from "./tests/browser/in-page/test.ts";`,
    ...roomTests.map((path) => `import ${JSON.stringify(`./${path}`)};`),
    `onmessage = async () => postMessage(await runTests(${JSON.stringify([...skippedTests.keys()])}));`,
  ];
  const { outputFiles } = await build({
    ...browserBuild,
    stdin: { contents: contents.join("\n"), resolveDir: home, loader: "ts" },
    minify: false,
    plugins: [forPages],
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error("one bundle is one file");
  return script.contents;
}
