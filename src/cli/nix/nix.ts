// nix: finds the subcommand, which reads its own flags. Unlike Nix, no experimental feature is asked for.

import type { Command } from "../command.ts";
import { firstOf, flagTable, parseCommandLine, switchFlag, type FlagLookup } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import { networkFlags } from "../arguments/network-flags.ts";
import { printHelp } from "../program/help.ts";
import { printProgramVersion } from "../program/print-version.ts";
import { UsageError } from "../program/usage-error.ts";
import { flakeSubcommands } from "./flake/subcommands.ts";
import { findSubcommand, type LoadCommand, type Subcommands } from "./subcommands.ts";

const hashSubcommands: Subcommands = new Map<string, LoadCommand>([
  ["convert", async () => (await import("./hash.ts")).convertCommand],
  ["file", async () => (await import("./hash.ts")).fileCommand],
  ["path", async () => (await import("./hash.ts")).pathCommand],
  ["to-base16", async () => (await import("./hash.ts")).toFormatCommand("base16")],
  ["to-base32", async () => (await import("./hash.ts")).toFormatCommand("nix32")],
  ["to-base64", async () => (await import("./hash.ts")).toFormatCommand("base64")],
  ["to-sri", async () => (await import("./hash.ts")).toFormatCommand("sri")],
]);

const derivationSubcommands: Subcommands = new Map<string, LoadCommand>([
  ["show", async () => (await import("./derivation-show.ts")).command],
]);

const registrySubcommands: Subcommands = new Map<string, LoadCommand>([
  ["add", async () => (await import("./registry/add.ts")).command],
  ["list", async () => (await import("./registry/list.ts")).command],
  ["pin", async () => (await import("./registry/pin.ts")).command],
  ["remove", async () => (await import("./registry/remove.ts")).command],
  ["resolve", async () => (await import("./registry/resolve.ts")).command],
]);

const subcommands: Subcommands = new Map<string, Subcommands | LoadCommand>([
  ["build", async () => (await import("./build.ts")).command],
  ["derivation", derivationSubcommands],
  ["eval", async () => (await import("./eval.ts")).command],
  ["flake", flakeSubcommands],
  ["hash", hashSubcommands],
  ["log", async () => (await import("./log.ts")).command],
  ["path-info", async () => (await import("./path-info.ts")).command],
  ["registry", registrySubcommands],
  ["repl", async () => (await import("./repl.ts")).command],
]);

export const command: Command = {
  name: "nix",
  help: "nix/nix.md",
  async run(words, context) {
    let wantsHelp = false;
    let wantsVersion = false;
    const flags = firstOf(
      flagTable({
        "--help -h": switchFlag(() => (wantsHelp = true)),
        "--version": switchFlag(() => (wantsVersion = true)),
        "-L --print-build-logs": switchFlag(() => context.log.showBuildLogs()),
      }),
      networkFlags(context),
      commonFlags(context),
    );
    // The flags of `nix` itself end where the subcommand begins.
    const at = flagsEnd(words, flags);
    parseCommandLine(words.slice(0, at), flags, () => false);
    if (wantsVersion) return printProgramVersion(context);
    if (wantsHelp) return printHelp(command, context);
    if (words[at] === undefined) throw new UsageError("no subcommand specified");
    const found = await findSubcommand(subcommands, words.slice(at));
    return await found.command.run(found.words, context);
  },
};

/** Where the first word stands that is neither a flag nor a flag's argument. */
function flagsEnd(words: readonly string[], lookup: FlagLookup): number {
  let at = 0;
  for (let word = words[at]; word !== undefined && word.startsWith("-"); word = words[at]) {
    at += 1 + (lookup(word)?.arity ?? 0);
  }
  return Math.min(at, words.length);
}
