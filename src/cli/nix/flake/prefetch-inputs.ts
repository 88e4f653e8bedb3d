// nix flake prefetch-inputs: fetches all inputs of a flake; what fails is told, and the others are fetched all the same.

import { isLockedNode, type LockNode, sortedInputs } from "#fetch";
import { printFlakeReference } from "#formats";
import { BaseError, renderError } from "#language";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { during, lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake prefetch-inputs",
  help: "nix/flake/prefetch-inputs.md",
  async run(words, context) {
    const line = readFlakeLine(words, context);
    if (line.wantsHelp) return printHelp(command, context);
    const session = await openFlakeSession(line);
    const { lockFile } = lockFlakeOfLine(session, line);
    const nodes = new Set<LockNode>([lockFile.root]);
    let failed = 0;
    for (const node of nodes) {
      if (isLockedNode(node)) {
        try {
          const { locked } = node;
          during(context, `fetching '${printFlakeReference(locked)}'`, () => session.flakes.fetchTree(locked.input));
        } catch (error) {
          if (!(error instanceof BaseError)) throw error;
          const text = renderError(error, { showTrace: false, color: context.log.colours });
          context.log.message("error", text);
          failed++;
        }
      }
      for (const [, edge] of sortedInputs(node)) if (edge.kind === "node") nodes.add(edge.node);
    }
    return failed > 0 ? 1 : 0;
  },
};
