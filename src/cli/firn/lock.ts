// firn lock: pins a release of the archive that apt is configured for.

import { makeLock, readAptSources, type ArchiveSource } from "#fetch";
import { fromByteString } from "#formats";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, valueFlag } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import { lockDirectory } from "../evaluation/collection.ts";
import { collectWords, readProgramLine } from "../arguments/program-line.ts";
import type { Command } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { interruptible } from "../program/interruptible.ts";

export const command: Command = {
  name: "firn lock",
  help: "firn/lock.md",
  async run(words, context) {
    let directory = lockDirectory(context);
    let architecture: string | undefined;
    const keyrings: string[] = [];
    const suites: string[] = [];
    const only: string[] = [];
    const own = flagTable({
      "-o --output": valueFlag((path) => (directory = absolutePath(path))),
      "--architecture": valueFlag((name) => (architecture = name)),
      "--suite": valueFlag((name) => suites.push(fromByteString(name))),
      "--keyring": valueFlag((path) => keyrings.push(fromByteString(absolutePath(path)))),
    });
    const flags = firstOf(own, commonFlags(context));
    const { asked } = readProgramLine(words, { flags, takeArgument: collectWords(only) });
    if (asked !== undefined) return answerAsked(command, asked, context);

    const options = {
      directory: fromByteString(directory),
      sources: withSuites(readAptSources(), suites),
      ...(architecture === undefined ? {} : { architecture }),
      ...(keyrings.length === 0 ? {} : { keyrings }),
      ...(only.length === 0 ? {} : { only }),
    };
    const summary = await interruptible(context, () => makeLock(options, context.log.emit));
    const { release, date, packages, sources } = summary;
    context.output.writeLine(`${directory}: ${release} of ${date}, ${packages} packages, ${sources} sources`);
    return 0;
  },
};

/** The sources with more suites, such as bookworm-backports, at the mirror that comes first. */
function withSuites(sources: readonly ArchiveSource[], suites: readonly string[]): readonly ArchiveSource[] {
  const [first] = sources;
  return first === undefined ? sources : [...sources, ...suites.map((suite) => ({ ...first, suite }))];
}
