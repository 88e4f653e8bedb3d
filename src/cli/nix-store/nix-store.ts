// nix-store: finds the operation and the flags that all operations share, and hands the rest to the operation's file.

import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { parseCommandLine, type TakeWord } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import type { Command, Context } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { printProgramVersion } from "../program/print-version.ts";
import { UsageError } from "../program/usage-error.ts";
import type { StoreOperation, StoreRequest } from "./request.ts";

interface OperationEntry {
  readonly names: readonly string[];
  /** What it reads from standard input is data and no list of arguments. */
  readonly readsData?: boolean;
  readonly load: () => Promise<StoreOperation>;
}

const operations: readonly OperationEntry[] = [
  { names: ["--realise", "--realize", "-r"], load: async () => (await import("./realise.ts")).realise },
  { names: ["--add", "-A"], load: async () => (await import("./add.ts")).add },
  { names: ["--add-fixed"], load: async () => (await import("./add.ts")).addFixed },
  { names: ["--print-fixed-path"], load: async () => (await import("./add.ts")).printFixedPath },
  { names: ["--delete"], load: async () => (await import("./collect.ts")).deletePaths },
  { names: ["--gc"], load: async () => (await import("./collect.ts")).collectGarbage },
  { names: ["--query", "-q"], load: async () => (await import("./query.ts")).query },
  { names: ["--print-env"], load: async () => (await import("./derivations.ts")).printEnvironment },
  { names: ["--read-log", "-l"], load: async () => (await import("./derivations.ts")).readLog },
  { names: ["--dump-db"], load: async () => (await import("./database.ts")).dump },
  { names: ["--load-db"], readsData: true, load: async () => (await import("./database.ts")).load },
  { names: ["--register-validity"], readsData: true, load: async () => (await import("./database.ts")).register },
  { names: ["--check-validity"], load: async () => (await import("./database.ts")).checkValidity },
  { names: ["--dump"], load: async () => (await import("./archive.ts")).dump },
  { names: ["--restore"], readsData: true, load: async () => (await import("./archive.ts")).restore },
  { names: ["--export"], load: async () => (await import("./archive.ts")).exportObjects },
  { names: ["--import"], readsData: true, load: async () => (await import("./archive.ts")).importObjects },
  { names: ["--verify"], load: async () => (await import("./verify.ts")).verify },
  { names: ["--verify-path"], load: async () => (await import("./verify.ts")).verifyPaths },
  { names: ["--repair-path"], load: async () => (await import("./verify.ts")).repairPaths },
  { names: ["--optimise", "--optimize"], load: async () => (await import("./verify.ts")).optimise },
  { names: ["--generate-binary-cache-key"], load: async () => (await import("./generate-key.ts")).generateKey },
  { names: ["--init"], load: async () => initialise },
];

const flagsWithArgument = ["--max-freed", "--max-links", "--max-atime"];

export const command: Command = {
  name: "nix-store",
  help: "nix-store/nix-store.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.wantsHelp) return printHelp(command, context, line.operation?.names[0]);
    if (line.wantsVersion) return printProgramVersion(context);
    if (line.operation === undefined) throw new UsageError("no operation specified");
    const operation = await line.operation.load();
    return (await operation(line.request)) ?? 0;
  },
};

interface CommandLine {
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
  readonly operation: OperationEntry | undefined;
  readonly request: StoreRequest;
}

function readCommandLine(words: readonly string[], context: Context): CommandLine {
  const flags: string[] = [];
  const operands: string[] = [];
  let operation: OperationEntry | undefined;
  let wantsHelp = false;
  let wantsVersion = false;
  let readsWords = false;
  let root: string | undefined;
  let noOutput = false;

  const takeArgument = (word: string, take: TakeWord): boolean => {
    const entry = operations.find(({ names }) => names.includes(word));
    if (entry !== undefined) {
      if (operation !== undefined && operation !== entry) throw new UsageError("only one operation may be specified");
      operation = entry;
    } else if (word === "--help") wantsHelp = true;
    else if (word === "--version") wantsVersion = true;
    else if (word === "--add-root") root = take(word);
    else if (word === "--stdin" && !isatty(0)) readsWords = true;
    else if (word === "--no-output") noOutput = true;
    else if (word === "--indirect") return true;
    else if (word.startsWith("-")) {
      flags.push(word);
      if (flagsWithArgument.includes(word)) flags.push(take(word));
    } else operands.push(word);
    return true;
  };
  parseCommandLine(words, legacyFlags(context), takeArgument);
  if (readsWords && operation?.readsData !== true) {
    operands.push(
      ...readFileSync(0, "latin1")
        .split(/\s+/)
        .filter((word) => word !== ""),
    );
  }
  const openStore = () => openLocalStoreOf(context);
  return {
    wantsHelp,
    wantsVersion,
    operation,
    request: { context, flags, words: operands, root, noOutput, openStore },
  };
}

/** Opening the store makes its database. */
function initialise(request: StoreRequest): void {
  if (request.flags.length > 0) throw new UsageError("unknown flag");
  if (request.words.length > 0) throw new UsageError("no arguments expected");
  request.openStore();
}
