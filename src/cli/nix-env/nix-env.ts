// nix-env: finds the operation and the flags that all operations share, and hands the rest to the operation's file.

import { defaultProfile } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import { parseCommandLine, firstOf, type TakeWord } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags } from "../arguments/eval-flags.ts";
import type { Command, Context } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { profileLocationsOf } from "../stores/profile-locations.ts";
import { openSession, openWritingSession } from "../evaluation/session.ts";
import { UsageError } from "../program/usage-error.ts";
import { printProgramVersion } from "../program/print-version.ts";
import type { EnvOperation, EnvRequest } from "./request.ts";

interface OperationEntry {
  readonly names: readonly string[];
  readonly load: () => Promise<EnvOperation>;
}

const operations: readonly OperationEntry[] = [
  { names: ["--install", "-i"], load: async () => (await import("./install.ts")).install },
  { names: ["--upgrade", "-u"], load: async () => (await import("./upgrade.ts")).upgrade },
  { names: ["--uninstall", "-e"], load: async () => (await import("./uninstall.ts")).uninstall },
  { names: ["--query", "-q"], load: async () => (await import("./query.ts")).query },
  { names: ["--set"], load: async () => (await import("./set.ts")).set },
  { names: ["--set-flag"], load: async () => (await import("./set.ts")).setFlag },
  { names: ["--switch-profile", "-S"], load: async () => (await import("./generations.ts")).switchProfile },
  { names: ["--switch-generation", "-G"], load: async () => (await import("./generations.ts")).switchToGeneration },
  { names: ["--rollback"], load: async () => (await import("./generations.ts")).rollback },
  { names: ["--list-generations"], load: async () => (await import("./generations.ts")).listGenerations },
  { names: ["--delete-generations"], load: async () => (await import("./generations.ts")).deleteSomeGenerations },
];

export const command: Command = {
  name: "nix-env",
  help: "nix-env/nix-env.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.wantsHelp) return printHelp(command, context, line.operation?.names[0]);
    if (line.wantsVersion) return printProgramVersion(context);
    if (line.operation === undefined) throw new UsageError("no operation specified");
    const operation = await line.operation.load();
    await operation(line.request());
    return 0;
  },
};

interface CommandLine {
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
  readonly operation: OperationEntry | undefined;
  readonly request: () => EnvRequest;
}

function readCommandLine(words: readonly string[], context: Context): CommandLine {
  const evaluation = evalFlags();
  const flags: string[] = [];
  const operands: string[] = [];
  let operation: OperationEntry | undefined;
  let wantsHelp = false;
  let wantsVersion = false;
  let profile = "";
  let file = "";
  let systemFilter = "*";
  let prebuiltOnly = false;
  let dryRun = false;
  let forceName: string | undefined;

  const takeArgument = (word: string, take: TakeWord): boolean => {
    const entry = operations.find(({ names }) => names.includes(word));
    if (entry !== undefined) {
      if (operation !== undefined && operation !== entry) throw new UsageError("only one operation may be specified");
      operation = entry;
    } else if (word === "--help") wantsHelp = true;
    else if (word === "--version") wantsVersion = true;
    else if (word === "--profile" || word === "-p") profile = absolutePath(take(word));
    else if (word === "--file" || word === "-f") file = take(word);
    else if (word === "--system-filter") systemFilter = take(word);
    else if (word === "--prebuilt-only" || word === "-b") prebuiltOnly = true;
    else if (word === "--force-name") forceName = take(word);
    else if (word === "--dry-run") {
      context.log.message("info", "(dry run; not doing anything)");
      dryRun = true;
    } else if (word.startsWith("-")) {
      flags.push(word);
      if (hasArgument(word, operation)) flags.push(take(word));
    } else operands.push(word);
    return true;
  };
  parseCommandLine(words, firstOf(evaluation.lookup, legacyFlags(context)), takeArgument);

  return {
    wantsHelp,
    wantsVersion,
    operation,
    request: () => {
      const locations = profileLocationsOf(context);
      return {
        context,
        flags,
        words: operands,
        profile: profile || context.environment["NIX_PROFILE"] || defaultProfile(locations),
        file: file || undefined,
        systemFilter,
        dryRun,
        prebuiltOnly,
        forceName,
        evalFlags: evaluation,
        openSession: () => (dryRun ? openSession(context, evaluation) : openWritingSession(context, evaluation)),
      };
    },
  };
}

/** Flags of operations that take a word; only known after the operation, as in Nix. */
function hasArgument(flag: string, operation: OperationEntry | undefined): boolean {
  if (flag === "--from-profile") return true;
  const names = operation?.names ?? [];
  if (flag === "--attr" || flag === "-A") return names.includes("--query");
  return flag === "--priority" && names.includes("--install");
}
