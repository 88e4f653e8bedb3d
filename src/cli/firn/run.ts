// firn run and firn shell: programs of packages without installing them, in a view where the store is at /nix/store. What
// they need is kept from the collector for as long as they run.

import { lstatSync } from "node:fs";
import { FirnError, type StorePath } from "#formats";
import { suggestNames } from "#fetch";
import { hostPath } from "#host";
import { Attrs } from "#language";
import { getDerivations, parseDerivationName, type PackageInfo } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, switchFlag, valueFlag, type Flag } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags } from "../arguments/eval-flags.ts";
import { collectionValue, lockDirectory } from "../evaluation/collection.ts";
import { collectWords, readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { wantedPaths } from "../nix-env/packages.ts";
import { printMissing } from "../stores/print-missing.ts";
import { openWritingSession, type Session } from "../evaluation/session.ts";
import { UsageError } from "../program/usage-error.ts";
import { runSeeingStore } from "./run-seeing-store.ts";

interface RunLine {
  readonly evaluation: ReturnType<typeof evalFlags>;
  readonly packages: string[];
  /** Behind `--`. */
  argv: readonly string[];
  lock: string;
  file: string | undefined;
  pure: boolean;
  /** What is asked instead. */
  asked: Asked | undefined;
}

export const runCommand: Command = {
  name: "firn run",
  help: "firn/run.md",
  async run(words, context) {
    const line = readLine(words, context);
    if (line.asked !== undefined) return answerAsked(runCommand, line.asked, context);
    const [first] = line.packages;
    if (first === undefined) throw new UsageError("name at least one package to run");
    const session = await openWritingSession(context, line.evaluation);
    const packages = findPackages(session, line);
    const environment = await realisePackages(session, packages);
    const argv = line.argv.length > 0 ? line.argv : [mainProgram(session, first, packages)];
    return await runProgram(session, argv, environment, line);
  },
};

export const shellCommand: Command = {
  name: "firn shell",
  help: "firn/run.md",
  async run(words, context) {
    const line = readLine(words, context);
    if (line.asked !== undefined) return answerAsked(shellCommand, line.asked, context);
    if (line.packages.length === 0) throw new UsageError("name at least one package for the shell");
    const session = await openWritingSession(context, line.evaluation);
    const environment = await realisePackages(session, findPackages(session, line));
    const argv = line.argv.length > 0 ? line.argv : [context.environment["SHELL"] || "/bin/sh"];
    return await runProgram(session, argv, environment, line);
  },
};

function readLine(words: readonly string[], context: Context): RunLine {
  const line: RunLine = {
    evaluation: evalFlags(),
    packages: [],
    argv: [],
    lock: lockDirectory(context),
    file: undefined,
    pure: false,
    asked: undefined,
  };
  const own: Readonly<Record<string, Flag>> = {
    "--lock": valueFlag((path) => (line.lock = absolutePath(path))),
    "-f --file": valueFlag((file) => (line.file = file)),
    "--pure": switchFlag(() => (line.pure = true)),
  };
  const flags = firstOf(flagTable(own), line.evaluation.lookup, legacyFlags(context));
  const { asked, behind } = readProgramLine(words, {
    flags,
    takeArgument: collectWords(line.packages),
    runsProgram: true,
  });
  line.asked = asked;
  line.argv = behind;
  return line;
}

function findPackages(session: Session, line: RunLine): PackageInfo[] {
  const { evaluator, autoArguments } = session;
  if (line.file !== undefined) {
    const root = evaluator.evalFile(session.lookupFile(line.file));
    return line.packages.flatMap((name) =>
      getDerivations(evaluator, evaluator.findAlongAttrPath(name, autoArguments, root).slot, {
        autoArguments,
        ignoreAssertionFailures: false,
      }),
    );
  }
  const set = collectionValue(session, line.lock);
  if (!(set instanceof Attrs)) throw new Error("the collection is a set");
  return line.packages.flatMap((name) => {
    const slot = set.get(evaluator.symbol(name));
    if (slot === undefined) throw unknownPackage(session, set, name);
    return getDerivations(evaluator, slot, { autoArguments, ignoreAssertionFailures: false });
  });
}

/** Where the packages' files are, by their names in the store. */
async function realisePackages(session: Session, packages: readonly PackageInfo[]): Promise<StorePath[]> {
  const wanted = wantedPaths(packages);
  printMissing(session, wanted);
  await session.realise(wanted);
  const paths = packages.flatMap((element) => [...element.outputsToInstall().values()]);
  for (const path of paths) session.store.addTempRoot(path);
  return paths;
}

async function runProgram(
  session: Session,
  argv: readonly string[],
  paths: readonly StorePath[],
  line: RunLine,
): Promise<number> {
  const { context, store } = session;
  const folders = paths.flatMap((path) => ["/bin", "/sbin"].map((folder) => `${store.storeDir}/${path}${folder}`));
  const inherited = line.pure ? pureVariables(context) : context.environment;
  const search = line.pure ? folders : [...folders, context.environment["PATH"] ?? ""];
  return await runSeeingStore(context, store, argv, { ...inherited, PATH: search.join(":") });
}

/** What meta.mainProgram names, or the program that has the package's name. */
function mainProgram(session: Session, name: string, packages: readonly PackageInfo[]): string {
  const { store } = session;
  for (const element of packages) {
    const candidates = [element.metaString("mainProgram"), name, parseDerivationName(element.name()).name];
    for (const path of element.outputsToInstall().values()) {
      const found = candidates.find(
        (candidate) => candidate !== "" && isThere(store.realPath(path, `/bin/${candidate}`)),
      );
      if (found !== undefined) return found;
    }
  }
  throw noMainProgram(name);
}

/** Also a link that leads to where only the view has files. */
function isThere(path: string): boolean {
  return lstatSync(hostPath(path), { throwIfNoEntry: false }) !== undefined;
}

function pureVariables(context: Context): Record<string, string | undefined> {
  const kept = ["HOME", "USER", "LOGNAME", "TERM", "LANG", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "TZ"];
  return Object.fromEntries(kept.map((name) => [name, context.environment[name]]));
}

function unknownPackage(session: Session, set: Attrs, name: string): FirnError {
  const names = [...set.sortedEntries(session.evaluator.symbols)].map(([other]) => other);
  const near = suggestNames(name, names);
  return new FirnError(
    "unknown-package",
    `there is no package '${name}' in the collection`,
    near.length === 0 ? {} : { hint: `Did you mean ${near.join(", ")}?` },
  );
}

function noMainProgram(name: string): FirnError {
  return new FirnError("no-main-program", `the package '${name}' has no program of its name`, {
    hint: `Say which one to run: firn run ${name} -- PROGRAM`,
  });
}
