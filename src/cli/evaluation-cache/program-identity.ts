// Which program this is, finer than its version: while it is worked on, the version stays and the answers may not.

import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { firnVersion, nixVersion } from "../program/version.ts";

/** Anew with every build of the bundle, and where the sources run with every change of one of them. */
export function programIdentity(): readonly unknown[] {
  const own = fileURLToPath(import.meta.url);
  const files = own.endsWith(".ts") ? sourcesOf(join(dirname(own), "../..")) : [own];
  return [firnVersion, nixVersion, process.version, ...files.map(describe)];
}

function sourcesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts"))
    .toSorted()
    .map((name) => join(folder, name));
}

function describe(file: string): readonly unknown[] {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
  return [file, dev, ino, size, mtimeMs, ctimeMs];
}
