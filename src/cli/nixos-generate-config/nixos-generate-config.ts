// nixos-generate-config: writes down what was found of the machine, and a configuration to begin with.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fromByteString, toByteString } from "#formats";
import { hostPath } from "#host";
import { printHardwareConfiguration, printStartingConfiguration, readHardware } from "#nixos";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, switchFlag, valueFlag } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import { readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";

/** The release whose options the modules have; also in collection/modules/system/activation/top-level.nix. */
const release = "26.11";

interface GenerateLine {
  /** Without a slash at its end; "" for the running system. */
  root: string;
  directory: string;
  force: boolean;
  withFileSystems: boolean;
  show: boolean;
  /** What is asked instead. */
  asked: Asked | undefined;
}

export const command: Command = {
  name: "nixos-generate-config",
  help: "nixos-generate-config/nixos-generate-config.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    const { root, withFileSystems } = line;
    const hardware = readHardware({
      root,
      withoutFileSystems: !withFileSystems,
      virtualisation: detectVirtualisation(),
    });
    const found = printHardwareConfiguration(hardware, { withFileSystems });
    if (line.show) {
      context.output.write(toByteString(found));
      return 0;
    }
    const folder = toByteString(root + line.directory);
    mkdirSync(hostPath(folder), { recursive: true });
    write(context, `${folder}/hardware-configuration.nix`, found);
    const configuration = `${folder}/configuration.nix`;
    if (line.force || !existsSync(hostPath(configuration))) {
      write(context, configuration, printStartingConfiguration(hardware, release));
    } else context.log.message("warn", `not overwriting existing ${configuration}`);
    return 0;
  },
};

function write(context: Context, path: string, text: string): void {
  context.log.message("notice", `writing ${path}...`);
  writeFileSync(hostPath(path), text);
}

/** "none" where the program is missing or finds nothing. */
function detectVirtualisation(): string {
  return spawnSync("systemd-detect-virt", ["--vm"], { encoding: "utf8" }).stdout?.trim() || "none";
}

function readCommandLine(words: readonly string[], context: Context): GenerateLine {
  const line: GenerateLine = {
    root: "",
    directory: "/etc/nixos",
    force: false,
    withFileSystems: true,
    show: false,
    asked: undefined,
  };
  const own = flagTable({
    "--root": valueFlag((path) => (line.root = fromByteString(absolutePath(path)).replace(/^\/$/, ""))),
    "--dir": valueFlag((path) => (line.directory = fromByteString(absolutePath(path)))),
    "--force": switchFlag(() => (line.force = true)),
    "--no-filesystems": switchFlag(() => (line.withFileSystems = false)),
    "--show-hardware-config": switchFlag(() => (line.show = true)),
  });
  line.asked = readProgramLine(words, { flags: firstOf(own, commonFlags(context)) }).asked;
  return line;
}
