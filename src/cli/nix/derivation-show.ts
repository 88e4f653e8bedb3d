// nix derivation show: store derivations as JSON.

import {
  derivationJsonVersion,
  derivationToJson,
  FirnError,
  isDerivationPath,
  printJson,
  printStorePath,
  type StorePath,
} from "#formats";
import type { DerivedPath } from "#build";
import { computeClosure, type LocalStore } from "#store";
import { firstOf, flagTable, parseCommandLine, switchFlag } from "../arguments/command-line.ts";
import type { Command } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { printJsonText } from "./eval.ts";
import { installableFlags } from "./installable-flags.ts";
import { openInstallableSession, toDerivedPaths } from "./installables.ts";

export const command: Command = {
  name: "nix derivation show",
  help: "nix/derivation-show.md",
  async run(words, context) {
    const installables = installableFlags(context);
    const named: string[] = [];
    let recursive = false;
    let wantsHelp = false;
    const flags = flagTable({
      "-r --recursive": switchFlag(() => (recursive = true)),
      "--pretty --no-pretty": switchFlag(() => undefined),
      "--help": switchFlag(() => (wantsHelp = true)),
    });
    parseCommandLine(
      words,
      firstOf(flags, installables.lookup),
      (word) => !word.startsWith("-") && named.push(word) > 0,
    );
    if (wantsHelp) return printHelp(command, context);

    const session = await openInstallableSession(context, installables);
    const { store } = session;
    const start = toDerivedPaths(session, installables, named).map((path) => derivationOf(store, path));
    const all = recursive ? computeClosure(store, start) : start;
    const derivations = all
      .filter(isDerivationPath)
      .map((path) => [path, derivationToJson(store.readDerivation(path))] as const);
    const answer = { version: derivationJsonVersion, derivations: Object.fromEntries(derivations) };
    printJsonText(context.output, printJson(answer));
    return 0;
  },
};

function derivationOf(store: LocalStore, path: DerivedPath): StorePath {
  if (path.kind === "built") return path.derivation;
  if (isDerivationPath(path.path)) return path.path;
  const { deriver } = store.queryPathInfo(path.path);
  if (deriver === undefined) throw deriverUnknown(printStorePath(store.storeDir, path.path));
  return deriver;
}

function deriverUnknown(path: string): FirnError {
  return new FirnError("deriver-unknown", `'${path}' does not have a known deriver`);
}
