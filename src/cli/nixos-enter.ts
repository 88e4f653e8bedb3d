// nixos-enter: a shell or a command in a system that is installed below a folder.

import { existsSync } from "node:fs";
import { FirnError, fromByteString } from "#formats";
import { enterRoot } from "#nixos";
import { absolutePath } from "./text/absolute-path.ts";
import { firstOf, flagTable, switchFlag, valueFlag } from "./arguments/command-line.ts";
import { commonFlags } from "./arguments/common-flags.ts";
import { readProgramLine } from "./arguments/program-line.ts";
import type { Command } from "./command.ts";
import { answerAsked } from "./program/answer-asked.ts";

export const command: Command = {
  name: "nixos-enter",
  help: "nixos-enter.md",
  async run(words, context) {
    let root = "/mnt";
    let system = "/nix/var/nix/profiles/system";
    let script: string | undefined;
    let silent = false;
    const own = flagTable({
      "--root": valueFlag((path) => (root = fromByteString(absolutePath(path)))),
      "--system": valueFlag((path) => (system = fromByteString(path))),
      "--command -c": valueFlag((text) => (script = fromByteString(text))),
      "--silent": switchFlag(() => (silent = true)),
    });
    const flags = firstOf(own, commonFlags(context));
    const { asked, behind } = readProgramLine(words, { flags, runsProgram: true });
    if (asked !== undefined) return answerAsked(command, asked, context);
    if (!existsSync(`${root}/etc/NIXOS`)) throw notInstalled(root);
    const shell = `${system}/sw/bin/bash`;
    const shellWords = script === undefined ? ["--login"] : ["-c", script];
    const argv = behind.length > 0 ? behind.map(fromByteString) : [shell, ...shellWords];
    const path = `/run/wrappers/bin:${system}/sw/bin:/run/current-system/sw/bin`;
    return await enterRoot({
      root,
      argv,
      activate: system,
      silent,
      path,
    });
  },
};

function notInstalled(root: string): FirnError {
  return new FirnError("not-installed", `'${root}' is not a NixOS installation`, { exitStatus: 126 });
}
