// nix build: builds what is named, and leaves links `result`, `result-1`, … to it.

import { derivationOutputPath, printJson, printStorePath, type JsonValue, type StorePath } from "#formats";
import { queryMissing, type BuildResult, type DerivedPath } from "#build";
import type { LocalStore } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "../arguments/command-line.ts";
import type { Command } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { printHelp } from "../program/help.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { printMissingPaths } from "../stores/print-missing.ts";
import { realisePaths } from "../stores/realise-paths.ts";
import { UsageError } from "../program/usage-error.ts";
import { printJsonText } from "./eval.ts";
import { choosePurity, installableFlags, questionOfInstallables } from "./installable-flags.ts";

export const command: Command = {
  name: "nix build",
  help: "nix/build.md",
  async run(words, context) {
    const installables = installableFlags(context);
    const named: string[] = [];
    let outLink: string | undefined = "result";
    let dryRun = false;
    let json = false;
    let printPaths = false;
    let rebuild = false;
    let profile: string | undefined;
    let wantsHelp = false;
    const flags = flagTable({
      "-o --out-link": valueFlag((path) => (outLink = path)),
      "--no-link": switchFlag(() => (outLink = undefined)),
      "--dry-run": switchFlag(() => (dryRun = true)),
      "--json": switchFlag(() => (json = true)),
      "--print-out-paths": switchFlag(() => (printPaths = true)),
      "--rebuild": switchFlag(() => (rebuild = true)),
      "--profile": valueFlag((path) => (profile = absolutePath(path))),
      "--help": switchFlag(() => (wantsHelp = true)),
    });
    parseCommandLine(
      words,
      firstOf(flags, installables.lookup),
      (word) => !word.startsWith("-") && named.push(word) > 0,
    );
    if (wantsHelp) return printHelp(command, context);

    const { output } = context;
    choosePurity(context, installables);
    const store = openLocalStoreOf(context);
    const wanted: DerivedPath[] = [];
    await answerOnce<DerivedPath>({
      context,
      store,
      flags: installables.evaluation,
      question: questionOfInstallables("build", installables, named),
      isItem: isDerivedPath,
      act: (path) => wanted.push(path),
      evaluate: async (say, recording) => {
        const { toDerivedPaths } = await import("./installables.ts");
        const { openSession } = await import("../evaluation/session.ts");
        const session = await openSession(context, installables.evaluation, { store, recording });
        for (const path of toDerivedPaths(session, installables, named)) say(path);
      },
    });
    printMissingPaths(context, store, queryMissing(store, wanted), dryRun ? "error" : "info");
    if (dryRun) {
      if (json) printJsonText(output, printJson(wanted.map((path) => plannedToJson(store, path))));
      return 0;
    }
    const mode = context.switches.repair ? "repair" : rebuild ? "check" : "normal";
    const built = (await realisePaths(context, store, wanted, mode)).map(toBuilt);
    if (json) output.writeLine(printJson(built.map((one) => builtToJson(store, one))));
    if (outLink !== undefined) makeOutLinks(store, absolutePath(outLink), built);
    if (printPaths) {
      for (const { outputs } of built)
        for (const path of outputs.values()) output.writeLine(printStorePath(store.storeDir, path));
    }
    if (profile !== undefined) {
      const { createGeneration, switchLink } = await import("#profile");
      switchLink(profile, createGeneration(store, profile, onlyOutput(built)));
    }
    return 0;
  },
};

function isDerivedPath(value: unknown): value is DerivedPath {
  if (typeof value !== "object" || value === null) return false;
  const { kind, path, derivation, outputs } = value as Record<string, unknown>;
  if (kind === "opaque") return typeof path === "string";
  const areNamed = Array.isArray(outputs) && outputs.every((name) => typeof name === "string");
  return kind === "built" && typeof derivation === "string" && (outputs === "all" || areNamed);
}

interface Built {
  readonly path: DerivedPath;
  /** In byte order of their names; of a store path `out` is the path itself. */
  readonly outputs: ReadonlyMap<string, StorePath>;
  readonly startTime: number;
  readonly stopTime: number;
}

function toBuilt(result: BuildResult): Built {
  const { path } = result;
  if (!result.success) throw result.error;
  const outputs = path.kind === "opaque" ? [["out", path.path] as const] : [...result.builtOutputs];
  outputs.sort(([a], [b]) => (a < b ? -1 : 1));
  return { path, outputs: new Map(outputs), startTime: result.startTime, stopTime: result.stopTime };
}

function makeOutLinks(store: LocalStore, link: string, built: readonly Built[]): void {
  built.forEach(({ outputs }, index) => {
    for (const [name, path] of outputs) {
      const ending = (index > 0 ? `-${index}` : "") + (name === "out" ? "" : `-${name}`);
      store.addPermanentRoot(path, link + ending);
    }
  });
}

function onlyOutput(built: readonly Built[]): StorePath {
  const paths = built.flatMap(({ outputs }) => [...outputs.values()]);
  const [path] = paths;
  if (path === undefined || paths.length !== 1) {
    throw new UsageError(
      `'--profile' requires that the arguments produce a single store path, but there are ${paths.length}`,
    );
  }
  return path;
}

function builtToJson(store: LocalStore, { path, outputs, startTime, stopTime }: Built): JsonValue {
  if (path.kind === "opaque") return printStorePath(store.storeDir, path.path);
  const printed = [...outputs].map(([name, output]) => [name, printStorePath(store.storeDir, output)]);
  return {
    drvPath: printStorePath(store.storeDir, path.derivation),
    outputs: Object.fromEntries(printed) as JsonValue,
    ...(startTime === 0 ? {} : { startTime }),
    ...(stopTime === 0 ? {} : { stopTime }),
  };
}

function plannedToJson(store: LocalStore, path: DerivedPath): JsonValue {
  if (path.kind === "opaque") return printStorePath(store.storeDir, path.path);
  const derivation = store.readDerivation(path.derivation);
  const names = path.outputs === "all" ? [...derivation.outputs.keys()] : path.outputs;
  const outputs = names.map((name) => {
    const output = derivationOutputPath(store.storeDir, derivation, name);
    return [name, output === undefined ? null : printStorePath(store.storeDir, output)];
  });
  return {
    drvPath: printStorePath(store.storeDir, path.derivation),
    outputs: Object.fromEntries(outputs) as JsonValue,
  };
}
