// Makes the answers in tests/functional/goldens/flakes.json anew with the real Nix 2.34.8. A new scenario is one without
// `answers`. Every scenario runs in a folder of its own.
// usage: node tools/golden-flakes.ts [NAME…]
//
// `nix` and `git` have to be on the PATH. Where Nix runs in another root, GOLDEN_SHELL is a command that runs a shell
// script there, GOLDEN_FOLDER a folder that both sides see, GOLDEN_FOLDER_THERE its name over there.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, normalise, type Scenario, scenarioScript } from "../tests/functional/flake-scenario.ts";

const golden = new URL("../tests/functional/goldens/flakes.json", import.meta.url);
const here = process.env["GOLDEN_FOLDER"] ?? mkdtempSync(join(tmpdir(), "golden-flakes-"));
const there = process.env["GOLDEN_FOLDER_THERE"] ?? here;
const [shell = "sh", ...shellArguments] = (process.env["GOLDEN_SHELL"] ?? "sh").split(" ");
const wanted = process.argv.slice(2);

const scenarios = JSON.parse(readFileSync(golden, "utf8")) as readonly Scenario[];
const made = scenarios.map((scenario, number) =>
  wanted.length === 0 || wanted.some((name) => scenario.name.includes(name)) ? run(scenario, number) : scenario,
);
writeFileSync(golden, `${JSON.stringify(made, undefined, 2)}\n`);

function run(scenario: Scenario, number: number): Scenario {
  const folder = join(here, String(number));
  const folderThere = join(there, String(number));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const script = `${folder}.sh`;
  writeFileSync(script, `cd ${folderThere} || exit 1\n${scenarioScript(scenario)}\n`);
  const { status } = spawnSync(shell, [...shellArguments, `${folderThere}.sh`], { stdio: "inherit" });
  if (status !== 0) throw new Error(`the scenario '${scenario.name}' ended with ${status}`);
  const answers = scenario.commands.map((_, index) => readAnswer(folder, folderThere, index, scenario));
  rmSync(folder, { recursive: true });
  rmSync(script);
  return { ...scenario, answers };
}

function readAnswer(folder: string, folderThere: string, index: number, scenario: Scenario): Answer {
  const read = (name: string): string => readFileSync(join(folder, `answers/${index}.${name}`), "utf8");
  return {
    status: Number(read("status")),
    stdout: normalise(read("out"), folderThere, scenario),
    stderr: normalise(read("err"), folderThere, scenario),
  };
}
