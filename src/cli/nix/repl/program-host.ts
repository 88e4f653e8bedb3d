// What the REPL does to the world when it is a program: answers to stdout, the rest to the log, builds with the store of the
// session, other programs on the terminal.

import { spawnSync, type StdioOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  FirnError,
  fromByteString,
  parseStorePath,
  printStorePath,
  toByteString,
  type StoreDir,
  type StorePath,
} from "#formats";
import { isTerminal } from "#host";
import { BaseError, renderError } from "#language";
import { LocalStore } from "#store";
import { absolutePath } from "../../text/absolute-path.ts";
import type { Context } from "../../command.ts";
import { renderFailure } from "../../program/print-error.ts";
import { realisePaths } from "../../stores/realise-paths.ts";
import type { EvaluationSession } from "../../evaluation/session.ts";
import type { SourceHost } from "./loaded-sources.ts";
import type { BuiltOutput, DerivationHost, ReplHost } from "./repl.ts";

export interface ProgramHostOptions {
  readonly session: EvaluationSession;
  /** Where the values come from that are loaded into the scope. */
  readonly sources: Pick<SourceHost, "evaluateFile" | "evaluateFlake" | "evaluateInstallables">;
  /** Runs what another program does with the terminal. */
  readonly lendTerminal: <T>(run: () => T) => T;
  /** `at once` never gives a promise: for the debugger, which cannot wait for one. */
  readonly builds: "in the background" | "at once";
}

export function makeProgramHost({ session, sources, lendTerminal, builds }: ProgramHostOptions): ReplHost {
  const { context, evaluator } = session;
  const { output, log, environment } = context;
  const run = (program: string, args: readonly string[], options: RunOptions = {}): void => {
    output.flush();
    lendTerminal(() => runInForeground(program, args, { environment, ...options }));
  };
  return {
    ...sources,
    evaluator,
    folder: absolutePath("."),
    write: (text) => output.write(text),
    notice(text) {
      output.flush();
      log.message("notice", text);
    },
    report(error) {
      output.flush();
      const options = { colours: log.colours, showTrace: evaluator.collectsCalls };
      log.emit({ kind: "message", level: "error", text: renderFailure(error, options, { BaseError, renderError }) });
    },
    get showsTrace() {
      return evaluator.collectsCalls;
    },
    set showsTrace(shows) {
      evaluator.collectsCalls = shows;
    },
    page(text) {
      const pager = pagerCommand(environment);
      if (pager === undefined) output.write(text);
      else run("/bin/sh", ["-c", pager], { input: text, environment: { LESS: "FRSXMK", ...environment } });
    },
    markdown: markdownOptions(environment, log.colours),
    derivations: {
      ...derivationHost(session),
      build: builds === "at once" ? (path) => buildAtOnce(session, path) : (path) => buildInBackground(session, path),
      runProgram(program, args) {
        run(programFile(program), args, { environment: { ...environment, NIX_CONFIG: context.settings.printed() } });
      },
    },
    edit(path, line) {
      const editor = environment["EDITOR"] ?? "cat";
      const [program = "cat", ...args] = editor.split(/\s+/).filter((word) => word !== "");
      const takesLine = line > 0 && ["emacs", "nano", "vim", "kak"].some((name) => editor.includes(name));
      run(program, [...args, ...(takesLine ? [`+${line}`] : []), fromByteString(path)]);
    },
  };
}

/** Lowdown is given what is left of the terminal's width behind a margin, and no less than this. */
const leastColumns = 60;

function markdownOptions(environment: NodeJS.ProcessEnv, colours: boolean): ReplHost["markdown"] {
  if (environment["_NIX_TEST_RAW_MARKDOWN"] === "1") return undefined;
  const width = isTerminal(2) ? process.stderr.columns : 0;
  return { columns: Math.max(width - 5, leastColumns), colours };
}

function pagerCommand(environment: NodeJS.ProcessEnv): string | undefined {
  if (!isTerminal(1)) return undefined;
  const named = environment["NIX_PAGER"] ?? environment["PAGER"];
  if (named === "" || named === "cat") return undefined;
  return named ?? "pager || less || more";
}

function derivationHost({ store }: EvaluationSession): Pick<DerivationHost, "isValid" | "keep" | "log"> {
  return {
    isValid: (path) => store.isValidPath(path),
    keep(path, link) {
      requireLocal(store).addPermanentRoot(parseStorePath(store.storeDir, path), absolutePath(link));
    },
    log(path) {
      const log = requireLocal(store).buildLog(parseStorePath(store.storeDir, path));
      if (log === undefined) throw logMissing(path);
      return { text: Buffer.from(log).toString("latin1"), from: "local" };
    },
  };
}

async function buildInBackground({ context, store }: EvaluationSession, path: string): Promise<BuiltOutput[]> {
  const derivation = parseStorePath(store.storeDir, path);
  const local = requireLocal(store);
  // What Ctrl-C aborts is this build, and not the next.
  const controller = new AbortController();
  const own: Context = { ...context, signal: controller.signal, abort: () => controller.abort() };
  await realisePaths(own, local, [{ kind: "built", derivation, outputs: "all" }]);
  return printOutputs(store.storeDir, local.queryDerivationOutputs(derivation));
}

/** As import from derivation builds. */
function buildAtOnce({ evaluator, store }: EvaluationSession, path: string): BuiltOutput[] {
  return printOutputs(store.storeDir, evaluator.io.realise(parseStorePath(store.storeDir, path), undefined));
}

function printOutputs(storeDir: StoreDir, outputs: ReadonlyMap<string, StorePath>): BuiltOutput[] {
  const sorted = [...outputs].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, path]) => ({ name, path: printStorePath(storeDir, path) }));
}

/** Without a disk nothing can be built. */
function requireLocal(store: EvaluationSession["store"]): LocalStore {
  if (store instanceof LocalStore) return store;
  throw new FirnError("cannot-build", `the store '${store.uri}' cannot build`);
}

interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** What it reads instead of the terminal. */
  readonly input?: string;
}

/** Waits for a program that has the terminal. Throws when it fails, in the words of Nix's runProgram. */
function runInForeground(program: string, args: readonly string[], { environment, input }: RunOptions): void {
  const stdio: StdioOptions = [input === undefined ? "inherit" : "pipe", "inherit", "inherit"];
  const result = spawnSync(program, args.map(fromByteString), {
    stdio,
    env: environment,
    ...(input === undefined ? {} : { input: Buffer.from(input, "latin1") }),
  });
  const { error } = result;
  if (error !== undefined) throw cannotRun(program, error);
  if (result.signal !== null) throw programFailed(program, `failed due to signal ${result.signal}`);
  if (result.status !== 0) throw programFailed(program, `failed with exit code ${result.status}`);
}

/** The program beside the one that runs, where there is one of this name. */
function programFile(name: string): string {
  const main = dirname(process.argv[1] ?? "");
  const candidates = [join(main, "../bin", name), join(main, "../../bin", name)];
  return candidates.find((path) => existsSync(path)) ?? name;
}

function logMissing(path: string): FirnError {
  return new FirnError("build-log-missing", `build log of '${path}' is not available`);
}

function cannotRun(program: string, error: Error): FirnError {
  const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
  const reason = isMissing ? "No such file or directory" : error.message;
  return new FirnError("cannot-run", toByteString(`executing "${program}": ${reason}`));
}

function programFailed(program: string, how: string): FirnError {
  return new FirnError("program-failed", toByteString(`program "${program}" ${how}`));
}
