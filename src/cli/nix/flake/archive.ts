// nix flake archive: fetches a flake and all its inputs into the store.

import { type LockNode, sortedInputs } from "#fetch";
import {
  fromByteString,
  inputName,
  type InputAttributes,
  type JsonValue,
  makeFixedOutputPath,
  narHashOf,
  printInput,
  FirnError,
  printJson,
  printStorePath,
  relativeInputPath,
  type StorePath,
} from "#formats";
import { flagTable, switchFlag, valueFlag } from "../../arguments/command-line.ts";
import type { Command } from "../../command.ts";
import { openStoreAt } from "../../stores/open-store.ts";
import { printHelp } from "../../program/help.ts";
import type { Session } from "../../evaluation/session.ts";
import { printJsonText } from "../eval.ts";
import { lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake archive",
  help: "nix/flake/archive.md",
  async run(words, context) {
    let json = false;
    let dryRun = false;
    let target: string | undefined;
    const own = flagTable({
      "--json": switchFlag(() => (json = true)),
      "--dry-run": switchFlag(() => (dryRun = true)),
      "--to": valueFlag((uri) => (target = uri)),
      // What is copied needs no signature: its content says what it is.
      "--no-check-sigs": switchFlag(() => undefined),
    });
    const line = readFlakeLine(words, context, { own });
    if (line.wantsHelp) return printHelp(command, context);
    const session = await openFlakeSession(line);
    const { flake, lockFile } = lockFlakeOfLine(session, line);
    const archive = new Archive(session, dryRun);
    const inputs = archive.inputsOf(lockFile.root);
    const path = flake.place.tree.path;
    if (json) {
      const answer = { path: printStorePath(session.store.storeDir, path), inputs };
      printJsonText(context.output, printJson(answer));
    }
    if (!dryRun && target !== undefined) copyTo(session, target, new Set([path, ...archive.paths]));
    return 0;
  },
};

class Archive {
  private readonly session: Session;
  private readonly dryRun: boolean;
  readonly paths = new Set<StorePath>();

  constructor(session: Session, dryRun: boolean) {
    this.session = session;
    this.dryRun = dryRun;
  }

  /** What was fetched for each input, and for the inputs of that. */
  inputsOf(node: LockNode): JsonValue {
    const inputs = sortedInputs(node).flatMap(([name, edge]) => {
      if (edge.kind === "follows") return [];
      const { input } = edge.node.locked;
      const path = relativeInputPath(input) === undefined ? this.pathOf(input) : undefined;
      const printed = path === undefined ? {} : { path: printStorePath(this.session.store.storeDir, path) };
      return [[fromByteString(name), { ...printed, inputs: this.inputsOf(edge.node) }] as const];
    });
    return Object.fromEntries(inputs);
  }

  private pathOf(input: InputAttributes): StorePath {
    const hash = narHashOf(input);
    if (!this.dryRun) {
      const { path } = this.session.flakes.fetchTree(input);
      this.paths.add(path);
      return path;
    }
    if (hash === undefined) throw unlocked(input);
    return makeFixedOutputPath(this.session.store.storeDir, inputName(input), { method: "nar", hash });
  }
}

function unlocked(input: InputAttributes): FirnError {
  return new FirnError("unlocked-input", `cannot compute store path for unlocked input '${printInput(input)}'`);
}

/** Sources refer to nothing, so that they can be copied one by one. */
function copyTo({ store, context }: Session, uri: string, paths: ReadonlySet<StorePath>): void {
  const target = openStoreAt(context, uri);
  for (const path of paths) {
    if (!target.isValidPath(path)) target.addNarToStore(store.queryPathInfo(path), store.narFromPath(path));
  }
}
