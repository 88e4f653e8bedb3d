// Runs a program for which the store is at /nix/store: directly where it really lies there, else in a view of its own.

import { spawn } from "node:child_process";
import { FirnError, fromByteString } from "#formats";
import { runInStoreView } from "#host";
import type { LocalStore } from "#store";
import type { Context } from "../command.ts";

/** `argv` as byte strings; gives the program's exit status. */
export async function runSeeingStore(
  context: Context,
  store: LocalStore,
  argv: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const environment = definedVariables(variables);
  const program = argv.map(fromByteString);
  const { root } = store.layout;
  context.log.stop();
  if (root === undefined) return await spawnProgram(program, environment);
  return await runInStoreView(fromByteString(`${root}/nix`), ["/usr/bin/env", "--", ...program], { environment });
}

function spawnProgram(argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const [program = "", ...rest] = argv;
  // The program and its children get Ctrl-C from the terminal; this process only waits for them.
  process.on("SIGINT", ignoreSignal);
  const child = spawn(program, rest, { stdio: "inherit", env: { ...environment } });
  return new Promise((resolve, reject) => {
    child.on("error", () => reject(programNotFound(program)));
    child.on("exit", (code) => {
      process.off("SIGINT", ignoreSignal);
      resolve(code ?? 1);
    });
  });
}

function ignoreSignal(): void {}

function definedVariables(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function programNotFound(program: string): FirnError {
  return new FirnError("program-not-found", `cannot run '${program}': it is not in any of the packages, nor on PATH`);
}
