// firn search: packages of the lock by name. Every word has to be in the name; `^git` begins it, `git$` ends it. With --options
// it finds options of systems.

import { openLock, suggestNames } from "#fetch";
import { FirnError, fromByteString, printIndentedJson, toByteString } from "#formats";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, switchFlag, valueFlag } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import { lockDirectory } from "../evaluation/collection.ts";
import { collectWords, readProgramLine } from "../arguments/program-line.ts";
import type { Command } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { printTable } from "../text/table.ts";

export const command: Command = {
  name: "firn search",
  help: "firn/search.md",
  async run(words, context) {
    let directory = lockDirectory(context);
    let json = false;
    let wantsOptions = false;
    const patterns: string[] = [];
    const own = flagTable({
      "--lock": valueFlag((path) => (directory = absolutePath(path))),
      "--json": switchFlag(() => (json = true)),
      "--options": switchFlag(() => (wantsOptions = true)),
    });
    const flags = firstOf(own, commonFlags(context));
    const { asked } = readProgramLine(words, { flags, takeArgument: collectWords(patterns) });
    if (asked !== undefined) return answerAsked(command, asked, context);
    if (wantsOptions) return await (await import("./search-options.ts")).searchOptions(context, patterns, json);

    const versions = (await openLock(fromByteString(directory))).versions();
    const wanted = patterns.map(fromByteString);
    const names = Object.keys(versions)
      .filter((name) => wanted.every((pattern) => matches(name, pattern)))
      .toSorted((a, b) => rank(a, wanted) - rank(b, wanted) || (a < b ? -1 : 1));
    if (names.length === 0) throw nothingFound(wanted, Object.keys(versions));
    if (json) {
      const found = Object.fromEntries(names.map((name) => [name, { version: versions[name] ?? "" }]));
      context.output.writeLine(printIndentedJson(found, 2));
    } else
      printTable(
        context.output,
        names.map((name) => [toByteString(name), toByteString(versions[name] ?? "")]),
      );
    return 0;
  },
};

function matches(name: string, pattern: string): boolean {
  const text = pattern.replace(/^\^|\$$/g, "").toLowerCase();
  const begins = pattern.startsWith("^") ? name.startsWith(text) : true;
  const ends = pattern.endsWith("$") ? name.endsWith(text) : true;
  return begins && ends && name.includes(text);
}

/** The name itself first, then those that begin with it. */
function rank(name: string, patterns: readonly string[]): number {
  if (patterns.includes(name)) return 0;
  return patterns.some((pattern) => name.startsWith(pattern)) ? 1 : 2;
}

function nothingFound(patterns: readonly string[], names: readonly string[]): FirnError {
  const near = suggestNames(patterns[0] ?? "", names);
  return new FirnError(
    "nothing-found",
    `no package's name has '${toByteString(patterns.join(" "))}' in it`,
    near.length === 0 ? {} : { hint: `Did you mean ${near.join(", ")}?` },
  );
}
