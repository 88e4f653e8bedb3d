// nix flake clone: a copy of a flake's source to work on; of a repository, a clone.

import { existsSync } from "node:fs";
import { cloneInput } from "#instantiate";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { absolutePath } from "../../text/absolute-path.ts";
import { flagTable, valueFlag } from "../../arguments/command-line.ts";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { flakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake clone",
  help: "nix/flake/clone.md",
  async run(words, context) {
    let target: string | undefined;
    const own = flagTable({ "-f --dest": valueFlag((path) => (target = path)) });
    const line = readFlakeLine(words, context, { own });
    if (line.wantsHelp) return printHelp(command, context);
    if (target === undefined || target === "") throw new FirnError("usage-dest", "missing flag '--dest'");
    const session = await openFlakeSession(line);
    line.flakes.lockFlags(session.flakes);
    const { input } = session.flakes.registries.resolve(flakeOfLine(session, line).input, "all");
    const into = absolutePath(target);
    if (input.get("type") !== "git" && existsSync(hostPath(into))) throw exists(into);
    cloneInput(session.flakes, input, into);
    return 0;
  },
};

function exists(path: string): FirnError {
  return new FirnError("clone", `cannot clone into existing path "${path}"`);
}
