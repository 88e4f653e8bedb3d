// The one gate: format, types, lint, unused code, tests of the rooms. `npm run ok` for people, the same in CI. Every step
// runs even when one before it failed, so that one run tells all.

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const home = join(import.meta.dirname, "..");
const module = (name: string): string => join(home, "node_modules", name);
const node = process.execPath;

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const sources = ["src", "tests", "bench", "tools"];
const unitTests = globSync(["src/**/*.test.ts", "tests/*.test.ts"], { cwd: home }).toSorted();

const steps: readonly Step[] = [
  { name: "format", command: [node, module("oxfmt/bin/oxfmt"), "--check", ...sources] },
  { name: "types", command: [node, module("typescript/bin/tsc"), "-b"] },
  {
    name: "lint",
    command: [
      node,
      module("oxlint/bin/oxlint"),
      "--type-aware",
      "--deny-warnings",
      "--report-unused-disable-directives",
      ...sources,
    ],
  },
  { name: "unused code", command: [node, module("knip/bin/knip.js")] },
  { name: "tests", command: [node, "--test", "--test-reporter=dot", "--test-timeout=300000", ...unitTests] },
];

const began = performance.now();
const only = process.argv.slice(2);
const failed: string[] = [];
for (const step of steps) {
  if (only.length > 0 && !only.includes(step.name)) continue;
  const started = performance.now();
  const [program = node, ...args] = step.command;
  // The linter finds its type-aware half on PATH, and the tests call `node`.
  const env = { ...process.env, PATH: `${join(home, "node_modules/.bin")}:${join(node, "..")}:${process.env["PATH"]}` };
  const { status } = spawnSync(program, args, { cwd: home, stdio: "inherit", env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status !== 0) failed.push(step.name);
  console.error(`${status === 0 ? "ok    " : "FAILED"}  ${step.name} (${seconds} s)`);
}
const verdict = failed.length > 0 ? `not ok: ${failed.join(", ")}` : "ok";
console.error(`${verdict} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
process.exitCode = failed.length > 0 ? 1 : 0;
