// What is asked of a repository on this machine: its folder, its HEAD, what a name stands for, how old a commit is.

import {
  booleanAttribute,
  FirnError,
  type InputAttributes,
  printHash,
  revisionOf,
} from "#formats";
import { runGit, tryGit } from "./git-program.ts";

export interface GitOptions {
  /** Where clones are kept, as `~/.cache/nix`; a byte string. */
  readonly cacheFolder: string;
  readonly warn: (text: string) => void;
  /** Whether a working tree that differs from its commit may be used; true when absent. */
  readonly allowDirty?: boolean;
  /** Whether to say so when it does; true when absent. */
  readonly warnDirty?: boolean;
  /** Seconds for which a branch that was fetched is taken to be where it was; an hour when absent. */
  readonly branchLifetime?: number;
}

/** A commit in a repository on this machine. */
export interface Commit {
  readonly gitFolder: string;
  readonly revision: string;
  readonly reference: string;
}

/** The commit of a tree that has none. */
export const nullRevision = "0".repeat(40);

export function gitFolderOf(repository: string): string {
  return runGit(["rev-parse", "--absolute-git-dir"], { folder: repository }).replace(/\n$/, "");
}

/** What HEAD points at, as `refs/heads/main`; undefined when it is a commit. */
export function headReference(gitFolder: string): string | undefined {
  const { status, output } = tryGit(["symbolic-ref", "--quiet", "HEAD"], { environment: { GIT_DIR: gitFolder } });
  return status === 0 ? output.trim() : undefined;
}

export function defaultReference(where: string, options: GitOptions): string {
  options.warn(`could not read HEAD ref from repo at '${where}', using 'master'`);
  return "master";
}

export function resolveReference(gitFolder: string, reference: string): string {
  const wanted = `${reference}^{commit}`;
  const result = tryGit(["rev-parse", "--verify", "--quiet", "--end-of-options", wanted], {
    environment: { GIT_DIR: gitFolder },
  });
  const revision = result.output.trim().split("\n").at(-1) ?? "";
  if (result.status !== 0 || revision === "") throw unknownReference(reference);
  return revision;
}

/** The commit that the input asks for. */
export function askedRevision(input: InputAttributes): string | undefined {
  const revision = revisionOf(input);
  return revision === undefined ? undefined : printHash(revision, "base16");
}

/** In seconds since the epoch. */
export function commitTime(gitFolder: string, revision: string): bigint {
  const environment = { GIT_DIR: gitFolder };
  return BigInt(runGit(["log", "-1", "--format=%ct", "--no-show-signature", revision], { environment }).trim());
}

export function revisionCount(gitFolder: string, revision: string): bigint {
  return BigInt(runGit(["rev-list", "--count", revision], { environment: { GIT_DIR: gitFolder } }).trim());
}

/** What decides the content: the commit, and the options that change what is read of it. */
export function commitFingerprint(input: InputAttributes, revision: string): string {
  const flag = (name: string, text: string): string => (booleanAttribute(input, name) === true ? text : "");
  return `${revision}${flag("submodules", ";s")}${flag("exportIgnore", ";e")}${flag("lfs", ";l")}`;
}

function unknownReference(reference: string): FirnError {
  return new FirnError(
    "git-reference",
    `resolving Git reference '${reference}': revspec '${reference}' not found (libgit2 error code = 4)`,
  );
}
