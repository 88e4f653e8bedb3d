// A copy of an input's source that can be worked on (Input::clone).

import { copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, chmodSync } from "node:fs";
import { cloneRepository } from "#fetch";
import type { InputAttributes } from "#formats";
import { hostPath } from "#host";
import { guarded } from "../guarded.ts";
import type { Flakes } from "./flakes.ts";

/** `into` must not exist. */
export function cloneInput(flakes: Flakes, input: InputAttributes, into: string): void {
  if (input.get("type") === "git") guarded(() => cloneRepository(input, into, flakes.context.warn));
  else copyTree(flakes.store.realPath(flakes.fetchTree(input).path), into);
}

/** What is read-only in the store can be written to in the copy. */
function copyTree(from: string, to: string): void {
  const entry = lstatSync(hostPath(from));
  if (entry.isSymbolicLink()) {
    symlinkSync(readlinkSync(hostPath(from), { encoding: "buffer" }), hostPath(to));
  } else if (entry.isDirectory()) {
    mkdirSync(hostPath(to));
    for (const name of readdirSync(hostPath(from), "latin1")) copyTree(`${from}/${name}`, `${to}/${name}`);
  } else {
    copyFileSync(hostPath(from), hostPath(to));
    chmodSync(hostPath(to), (entry.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
