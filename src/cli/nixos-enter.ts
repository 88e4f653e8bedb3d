// nixos-enter: a shell or a command in a system that is installed below a folder.

import { existsSync } from "node:fs";
import { FirnError, fromByteString } from "#formats";
import { enterRoot } from "#nixos";
import { absolutePath } from "./text/absolute-path.ts";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "./arguments/command-line.ts";
import { commonFlags } from "./arguments/common-flags.ts";
import type { Command } from "./command.ts";
import { printHelp } from "./program/help.ts";

export const command: Command = {
  name: "nixos-enter",
  help: "nixos-enter.md",
  async run(words, context) {
    let root = "/mnt";
    let system = "/nix/var/nix/profiles/system";
    let script: string | undefined;
    let silent = false;
    let wantsHelp = false;
    // What stands behind -- is the command, flags and all.
    const end = words.indexOf("--");
    const own = flagTable({
      "--root": valueFlag((path) => (root = fromByteString(absolutePath(path)))),
      "--system": valueFlag((path) => (system = fromByteString(path))),
      "--command -c": valueFlag((text) => (script = fromByteString(text))),
      "--silent": switchFlag(() => (silent = true)),
      "--help": switchFlag(() => (wantsHelp = true)),
    });
    parseCommandLine(end < 0 ? words : words.slice(0, end), firstOf(own, commonFlags(context)), () => false);
    if (wantsHelp) return printHelp(command, context);
    if (!existsSync(`${root}/etc/NIXOS`)) throw notInstalled(root);
    const shell = `${system}/sw/bin/bash`;
    const argv =
      end >= 0
        ? words.slice(end + 1).map(fromByteString)
        : script === undefined
          ? [shell, "--login"]
          : [shell, "-c", script];
    const path = `/run/wrappers/bin:${system}/sw/bin:/run/current-system/sw/bin`;
    return await enterRoot({
      root,
      argv: argv.length === 0 ? [shell, "--login"] : argv,
      activate: system,
      silent,
      path,
    });
  },
};

function notInstalled(root: string): FirnError {
  return new FirnError("not-installed", `'${root}' is not a NixOS installation`, { exitStatus: 126 });
}
