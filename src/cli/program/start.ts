// How a process begins: `… PROGRAM ARGUMENT…`, where PROGRAM is the name that the launcher was called by. It answers --version
// itself and loads the rest only when there is more to do, since a shell prompt may ask for the version.

import { writeSync } from "node:fs";
import { firnVersion, nixVersion } from "./version.ts";

interface Loaded {
  runProgram(program: string, words: readonly string[]): Promise<number>;
}

export async function start(load: () => Promise<Loaded>): Promise<void> {
  const [, , program = "firn", ...words] = process.argv;
  if (words.length === 1 && words[0] === "--version") {
    writeSync(1, program === "firn" ? `firn ${firnVersion} (Nix ${nixVersion})\n` : `${program} (Nix) ${nixVersion}\n`);
    return;
  }
  const loaded = await load();
  // At once: taking the heap apart, as at the end of the last event, takes a tenth of an evaluation's time.
  process.exit(await loaded.runProgram(program, words));
}
