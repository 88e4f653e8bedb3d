// nixos-install: builds a system into the store below a folder, makes it the first generation, and lets the machine start from
// there. The folder's file systems are mounted before (`firn disk mount`).

import { existsSync, lstatSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, fromByteString } from "#formats";
import { hostPath, isTerminal } from "#host";
import { enterRoot } from "#nixos";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, type TakeWord, valueFlag } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { type FlakeSystem, flakeSystemFlags } from "../evaluation/flake-system.ts";
import { fallBackToCollection } from "../evaluation/own-collection.ts";
import { UsageError } from "../program/usage-error.ts";

export interface InstallLine {
  /** What is asked instead. */
  asked: Asked | undefined;
  readonly evaluation: EvalFlags;
  /** Absolute, without a slash at its end. */
  root: string;
  /** A system that is built already. */
  system: string | undefined;
  /** The system is a flake's, and not that of `file`. */
  flake: FlakeSystem | undefined;
  /** The expression that gives the system. */
  file: string;
  attribute: string;
  rootPassword: boolean;
  bootLoader: boolean;
}

export const command: Command = {
  name: "nixos-install",
  help: "nixos-install/nixos-install.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    checkRoot(line.root);
    const { installSystem } = await import("./install-system.ts");
    const toplevel = await installSystem(context, line);
    return await finish(context, line, toplevel);
  },
};

/** What the new system itself does, in its own root. */
async function finish(context: Context, line: InstallLine, toplevel: string): Promise<number> {
  const root = fromByteString(line.root);
  const system = fromByteString(toplevel);
  if (line.bootLoader) {
    context.log.message("notice", "installing the boot loader...");
    const environment = { NIXOS_INSTALL_BOOTLOADER: "1" };
    const argv = [`${system}/install-boot-loader`, system];
    const status = await enterRoot({ root, argv, activate: system, environment });
    if (status !== 0) throw noBootLoader(status);
  }
  if (line.rootPassword && isTerminal(0)) {
    context.log.message("notice", "setting the password of root...");
    const shell = `${system}/sw/bin/bash`;
    const argv = [shell, "-c", "while ! passwd; do sleep 1; done"];
    const path = "/run/wrappers/bin:/run/current-system/sw/bin";
    const status = await enterRoot({ root, argv, activate: system, silent: true, path });
    if (status !== 0) return status;
  }
  context.log.message("notice", "installation finished!");
  return 0;
}

/** Everything on the way to the store must be for all to enter, or builds fail in ways that are hard to understand. */
function checkRoot(root: string): void {
  if (!existsSync(hostPath(root))) throw new FirnError("no-mount-point", `mount point ${root} doesn't exist`);
  for (let path = root; path !== "/" && path !== "."; path = posix.dirname(path)) {
    const { mode } = lstatSync(hostPath(path));
    if ((mode & 0o555) !== 0o555) throw tooPrivate(path, mode & 0o777);
  }
}

function readCommandLine(words: readonly string[], context: Context): InstallLine {
  const line: InstallLine = {
    asked: undefined,
    evaluation: evalFlags(),
    root: "/mnt",
    system: undefined,
    flake: undefined,
    file: "<nixpkgs/nixos>",
    attribute: "system",
    rootPassword: true,
    bootLoader: true,
  };
  const takeArgument = (word: string, take: TakeWord): boolean => {
    switch (word) {
      case "--root":
        line.root = absolutePath(take(word));
        break;
      case "--file":
      case "-f":
        line.file = take(word);
        break;
      case "--attr":
      case "-A":
        line.attribute = take(word);
        break;
      case "--no-root-passwd":
      case "--no-root-password":
        line.rootPassword = false;
        break;
      case "--no-bootloader":
        line.bootLoader = false;
        break;
      // There are no channels here: a system's configuration names what it is made with.
      case "--channel":
        take(word);
        break;
      case "--no-channel-copy":
        break;
      default:
        return false;
    }
    return true;
  };
  // Elsewhere the name of a setting.
  const flakes = flakeSystemFlags(context);
  const own = flagTable({
    "--system --closure": valueFlag((path) => (line.system = absolutePath(path))),
    "--flake": valueFlag((text) => (line.flake = flakes.choose(named(text)))),
  });
  const flags = firstOf(own, line.evaluation.lookup, flakes.lookup, legacyFlags(context));
  line.asked = readProgramLine(words, { flags, takeArgument }).asked;
  if (line.asked === undefined) fallBackToCollection(context, line.evaluation);
  return line;
}

/** The machine that is installed is not the one that this runs on, so its name says nothing. */
function named(flake: string): string {
  if (/#./.test(flake)) return flake;
  throw new UsageError(
    "Please specify the name of the NixOS configuration to be installed, as a URI fragment in the flake-uri.",
    "For example, to use the output nixosConfigurations.foo from the flake.nix, append '#foo' to the flake-uri.",
  );
}

function tooPrivate(path: string, mode: number): FirnError {
  const shown = mode.toString(8).padStart(3, "0");
  return new FirnError("wrong-permissions", `path ${path} should have permissions 755, but had permissions ${shown}`, {
    hint: `Consider running 'chmod o+rx ${path}'.`,
  });
}

function noBootLoader(status: number): FirnError {
  return new FirnError("no-boot-loader", `the boot loader was not installed (status ${status})`, {
    hint: "The system is in place; the same command again goes on from there.",
  });
}
