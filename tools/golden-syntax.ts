// Makes the goldens of src/language/syntax and src/language/errors anew with the real Nix 2.34.8, whose nix-instantiate has
// to be on the PATH, together with util-linux's script for colours. A new case is an object with nothing but its `source`
// (and its `name`, among the errors): run this, and the rest is filled in. It needs the right to make the folder /base.
// usage: node tools/golden-syntax.ts

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const language = new URL("../src/language/", import.meta.url);
const environment = {
  PATH: process.env["PATH"],
  HOME: "/root",
  TERM: "xterm",
  LC_ALL: "C.UTF-8",
  NIX_CONFIG: "experimental-features = pipe-operators",
};
const work = mkdtempSync(join(tmpdir(), "golden-syntax-"));
const input = join(work, "source");
mkdirSync("/base", { recursive: true });

/** Runs a shell command in /base with `$1` a file that holds the source; what it wrote, without a last line end. */
function run(command: string, source: string): { readonly out: string; readonly err: string } {
  writeFileSync(input, source, "latin1");
  const { stdout, stderr } = spawnSync("sh", ["-c", command, "sh", input], {
    cwd: "/base",
    env: environment,
    encoding: "latin1",
  });
  return { out: stdout.replace(/\r?\n$/, ""), err: stderr.replace(/\n$/, "") };
}

function parseCase(source: string): object {
  const { out, err } = run('nix-instantiate --parse - < "$1"', source);
  if (err.includes("undefined variable")) throw new Error(`not a closed expression: ${source}`);
  if (err === "") return { source, printed: out };
  return out === "" ? { source, error: err } : { source, printed: out, warning: err };
}

function renderCase({ name, source, trace }: { name: string; source: string; trace?: string }): object {
  const evaluate = "nix-instantiate --eval --strict";
  const plain = run(`${evaluate} - < "$1"`, source).err;
  const color = run(`script -qec "${evaluate} - < '$1'" /dev/null`, source).out.replaceAll("\r\n", "\n");
  if (trace === undefined) return { name, source, plain, color };
  return { name, source, plain, trace: run(`${evaluate} --show-trace - < "$1"`, source).err, color };
}

/** JSON in which each byte above 126 is escaped, so that no editor mistakes the byte strings for text. */
function printJson(value: unknown, indent: number): string {
  return JSON.stringify(value, null, indent).replace(/[\x7f-\xff]/g, escapeByte);
}

function escapeByte(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const syntax = new URL("syntax/golden/", language);
for (const name of readdirSync(syntax).filter((entry) => entry.endsWith(".json"))) {
  const file = new URL(name, syntax);
  const cases = JSON.parse(readFileSync(file, "utf8")) as { source: string }[];
  const lines = cases.map(({ source }) => `  ${printJson(parseCase(source), 0)}`);
  writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
}

const rendered = new URL("errors/golden/rendered.json", language);
const errors = JSON.parse(readFileSync(rendered, "utf8")) as { name: string; source: string; trace?: string }[];
writeFileSync(rendered, `${printJson(errors.map(renderCase), 2)}\n`);
rmSync(work, { recursive: true });
