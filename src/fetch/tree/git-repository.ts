// What is asked of a repository on this machine: its folder, its HEAD, what a name stands for, how old a commit is.

import { booleanAttribute, FirnError, type InputAttributes, numberAttribute, printHash, revisionOf } from "#formats";
import type { FetcherCache } from "../fetcher-cache.ts";
import { runGit, tryGit } from "./git-program.ts";

export interface GitOptions {
  /** Where clones are kept, as `~/.cache/nix`; a byte string. */
  readonly cacheFolder: string;
  readonly cache: FetcherCache;
  readonly warn: (text: string) => void;
  /** What only those want to know who look for a fault. */
  readonly debug?: (text: string) => void;
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
export function commitTime(gitFolder: string, revision: string, { cache }: GitOptions): bigint {
  return remember(cache, { domain: "gitLastModified", name: "lastModified", revision }, () => {
    const environment = { GIT_DIR: gitFolder };
    return BigInt(runGit(["log", "-1", "--format=%ct", "--no-show-signature", revision], { environment }).trim());
  });
}

/** How many commits lead up to this one; a repository that does not have them all cannot tell. */
export function revisionCount(gitFolder: string, revision: string, { cache }: GitOptions): bigint {
  return remember(cache, { domain: "gitRevCount", name: "revCount", revision }, () => {
    if (isShallowRepository(gitFolder)) throw countUnknown(revision);
    return BigInt(runGit(["rev-list", "--count", revision], { environment: { GIT_DIR: gitFolder } }).trim());
  });
}

export function isShallowRepository(gitFolder: string): boolean {
  const repository = { environment: { GIT_DIR: gitFolder } };
  return runGit(["rev-parse", "--is-shallow-repository"], repository).trim() === "true";
}

/** A fact about a commit never changes, so that it is looked up once for good. */
function remember(
  cache: FetcherCache,
  { domain, name, revision }: { readonly domain: string; readonly name: string; readonly revision: string },
  compute: () => bigint,
): bigint {
  const key = new Map([["rev", revision]]);
  const entry = cache.lookUp(domain, key);
  const known = entry === undefined ? undefined : numberAttribute(entry.value, name);
  if (known !== undefined) return known;
  const value = compute();
  cache.put(domain, key, new Map([[name, value]]));
  return value;
}

/** What decides the content: the commit, and the options that change what is read of it. */
export function commitFingerprint(input: InputAttributes, revision: string): string {
  const flag = (name: string, text: string): string => (booleanAttribute(input, name) === true ? text : "");
  return `${revision}${flag("submodules", ";s")}${flag("exportIgnore", ";e")}${flag("lfs", ";l")}`;
}

function countUnknown(revision: string): FirnError {
  return new FirnError("git-shallow", `Cannot count the commits up to '${revision}': the Git repository is shallow`);
}

function unknownReference(reference: string): FirnError {
  return new FirnError(
    "git-reference",
    `resolving Git reference '${reference}': revspec '${reference}' not found (libgit2 error code = 4)`,
  );
}
