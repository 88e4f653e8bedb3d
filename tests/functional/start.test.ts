// What makes programs start fast, held without a clock: no part of Node is loaded that a command does not use, and V8 takes
// the compiled form that the bundle brings. The times themselves are in bench/.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

const home = join(import.meta.dirname, "../..");

/** Each takes from one to twenty milliseconds to load. */
const heavy = ["child_process", "crypto", "http", "https", "net", "stream", "tty", "worker_threads", "zlib"];

test("what only reads loads no heavy module of Node", (t) => {
  const scene = openScene(t);
  const file = scene.write("file", "text\n");
  const stored = scene.must("nix-store", ["--add", file]).trim();
  // The first of a home makes the links of its profile.
  scene.must("nix-env", ["--query"]);
  const hook = scene.write(
    "hook.cjs",
    `process.on("exit", () => require("node:fs").writeFileSync(__dirname + "/loaded", process.moduleLoadList.join("\\n")));`,
  );
  const cases: readonly (readonly [program: string, ...args: string[]])[] = [
    ["firn", "--version"],
    ["nix-hash", "--flat", "--type", "sha256", file],
    ["nix-store", "--query", "--references", stored],
    ["nix-env", "--query"],
    ["nix-instantiate", "--eval", "--expr", "1 + 1"],
  ];
  for (const [program, ...args] of cases) {
    const { status, stderr } = scene.script(
      `NODE_OPTIONS='--require ${hook}' ${program} ${args.map((arg) => `'${arg}'`).join(" ")}`,
    );
    assert.equal(status, 0, stderr);
    const loaded = new Set(readFileSync(join(scene.folder, "loaded"), "utf8").split("\n"));
    assert.ok(loaded.has("NativeModule fs"));
    const needless = heavy.filter((name) => loaded.has(`NativeModule ${name}`));
    assert.deepEqual(needless, [], program);
  }
});

test("an evaluation runs two of the bundle's scripts, and their code caches are taken under the launcher's flags", (t) => {
  const scene = openScene(t);
  const script = scene.write(
    "load.mjs",
    `import { loadProgram } from ${JSON.stringify(join(home, "tools/start/load-program.ts"))};
     const { program, scripts } = loadProgram(${JSON.stringify(join(home, "dist"))});
     await program.runProgram("nix-instantiate", ["--eval", "--option", "eval-cache", "false", "--expr", "1 + 1"]);
     for (const [name, { script }] of scripts) console.log(name, script.cachedDataRejected);`,
  );
  const launcher = readFileSync(join(home, "bin/firn"), "utf8");
  assert.match(
    launcher,
    /^exec .*--stack-size="\$stack" \$heap \$regexp --disable-warning=ExperimentalWarning "\$main"/m,
  );
  const heap = /^heap="(.*)"$/m.exec(launcher)?.[1] ?? "";
  const regexp = /^regexp=(.*)$/m.exec(launcher)?.[1] ?? "";
  assert.notEqual(heap, "");
  const flags = `--stack-size=4000000 ${heap} ${regexp} --disable-warning=ExperimentalWarning`;
  const { stdout, stderr } = scene.script(`'${process.execPath}' ${flags} ${script}`);
  assert.equal(stdout, "2\nprogram false\nevaluation false\n", stderr);
});
