// The house's own rules, those that the type checker cannot hold: who may import whom and how, who may print, which names
// must not appear. Each failure names the file and the line to change.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const home = join(import.meta.dirname, "..");

/** From the top down; a room imports only from those after it. */
const rooms = [
  "cli",
  "nixos",
  "profile",
  "instantiate",
  "build",
  "fetch",
  "store",
  "host",
  "language",
  "formats",
] as const;
type Room = (typeof rooms)[number];
const belowTheLine: readonly Room[] = ["language", "formats"];

interface Source {
  readonly path: string;
  readonly room: Room;
  readonly text: string;
  /** A test, or what only tests use: `….test.ts` and `….test-support.ts`. Such a file may use Node and any room. */
  readonly isTest: boolean;
}

const testFile = /\.test(?:-support)?\.ts$/;

const sources: readonly Source[] = globSync("src/**/*.ts", { cwd: home })
  .toSorted()
  .map((path) => ({
    path,
    room: path.split("/")[1] as Room,
    text: readFileSync(join(home, path), "utf8"),
    isTest: testFile.test(path),
  }));

function importsOf(source: Source): readonly { readonly target: string; readonly line: number }[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...source.text.matchAll(pattern)].map((match) => ({
    target: match[1] ?? match[2] ?? "",
    line: source.text.slice(0, (match.index ?? 0) + match[0].length).split("\n").length,
  }));
}

function assertNone(faults: readonly string[]): void {
  assert.equal(faults.length, 0, `\n${faults.join("\n")}`);
}

test("every folder of src is a room with one door", () => {
  const folders = readdirSync(join(home, "src")).toSorted();
  assert.deepEqual(folders, [...rooms].toSorted());
  for (const room of rooms)
    assert.ok(existsSync(join(home, "src", room, "index.ts")), `src/${room}/index.ts is missing`);
});

test("a room imports only from rooms below it, and only through their doors", () => {
  const faults: string[] = [];
  for (const source of sources) {
    for (const { target, line } of importsOf(source)) {
      const at = `${source.path}:${line}: imports ${target}`;
      if (target.startsWith("#")) {
        if (target === "#digest") continue;
        const room = target.slice(1) as Room;
        if (!rooms.includes(room)) faults.push(`${at}, which is no door`);
        else if (!source.isTest && rooms.indexOf(room) <= rooms.indexOf(source.room)) {
          faults.push(`${at}, which is not below ${source.room}`);
        }
      } else if (target.startsWith(".")) {
        const folder = join(source.path, "..", target).split("/")[1];
        if (folder !== source.room && !source.isTest) faults.push(`${at}, past the door of ${folder}`);
      }
    }
  }
  assertNone(faults);
});

test("what is not a test uses no test's support", () => {
  const faults: string[] = [];
  for (const source of sources) {
    if (source.isTest) continue;
    for (const { target, line } of importsOf(source)) {
      if (testFile.test(target)) faults.push(`${source.path}:${line}: imports ${target}`);
    }
  }
  assertNone(faults);
});

test("below the line nothing of Node is imported or named", () => {
  const faults: string[] = [];
  for (const source of sources) {
    if (!belowTheLine.includes(source.room) || source.isTest) continue;
    for (const { target, line } of importsOf(source)) {
      if (target.startsWith("node:") || target === "koffi") faults.push(`${source.path}:${line}: imports ${target}`);
    }
    source.text.split("\n").forEach((line, index) => {
      if (/\b(?:Buffer|process)\s*[.(]/.test(line.replace(/\/\/.*|^\s*\*.*/, ""))) {
        faults.push(`${source.path}:${index + 1}: names what only Node has`);
      }
    });
  }
  assertNone(faults);
});

test("only cli prints", () => {
  const faults: string[] = [];
  for (const source of sources) {
    if (source.room === "cli" || source.isTest) continue;
    source.text.split("\n").forEach((line, index) => {
      if (/\bconsole\.\w+\(|process\.std(?:out|err)\.write\(/.test(line))
        faults.push(`${source.path}:${index + 1}: prints`);
    });
  }
  assertNone(faults);
});

test("no file of the project names a registry's or mirror's host, or a path of one machine", () => {
  const tracked = execFileSync("git", ["-c", "safe.directory=*", "-C", home, "ls-files", "-z"], { encoding: "utf8" })
    .split("\0")
    .filter(Boolean);
  const hosts = ["deb.debian", "security.debian", "registry.npmjs"].map((name) => `${name}.org`);
  // A checkout right below the root has a name that may well stand for something else.
  const here = home.lastIndexOf("/") > 0 ? `${home}/` : undefined;
  const faults: string[] = [];
  for (const path of tracked) {
    const full = join(home, path);
    if (!existsSync(full) || !lstatSync(full).isFile()) continue;
    const text = readFileSync(full, "latin1");
    if (here !== undefined && text.includes(here)) faults.push(`${path}: names ${here}`);
    for (const host of hosts) if (text.includes(host)) faults.push(`${path}: names ${host}`);
  }
  assertNone(faults);
});

test("every program in bin but firn itself is a link to firn", () => {
  for (const program of readdirSync(join(home, "bin"))) {
    if (program === "firn") continue;
    assert.equal(readlinkSync(join(home, "bin", program)), "firn", `bin/${program}`);
  }
});

test("every name in ARCHITECTURE.md leads to its definition in one step", () => {
  const text = readFileSync(join(home, "ARCHITECTURE.md"), "utf8");
  // A reference reads [`name`](path/to/file.ts): the file exists and declares the name.
  const references = [...text.matchAll(/\[`([\w.]+)`\]\(([^)#]+)\)/g)];
  assert.ok(references.length > 20, "ARCHITECTURE.md names hardly any function");
  const faults: string[] = [];
  for (const [, name = "", path = ""] of references) {
    const full = join(home, path);
    if (!existsSync(full)) faults.push(`${path} does not exist (for ${name})`);
    else if (lstatSync(full).isFile() && path.endsWith(".ts")) {
      const last = name.split(".").at(-1) ?? name;
      const declared = new RegExp(
        `\\b(?:function\\*?|class|interface|type|const)\\s+${last}\\b|^\\s+(?:async )?\\*?${last}\\(`,
        "m",
      );
      if (!declared.test(readFileSync(full, "utf8"))) faults.push(`${path} does not declare ${name}`);
    }
  }
  assertNone(faults);
});
