// Flakes against what Nix 2.34.8 said of the same folders: values, lock files to the byte, metadata, trees of outputs, errors.
// goldens/flakes.json has the scenarios and its answers; tools/golden-flakes.ts makes them.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Answer, normalise, type Scenario, scenarioScript } from "./flake-scenario.ts";
import { openScene } from "./program.ts";

const scenarios = JSON.parse(
  readFileSync(join(import.meta.dirname, "goldens/flakes.json"), "utf8"),
) as readonly Scenario[];

for (const scenario of scenarios) {
  test(scenario.name, (t) => {
    const scene = openScene(t);
    const folder = join(realpathSync(scene.folder), "scenario");
    mkdirSync(folder);
    const { status, stderr } = scene.script(`cd scenario\n${scenarioScript(scenario)}`);
    assert.equal(status, 0, stderr);
    scenario.commands.forEach((command, index) => {
      const expected = scenario.answers?.[index];
      assert.ok(expected, `there is no golden for: ${command}`);
      assert.deepEqual({ command, ...readAnswer(folder, index, scenario) }, { command, ...expected });
    });
  });
}

function readAnswer(folder: string, index: number, scenario: Scenario): Answer {
  const read = (name: string): string => readFileSync(join(folder, `answers/${index}.${name}`), "utf8");
  return {
    status: Number(read("status")),
    stdout: normalise(read("out"), folder, scenario),
    stderr: normalise(read("err"), folder, scenario),
  };
}
