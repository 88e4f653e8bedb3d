// nix path-info: what the store knows about paths.

import {
  pathInfosToJson,
  pathInfoToJson,
  printContentAddress,
  printJson,
  printStorePath,
  type JsonValue,
  type PathInfoJsonFormat,
  type StorePath,
} from "#formats";
import type { DerivedPath } from "#build";
import { computeClosure, renderSize, topologicalSort, type LocalStore } from "#store";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "../arguments/command-line.ts";
import type { Command, Context } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { realisePaths } from "../stores/realise-paths.ts";
import { UsageError } from "../program/usage-error.ts";
import { printJsonText } from "./eval.ts";
import { installableFlags } from "./installable-flags.ts";
import { openInstallableSession, toDerivedPaths } from "./installables.ts";

interface InfoLine {
  size: boolean;
  closureSize: boolean;
  humanReadable: boolean;
  signatures: boolean;
  json: boolean;
  jsonFormat: PathInfoJsonFormat | undefined;
  recursive: boolean;
  all: boolean;
  wantsHelp: boolean;
  readonly words: string[];
}

/** As wide as Nix makes a number of bytes. */
const sizeWidth = 11;
/** `1023.9 MiB`. */
const humanSizeWidth = 10;

export const command: Command = {
  name: "nix path-info",
  help: "nix/path-info.md",
  async run(words, context) {
    const installables = installableFlags(context);
    const line: InfoLine = {
      size: false,
      closureSize: false,
      humanReadable: false,
      signatures: false,
      json: false,
      jsonFormat: undefined,
      recursive: false,
      all: false,
      wantsHelp: false,
      words: [],
    };
    const flags = flagTable({
      "-s --size": switchFlag(() => (line.size = true)),
      "-S --closure-size": switchFlag(() => (line.closureSize = true)),
      "-h --human-readable": switchFlag(() => (line.humanReadable = true)),
      "--sigs": switchFlag(() => (line.signatures = true)),
      "--json": switchFlag(() => (line.json = true)),
      "--json-format": valueFlag((text) => (line.jsonFormat = parseFormat(text))),
      "-r --recursive": switchFlag(() => (line.recursive = true)),
      "--all": switchFlag(() => (line.all = true)),
      "--help": switchFlag(() => (line.wantsHelp = true)),
    });
    parseCommandLine(
      words,
      firstOf(flags, installables.lookup),
      (word) => !word.startsWith("-") && line.words.push(word) > 0,
    );
    if (line.wantsHelp) return printHelp(command, context);
    if (line.all && line.words.length > 0) throw new UsageError("'--all' does not expect arguments");

    const session = await openInstallableSession(context, installables);
    const { store } = session;
    const named = line.all
      ? store.queryAllValidPaths()
      : await pathsOf(context, store, toDerivedPaths(session, installables, line.words));
    const wanted = line.recursive ? computeClosure(store, named) : named;
    const paths = topologicalSort(store, new Set(wanted)).toReversed();
    if (line.json) printAsJson(context, store, line, paths);
    else printAsTable(context, store, line, paths);
    return 0;
  },
};

/** The outputs of what is built, without building what is there. */
async function pathsOf(context: Context, store: LocalStore, wanted: readonly DerivedPath[]): Promise<StorePath[]> {
  const toBuild = wanted.filter((path) => path.kind === "built");
  const results = await realisePaths(context, store, toBuild);
  const built = results.flatMap((result) => (result.success ? [...result.builtOutputs.values()] : []));
  return [...built, ...wanted.flatMap((path) => (path.kind === "opaque" ? [path.path] : []))];
}

function printAsTable(context: Context, store: LocalStore, line: InfoLine, paths: readonly StorePath[]): void {
  const width = Math.max(0, ...paths.map((path) => printStorePath(store.storeDir, path).length));
  const printSize = (bytes: number) =>
    `\t${line.humanReadable ? renderSize(bytes).padStart(humanSizeWidth) : String(bytes).padStart(sizeWidth)}`;
  for (const path of paths) {
    const info = store.queryPathInfo(path);
    let text = printStorePath(store.storeDir, path);
    if (line.size || line.closureSize || line.signatures) text = text.padEnd(width);
    if (line.size) text += printSize(info.narSize);
    if (line.closureSize) text += printSize(closureSize(store, path));
    if (line.signatures) {
      const notes = [
        ...(info.ultimate ? ["ultimate"] : []),
        ...(info.ca === undefined ? [] : [`ca:${printContentAddress(info.ca)}`]),
        ...info.signatures,
      ];
      text += `\t${notes.join(" ")}`;
    }
    context.output.writeLine(text);
  }
}

function printAsJson(context: Context, store: LocalStore, line: InfoLine, paths: readonly StorePath[]): void {
  const format = line.jsonFormat ?? 1;
  if (line.jsonFormat === undefined) {
    context.log.message(
      "warn",
      "'--json' without '--json-format' is deprecated; please specify '--json-format 1' or '--json-format 2'. " +
        "This will become an error in a future release.",
    );
  }
  const infos = paths.toSorted().map((path) => [path, describe(store, line, path, format)] as const);
  printJsonText(context.output, printJson(pathInfosToJson(store.storeDir, infos, format)));
}

/** Undefined for a path that is not valid. */
function describe(
  store: LocalStore,
  line: InfoLine,
  path: StorePath,
  format: PathInfoJsonFormat,
): JsonValue | undefined {
  const info = store.queryPathInfoIfValid(path);
  if (info === undefined) return undefined;
  const members = pathInfoToJson(store.storeDir, info, format) as { readonly [name: string]: JsonValue };
  return line.closureSize ? { ...members, closureSize: closureSize(store, path) } : members;
}

function closureSize(store: LocalStore, path: StorePath): number {
  return computeClosure(store, [path]).reduce((sum, member) => sum + store.queryPathInfo(member).narSize, 0);
}

function parseFormat(text: string): PathInfoJsonFormat {
  if (text === "1" || text === "2") return Number(text) as PathInfoJsonFormat;
  throw new UsageError(`unsupported path info JSON format version ${text}; supported versions are 1 and 2`);
}
