// nix flake init and new: a folder filled with what a template of a flake has.

import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { FirnError } from "#formats";
import { addToGit } from "#fetch";
import { hostPath } from "#host";
import { ContextCollector, type EvalIO } from "#language";
import { absolutePath } from "../../text/absolute-path.ts";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "../../arguments/command-line.ts";
import { commonFlags } from "../../arguments/common-flags.ts";
import { evalFlags } from "../../arguments/eval-flags.ts";
import { networkFlags } from "../../arguments/network-flags.ts";
import type { Command, Context } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { openEvaluationSession } from "../../evaluation/session.ts";
import { unexpectedArgument, UsageError } from "../../program/usage-error.ts";
import { FlakeInstallable } from "../flake-installable.ts";

export const command: Command = {
  name: "nix flake init",
  help: "nix/flake/init.md",
  run: (words, context) => run(command, words, context, "."),
};

export const newCommand: Command = {
  name: "nix flake new",
  help: "nix/flake/new.md",
  run: (words, context) => run(newCommand, words, context, undefined),
};

const templatePaths = { defaults: ["templates.default", "defaultTemplate"], prefixes: ["templates."] };

async function run(
  self: Command,
  words: readonly string[],
  context: Context,
  folder: string | undefined,
): Promise<number> {
  const evaluation = evalFlags();
  let template = "templates";
  let wantsHelp = false;
  let target = folder;
  const own = flagTable({
    "-t --template": valueFlag((text) => (template = text)),
    "--help": switchFlag(() => (wantsHelp = true)),
  });
  const lookup = firstOf(own, networkFlags(context), evaluation.lookup, commonFlags(context));
  parseCommandLine(words, lookup, (word) => {
    if (word.startsWith("-")) return false;
    if (target !== undefined) throw unexpectedArgument(word);
    target = word;
    return true;
  });
  if (wantsHelp) return printHelp(self, context);
  if (target === undefined) throw new UsageError("more arguments are required");
  const { settings } = context;
  if (!evaluation.impure && !settings.isOverridden("pure-eval")) settings.set("pure-eval", "true");

  const session = openEvaluationSession(context, evaluation);
  const installable = new FlakeInstallable(session, template, templatePaths, { writeLockFile: false });
  const cursor = installable.cursor();
  const { evaluator } = session;
  const source = evaluator.coerceToPath(cursor.get("path").force(), new ContextCollector(), "").path;
  const into = absolutePath(target);
  const copy = new TemplateCopy(evaluator.io, context);
  copy.copyFolder(source, into);
  if (copy.changed.length > 0 && existsSync(hostPath(`${into}/.git`))) addToGit(into, copy.changed);
  const welcome = cursor.find("welcomeText");
  if (welcome !== undefined) {
    context.log.message("notice", "\n");
    context.log.message("notice", welcome.text());
  }
  if (copy.conflicts > 0) throw conflicts(copy.conflicts);
  return 0;
}

class TemplateCopy {
  readonly changed: string[] = [];
  conflicts = 0;
  private readonly io: EvalIO;
  private readonly context: Context;

  constructor(io: EvalIO, context: Context) {
    this.io = io;
    this.context = context;
  }

  copyFolder(from: string, to: string): void {
    mkdirSync(hostPath(to), { recursive: true });
    const names = [...this.io.readDirectory(from).keys()].toSorted();
    for (const name of names) this.copy(`${from}/${name}`, `${to}/${name}`);
  }

  private copy(from: string, to: string): void {
    const { type } = this.io.lstat(from) ?? { type: "unknown" };
    switch (type) {
      case "directory":
        return this.copyFolder(from, to);
      case "regular": {
        const contents = this.io.readFile(from);
        return this.put(from, to, {
          isSame: () => readFileSync(hostPath(to), "latin1") === contents,
          make: () => writeFileSync(hostPath(to), contents, "latin1"),
        });
      }
      case "symlink": {
        const target = this.io.readLink(from);
        return this.put(from, to, {
          isSame: () => readlinkSync(hostPath(to), "latin1") === target,
          make: () => symlinkSync(hostPath(target), hostPath(to)),
        });
      }
      case "unknown":
        throw unsupportedType(this.shown(from), "unknown");
    }
  }

  /** What is there stays, whether it is the same or not. */
  private put(from: string, to: string, entry: { readonly isSame: () => boolean; readonly make: () => void }): void {
    const { log } = this.context;
    if (lstatSync(hostPath(to), { throwIfNoEntry: false }) === undefined) {
      entry.make();
      this.changed.push(to);
      log.message("notice", `wrote: "${to}"`);
    } else if (entry.isSame()) log.message("notice", `skipping identical file: ${this.shown(from)}`);
    else {
      this.conflicts++;
      const text = `refusing to overwrite existing file "${to}"\n please merge it manually with '${this.shown(from)}'`;
      log.message("error", text);
    }
  }

  private shown(path: string): string {
    return this.io.showPath?.(path) ?? path;
  }
}

function unsupportedType(path: string, type: string): FirnError {
  return new FirnError("template", `path '${path}' needs to be a symlink, file, or directory but instead is a ${type}`);
}

function conflicts(count: number): FirnError {
  return new FirnError("template", `encountered ${count} conflicts - see above`);
}
