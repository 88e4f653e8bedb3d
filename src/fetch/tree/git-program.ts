// Runs the machine's git. It is told not to run programs that a repository's own configuration names where it can be told
// so, and asks nobody for a password; that a repository belongs to somebody else it refuses by itself.

import { spawnSync } from "node:child_process";
import { FirnError, fromByteString, toByteString } from "#formats";

export interface GitRun {
  /** The folder to run in; a byte string. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Bytes for git's standard input. */
  readonly input?: Uint8Array;
  /** Where its standard output goes; it is returned when absent. */
  readonly outputDescriptor?: number;
  /** What git complains about goes to this program's standard error, as it comes. */
  readonly showsComplaints?: boolean;
  /** The repository's own hooks run, as its owner expects of a commit. */
  readonly runsHooks?: boolean;
}

interface GitResult {
  readonly status: number;
  /** Byte strings. */
  readonly output: string;
  readonly complaint: string;
}

const safety = ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"];
const withoutHooks = ["-c", "core.hooksPath=/dev/null"];

/** Arguments are byte strings; what git prints is given back whole. */
export function runGit(args: readonly string[], run: GitRun = {}): string {
  const { status, output, complaint } = tryGit(args, run);
  if (status !== 0) throw gitFailed(args, status, complaint);
  return output;
}

export function tryGit(args: readonly string[], run: GitRun = {}): GitResult {
  const where = run.folder === undefined ? [] : ["-C", run.folder];
  const options = run.runsHooks === true ? safety : [...safety, ...withoutHooks];
  const { status, stdout, stderr, error } = spawnSync("git", [...options, ...where, ...args].map(fromByteString), {
    stdio: ["pipe", run.outputDescriptor ?? "pipe", run.showsComplaints === true ? "inherit" : "pipe"],
    maxBuffer: 2 ** 30,
    env: { ...process.env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", ...run.environment },
    ...(run.input === undefined ? {} : { input: run.input }),
  });
  if (error !== undefined) throw cannotRunGit(error);
  const text = (bytes: Buffer | null): string => bytes?.toString("latin1") ?? "";
  return { status: status ?? 1, output: text(stdout), complaint: text(stderr).trim() };
}

function gitFailed(args: readonly string[], status: number, complaint: string): FirnError {
  const why = complaint === "" ? `it ended with status ${status}` : complaint;
  return new FirnError("git-failed", `git could not do '${args.join(" ")}': ${why}`);
}

function cannotRunGit(error: Error): FirnError {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT") return new FirnError("git-failed", toByteString(`git could not be run: ${error.message}`));
  return new FirnError("git-missing", "executing 'git': No such file or directory", {
    hint: "Fetching from a Git repository needs the program git on the PATH.",
  });
}
