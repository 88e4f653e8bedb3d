// Makes the goldens of src/language/builtins anew with the real Nix 2.34.8. A new case is an object with nothing but its
// `source`; run this, and what Nix prints is filled in: `value`, or `error` as the whole of stderr. With `features` it runs
// with these experimental features, with `showTrace` it shows all frames.
// usage: node tools/golden-language.ts [SUBJECT…]
//
// `nix-instantiate` has to be on the PATH, and /base writable. Where Nix runs in another root, GOLDEN_SHELL is a command
// that runs a shell script there, GOLDEN_FOLDER a folder that both sides see, GOLDEN_FOLDER_THERE its name over there.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Case {
  readonly source: string;
  readonly features?: string;
  readonly showTrace?: true;
  readonly value?: string;
  readonly error?: string;
}

const golden = new URL("../src/language/builtins/golden/", import.meta.url);
const here = process.env["GOLDEN_FOLDER"] ?? mkdtempSync(join(tmpdir(), "golden-language-"));
const there = process.env["GOLDEN_FOLDER_THERE"] ?? here;
const shell = (process.env["GOLDEN_SHELL"] ?? "sh").split(" ");
const subjects = process.argv.slice(2);

const files = JSON.parse(readFileSync(new URL("files.json", golden), "utf8")) as Record<string, string>;
rmSync(here, { recursive: true, force: true });
mkdirSync(here, { recursive: true });

for (const name of readdirSync(golden).filter((entry) => entry.endsWith(".json") && entry !== "files.json")) {
  if (subjects.length > 0 && !subjects.includes(name.slice(0, -5))) continue;
  const file = new URL(name, golden);
  const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];
  const lines = evaluateAll(cases).map((made) => `  ${printJson(made)}`);
  writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
}
rmSync(here, { recursive: true });

/** One shell runs them all, since entering another root for each would take most of the time. */
function evaluateAll(cases: readonly Case[]): Case[] {
  const script = [
    "mkdir -p /base && cd /base || exit 1",
    ...Object.entries(files).flatMap(([path, text], index) => {
      writeFileSync(join(here, `file-${index}`), text, "latin1");
      return [`mkdir -p "$(dirname ${path})"`, `cp ${there}/file-${index} ${path}`];
    }),
    "export HOME=/root LC_ALL=C.UTF-8 NIX_CONF_DIR=/base/no-configuration NIX_PATH= NIX_CONFIG='build-users-group ='",
  ];
  for (const [index, { source, features, showTrace }] of cases.entries()) {
    const flags = (showTrace ? " --show-trace" : "") + (features ? ` --extra-experimental-features "${features}"` : "");
    writeFileSync(join(here, `${index}`), source, "latin1");
    script.push(
      `nix-instantiate --eval --strict --readonly-mode${flags} -E "$(cat ${there}/${index})" >${there}/${index}.out 2>${there}/${index}.err`,
    );
  }
  writeFileSync(join(here, "script"), `${script.join("\n")}\n`);
  const [command = "sh", ...args] = shell;
  const { error } = spawnSync(command, [...args, join(there, "script")], { stdio: "inherit" });
  if (error !== undefined) throw error;
  return cases.map(({ value: _value, error: _error, ...given }, index) => {
    const read = (suffix: string): string =>
      readFileSync(join(here, `${index}.${suffix}`), "latin1").replace(/\n$/, "");
    const value = read("out");
    return value === "" ? { ...given, error: read("err") } : { ...given, value };
  });
}

/** JSON in which each byte above 126 is escaped, so that no editor mistakes the byte strings for text. */
function printJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\x7f-\xff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
