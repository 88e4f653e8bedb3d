// nix flake check: evaluates the outputs of a flake, each by the rules of its kind, and builds its checks.

import { BaseError, renderError } from "#language";
import { flagTable, switchFlag } from "../../arguments/command-line.ts";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { buildChecks } from "./build-checks.ts";
import { checkOutputs } from "./check-outputs.ts";
import type { CheckState } from "./check-state.ts";
import { lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake check",
  help: "nix/flake/check.md",
  async run(words, context) {
    let build = true;
    let checkAllSystems = false;
    const own = flagTable({
      "--no-build": switchFlag(() => (build = false)),
      "--all-systems": switchFlag(() => (checkAllSystems = true)),
    });
    const line = readFlakeLine(words, context, { own });
    if (line.wantsHelp) return printHelp(command, context);
    const { settings, log } = context;
    if (!build) {
      context.switches.readOnly = true;
      if (!settings.isOverridden("allow-import-from-derivation")) settings.set("allow-import-from-derivation", "false");
    }
    const session = await openFlakeSession(line);
    const locked = lockFlakeOfLine(session, line, { applyNixConfig: true });
    let hasErrors = false;
    const state: CheckState = {
      context,
      checkAllSystems,
      system: settings.text("system"),
      omittedSystems: new Set(),
      toBuild: new Map(),
      report(error) {
        if (!settings.boolean("keep-going") || !(error instanceof BaseError)) throw error;
        hasErrors = true;
        const text = renderError(error, { showTrace: settings.boolean("show-trace"), color: log.colours });
        log.emit({ kind: "message", level: "error", text });
      },
    };
    checkOutputs(session, locked, state);
    if (build) await buildChecks(session, state);
    if (hasErrors) throw new BaseError("some errors were encountered during the evaluation");
    log.message("info", "\x1b[32;1mall checks passed!\x1b[0m");
    if (state.omittedSystems.size > 0) {
      const systems = [...state.omittedSystems].toSorted().join(", ");
      log.message(
        "warn",
        `The check omitted these incompatible systems: ${systems}\nUse '--all-systems' to check all.`,
      );
    }
    return 0;
  },
};
