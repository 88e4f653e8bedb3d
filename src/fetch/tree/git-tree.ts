// Inputs of the type `git`. A repository on this machine is read where it is: its working tree as it stands, with those
// files that git tracks, or a commit when a branch or commit is named. Any other is fetched into a bare repository in the
// user's cache first. Submodules, large files (LFS) and signatures of commits are refused rather than left out silently.

import { existsSync, lstatSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { posix } from "node:path";
import {
  booleanAttribute,
  FirnError,
  hashByteString,
  type InputAttribute,
  type InputAttributes,
  parseUrl,
  printHash,
  printInput,
  printUrl,
  requiredText,
  revisionOf,
  textAttribute,
  toByteString,
  type Url,
  urlPathToPath,
} from "#formats";
import { byteStringOfHostText, deleteTree, hostPath } from "#host";
import type { EvaluationStore } from "#store";
import { describeTree, type FetchedTree } from "./fetched-tree.ts";
import { exportIgnoredPaths, writeCommitTree } from "./git-commit-tree.ts";
import { runGit, tryGit } from "./git-program.ts";

export interface GitOptions {
  /** Where clones are kept, as `~/.cache/nix`; a byte string. */
  readonly cacheFolder: string;
  readonly warn: (text: string) => void;
}

/** A commit in a repository on this machine. */
interface Commit {
  readonly gitFolder: string;
  readonly revision: string;
  readonly reference: string;
}

export function fetchGitTree(store: EvaluationStore, input: InputAttributes, options: GitOptions): FetchedTree {
  refuseUnsupported(input);
  const url = parseUrl(requiredText(input, "url"), { warn: options.warn });
  const local = localRepository(url, options);
  if (local === undefined) return commitTree(store, input, fetchRemote(url, input, options));
  if (input.has("ref") || input.has("rev")) return commitTree(store, input, localCommit(local, input, options));
  return workingTree(store, input, local, options);
}

function refuseUnsupported(input: InputAttributes): void {
  for (const name of ["submodules", "lfs", "verifyCommit"]) {
    if (booleanAttribute(input, name) === true) throw unsupportedOption(input, name);
  }
  for (const name of ["publicKey", "publicKeys"]) if (input.has(name)) throw unsupportedOption(input, name);
}

/** The folder of a repository with a working tree, where the URL names one; a bare one is fetched from like a distant. */
function localRepository(url: Url, options: GitOptions): string | undefined {
  if (url.scheme !== "file") return undefined;
  const path = urlPathToPath(url.path);
  if (existsSync(hostPath(path)) && !existsSync(hostPath(`${path}/.git`))) return undefined;
  if (!path.startsWith("/")) {
    options.warn(
      `Fetching Git repository '${printUrl(url)}', which uses a path relative to the current directory. This is not supported and will stop working in a future release. See https://github.com/NixOS/nix/issues/12281 for details.`,
    );
  }
  const absolute = posix.resolve(byteStringOfHostText(process.cwd()), path);
  if (!existsSync(hostPath(absolute))) throw noRepository(absolute);
  return absolute;
}

// A commit.

function commitTree(store: EvaluationStore, input: InputAttributes, commit: Commit): FetchedTree {
  const { gitFolder, revision, reference } = commit;
  const shallow = booleanAttribute(input, "shallow") ?? false;
  const repository = { environment: { GIT_DIR: gitFolder } };
  if (!shallow && runGit(["rev-parse", "--is-shallow-repository"], repository).trim() === "true") {
    throw shallowRepository(gitFolder);
  }
  const found: [string, InputAttribute][] = [
    ["ref", reference],
    ["rev", revision],
    ["lastModified", commitTime(gitFolder, revision)],
  ];
  if (!shallow) found.push(["revCount", revisionCount(gitFolder, revision)]);
  const exportIgnore = booleanAttribute(input, "exportIgnore") ?? false;
  const scratch = byteStringOfHostText(mkdtempSync(posix.join(tmpdir(), "firn-git-")));
  try {
    writeCommitTree({ gitFolder, revision, exportIgnore }, `${scratch}/tree`, `${scratch}/scratch`);
    const { path } = store.addToStore(nameOf(input), `${scratch}/tree`, { method: "nar", algorithm: "sha256" });
    return describeTree(store, path, input, found);
  } finally {
    deleteTree(scratch);
  }
}

function nameOf(input: InputAttributes): string {
  return textAttribute(input, "name") ?? "source";
}

function localCommit(repository: string, input: InputAttributes, options: GitOptions): Commit {
  const gitFolder = gitFolderOf(repository);
  const reference = textAttribute(input, "ref") ?? headReference(gitFolder) ?? defaultReference(repository, options);
  const revision = askedRevision(input) ?? resolveReference(gitFolder, reference);
  return { gitFolder, revision, reference };
}

function askedRevision(input: InputAttributes): string | undefined {
  const revision = revisionOf(input);
  return revision === undefined ? undefined : printHash(revision, "base16");
}

function gitFolderOf(repository: string): string {
  return runGit(["rev-parse", "--absolute-git-dir"], { folder: repository }).replace(/\n$/, "");
}

/** What HEAD points at, as `refs/heads/main`; undefined when it is a commit. */
function headReference(gitFolder: string): string | undefined {
  const { status, output } = tryGit(["symbolic-ref", "--quiet", "HEAD"], { environment: { GIT_DIR: gitFolder } });
  return status === 0 ? output.trim() : undefined;
}

function defaultReference(where: string, options: GitOptions): string {
  options.warn(`could not read HEAD ref from repo at '${where}', using 'master'`);
  return "master";
}

function resolveReference(gitFolder: string, reference: string): string {
  const wanted = `${reference}^{commit}`;
  const result = tryGit(["rev-parse", "--verify", "--quiet", "--end-of-options", wanted], {
    environment: { GIT_DIR: gitFolder },
  });
  const revision = result.output.trim().split("\n").at(-1) ?? "";
  if (result.status !== 0 || revision === "") throw unknownReference(reference);
  return revision;
}

function commitTime(gitFolder: string, revision: string): bigint {
  const environment = { GIT_DIR: gitFolder };
  return BigInt(runGit(["log", "-1", "--format=%ct", "--no-show-signature", revision], { environment }).trim());
}

function revisionCount(gitFolder: string, revision: string): bigint {
  return BigInt(runGit(["rev-list", "--count", revision], { environment: { GIT_DIR: gitFolder } }).trim());
}

// The working tree.

function workingTree(store: EvaluationStore, input: InputAttributes, folder: string, options: GitOptions): FetchedTree {
  const gitFolder = gitFolderOf(folder);
  const head = tryGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { folder });
  const revision = head.status === 0 ? head.output.trim() : undefined;
  const found: [string, InputAttribute][] = [];
  if (isDirty(folder)) {
    options.warn(`Git tree '${folder}' is dirty`);
    if (revision !== undefined) {
      found.push(["dirtyRev", `${revision}-dirty`], ["dirtyShortRev", `${revision.slice(0, 7)}-dirty`]);
    }
  } else {
    const reference = headReference(gitFolder);
    if (reference !== undefined) found.push(["ref", reference]);
    found.push(["rev", revision ?? "0".repeat(40)]);
    if (booleanAttribute(input, "shallow") !== true) {
      found.push(["revCount", revision === undefined ? 0n : revisionCount(gitFolder, revision)]);
    }
  }
  found.push(["lastModified", revision === undefined ? 0n : commitTime(gitFolder, revision)]);
  const kept = keptPaths(folder, booleanAttribute(input, "exportIgnore") ?? false);
  const { path } = store.addToStore(nameOf(input), folder, {
    method: "nar",
    algorithm: "sha256",
    filter: (file) => kept.has(file.slice(folder.length + 1)),
  });
  return describeTree(store, path, input, found);
}

/** Whether anything that git tracks, or is told to, differs from the last commit. */
function isDirty(folder: string): boolean {
  const args = ["status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all"];
  return runGit(["--no-optional-locks", ...args], { folder }) !== "";
}

/** The tracked files that are there, and their folders. */
function keptPaths(folder: string, exportIgnore: boolean): ReadonlySet<string> {
  const files = runGit(["ls-files", "-z"], { folder })
    .split("\0")
    .filter((path) => path !== "" && isFile(`${folder}/${path}`));
  const folders = new Set(files.flatMap((path) => parentsOf(path)));
  const asked = [...files, ...[...folders].map((path) => `${path}/`)];
  const ignored = exportIgnore ? exportIgnoredPaths(asked, [], { folder }) : new Set<string>();
  const keptFiles = files.filter((path) => !ignored.has(path));
  const keptFolders = new Set(keptFiles.flatMap((path) => parentsOf(path)).filter((path) => !ignored.has(`${path}/`)));
  return new Set([...keptFiles, ...keptFolders]);
}

function isFile(path: string): boolean {
  try {
    return !lstatSync(hostPath(path)).isDirectory();
  } catch {
    return false;
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

// From elsewhere.

function fetchRemote(given: Url, input: InputAttributes, options: GitOptions): Commit {
  const query = given.scheme === "file" ? [] : [...given.query].filter(([name]) => name !== "dir");
  const url = printUrl({ ...given, query: new Map(query) });
  const shallow = booleanAttribute(input, "shallow") ?? false;
  const key = printHash(hashByteString("sha256", url), "nix32") + (shallow ? "-shallow" : "");
  const gitFolder = `${options.cacheFolder}/gitv3/${key}`;
  if (!existsSync(hostPath(`${gitFolder}/HEAD`))) {
    mkdirSync(hostPath(gitFolder), { recursive: true });
    runGit(["init", "--quiet", "--bare", "--initial-branch=__nix_dummy_branch", gitFolder]);
  }
  const reference = textAttribute(input, "ref") ?? remoteHead(url) ?? defaultReference(url, options);
  const asked = askedRevision(input);
  const environment = { GIT_DIR: gitFolder };
  const hasCommit = (commit: string): boolean =>
    tryGit(["cat-file", "-e", `${commit}^{commit}`], { environment }).status === 0;
  if (asked === undefined || !hasCommit(asked)) {
    update(
      { gitFolder, url, shallow, reference, asked, allRefs: booleanAttribute(input, "allRefs") ?? false },
      options,
    );
  }
  if (asked !== undefined && !hasCommit(asked)) throw revisionMissing(asked, reference, url);
  return { gitFolder, revision: asked ?? resolveReference(gitFolder, fullReference(reference)), reference };
}

interface Update {
  readonly gitFolder: string;
  readonly url: string;
  readonly shallow: boolean;
  readonly reference: string;
  readonly asked: string | undefined;
  readonly allRefs: boolean;
}

/** Where the other side cannot be reached, what was fetched before is still good. */
function update({ gitFolder, url, shallow, reference, asked, allRefs }: Update, options: GitOptions): void {
  const full = fullReference(reference);
  const wanted = allRefs ? "refs/*:refs/*" : (asked ?? `${full}:${full}`);
  const depth = shallow ? ["--depth", "1"] : [];
  const environment = { GIT_DIR: gitFolder };
  const result = tryGit(["fetch", "--quiet", "--force", ...depth, "--", url, wanted], {
    environment,
    showsComplaints: true,
  });
  if (result.status === 0) return;
  const isKnown = tryGit(["rev-parse", "--verify", "--quiet", `${full}^{commit}`], { environment }).status === 0;
  if (asked !== undefined || !isKnown) throw fetchFailed(url);
  options.warn(`could not update local clone of Git repository '${url}'; continuing with the most recent version`);
}

function fullReference(reference: string): string {
  return reference === "HEAD" || reference.startsWith("refs/") ? reference : `refs/heads/${reference}`;
}

/** The branch that the other side's HEAD points at. */
function remoteHead(url: string): string | undefined {
  const { status, output } = tryGit(["ls-remote", "--symref", "--", url, "HEAD"], { showsComplaints: true });
  return status === 0 ? /^ref: (\S+)\s+HEAD$/m.exec(output)?.[1] : undefined;
}

function noRepository(path: string): FirnError {
  return new FirnError("git-repository", `Git repository "${path}" does not exist.`);
}

function unknownReference(reference: string): FirnError {
  return new FirnError(
    "git-reference",
    `resolving Git reference '${reference}': revspec '${reference}' not found (libgit2 error code = 4)`,
  );
}

function shallowRepository(where: string): FirnError {
  return new FirnError(
    "git-shallow",
    `'${where}' is a shallow Git repository, but shallow repositories are only allowed when \`shallow = true;\` is specified`,
  );
}

function revisionMissing(revision: string, reference: string, url: string): FirnError {
  return new FirnError(
    "git-revision",
    `Cannot find Git revision '${revision}' in ref '${reference}' of repository '${url}'! Please make sure that the rev exists on the ref you've specified or add allRefs = true; to fetchGit.`,
  );
}

function fetchFailed(url: string): FirnError {
  return new FirnError("git-fetch", `Failed to fetch git repository '${url}'`);
}

function unsupportedOption(input: InputAttributes, name: string): FirnError {
  return new FirnError(
    "git-option",
    toByteString(`Cannot fetch '${printInput(input)}': the option '${name}' of Git inputs is not supported`),
  );
}
