// Inputs of the type `git`. A repository on this machine is read where it is: its working tree as it stands, with those
// files that git tracks, or a commit when a branch or commit is named. Any other is fetched into a bare repository in the
// user's cache first. Large files (LFS) and signatures of commits are refused rather than left out silently.

import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { posix } from "node:path";
import {
  booleanAttribute,
  FirnError,
  type InputAttribute,
  type InputAttributes,
  inputName,
  parseGitUrl,
  parseUrl,
  printInput,
  printUrl,
  requiredText,
  textAttribute,
  toByteString,
  type Url,
  urlPathToPath,
} from "#formats";
import { byteStringOfHostText, deleteTree, hostPath } from "#host";
import type { EvaluationStore } from "#store";
import { describeTree, type FetchedTree } from "./fetched-tree.ts";
import { writeCommitTree } from "./git-commit-tree.ts";
import { runGit } from "./git-program.ts";
import { fetchRemote } from "./git-remote.ts";
import {
  askedRevision,
  type Commit,
  commitFingerprint,
  commitTime,
  defaultReference,
  gitFolderOf,
  type GitOptions,
  headReference,
  isShallowRepository,
  resolveReference,
  revisionCount,
} from "./git-repository.ts";
import { submodulesOfCommit, submoduleUrl } from "./git-submodules.ts";
import { fetchWorkingTree } from "./git-work-tree.ts";

export function fetchGitTree(store: EvaluationStore, input: InputAttributes, options: GitOptions): FetchedTree {
  refuseUnsupported(input);
  if (booleanAttribute(input, "exportIgnore") === true && booleanAttribute(input, "submodules") === true) {
    throw exportIgnoreWithSubmodules();
  }
  const local = localRepositoryOf(input, options.warn);
  if (local === undefined || input.has("ref") || input.has("rev")) return commitTree(store, input, local, options);
  return fetchWorkingTree(store, input, local, options);
}

function refuseUnsupported(input: InputAttributes): void {
  if (booleanAttribute(input, "verifyCommit") === true) throw unsupportedOption(input, "verifyCommit");
  for (const name of ["publicKey", "publicKeys"]) if (input.has(name)) throw unsupportedOption(input, name);
}

/** The folder of a repository with a working tree, where the URL names one; a bare one is fetched from like a distant. */
export function localRepositoryOf(input: InputAttributes, warn: (text: string) => void): string | undefined {
  const url = urlOf(input, warn);
  // Tests have repositories of this machine treated as if they were elsewhere.
  if (url.scheme !== "file" || process.env["_NIX_FORCE_HTTP"] === "1") return undefined;
  const path = urlPathToPath(url.path);
  if (existsSync(hostPath(path)) && !existsSync(hostPath(`${path}/.git`))) return undefined;
  if (!path.startsWith("/")) {
    warn(
      `Fetching Git repository '${printUrl(url)}', which uses a path relative to the current directory. This is not supported and will stop working in a future release. See https://github.com/NixOS/nix/issues/12281 for details.`,
    );
  }
  const absolute = posix.resolve(byteStringOfHostText(process.cwd()), path);
  if (!existsSync(hostPath(absolute))) throw noRepository(absolute);
  return absolute;
}

function urlOf(input: InputAttributes, warn: (text: string) => void): Url {
  return parseUrl(requiredText(input, "url"), { warn });
}

// A commit.

function commitTree(
  store: EvaluationStore,
  input: InputAttributes,
  local: string | undefined,
  options: GitOptions,
): FetchedTree {
  const commit = findCommit(input, local, options);
  const { gitFolder, revision, reference } = commit;
  const shallow = booleanAttribute(input, "shallow") ?? false;
  const found: [string, InputAttribute][] = [
    ["ref", reference],
    ["rev", revision],
    ["lastModified", commitTime(gitFolder, revision, options)],
  ];
  if (!shallow) found.push(["revCount", revisionCount(gitFolder, revision, options)]);
  const scratch = byteStringOfHostText(mkdtempSync(posix.join(tmpdir(), "firn-git-")));
  try {
    writeCommit(input, commit, `${scratch}/tree`, options);
    const { path } = store.addToStore(inputName(input), `${scratch}/tree`, { method: "nar", algorithm: "sha256" });
    const tree = describeTree(store, path, input, found);
    return {
      ...tree,
      fingerprint: commitFingerprint(input, revision),
      isCommit: true,
      shownAs: `\xc2\xab${printInput(new Map([...input, ["ref", reference], ["rev", revision]]))}\xc2\xbb`,
    };
  } finally {
    deleteTree(scratch);
  }
}

function findCommit(input: InputAttributes, local: string | undefined, options: GitOptions): Commit {
  const commit =
    local === undefined ? fetchRemote(urlOf(input, options.warn), input, options) : localCommit(local, input, options);
  if (isShallowRepository(commit.gitFolder) && booleanAttribute(input, "shallow") !== true) {
    throw shallowRepository(local ?? printUrl(urlOf(input, () => undefined)));
  }
  return commit;
}

function localCommit(repository: string, input: InputAttributes, options: GitOptions): Commit {
  const gitFolder = gitFolderOf(repository);
  const reference = textAttribute(input, "ref") ?? headReference(gitFolder) ?? defaultReference(repository, options);
  const revision = askedRevision(input) ?? resolveReference(gitFolder, reference);
  return { gitFolder, revision, reference };
}

/** The files of a commit, and where they are asked for, those of its submodules in their places. */
function writeCommit(input: InputAttributes, commit: Commit, into: string, options: GitOptions): void {
  const { gitFolder, revision, reference } = commit;
  if (booleanAttribute(input, "lfs") === true) throw unsupportedOption(input, "lfs");
  const exportIgnore = booleanAttribute(input, "exportIgnore") ?? false;
  writeCommitTree({ gitFolder, revision, exportIgnore }, into, `${into}.scratch`);
  if (booleanAttribute(input, "submodules") !== true) return;
  for (const submodule of submodulesOfCommit(gitFolder, revision)) {
    const url = printUrl(parseGitUrl(submoduleUrl(gitFolder, submodule.url), options.warn));
    const branch = submodule.branch === "." ? reference : submodule.branch;
    const below = new Map<string, InputAttribute>([
      ["type", "git"],
      ["url", url],
      ...(branch === "" ? [] : [["ref", branch] as const]),
      ["rev", submodule.revision],
      ["submodules", true],
      ["allRefs", true],
    ]);
    const found = findCommit(below, localRepositoryOf(below, options.warn), options);
    const place = `${into}/${submodule.path}`;
    rmdirSync(hostPath(place));
    writeCommit(below, found, place, options);
  }
}

/** A clone to work on, as git makes it. */
export function cloneRepository(input: InputAttributes, into: string, warn: (text: string) => void): void {
  if (input.has("rev")) throw cannotCloneRevision();
  const reference = textAttribute(input, "ref");
  const branch = reference === undefined ? [] : ["--branch", reference];
  const where = localRepositoryOf(input, warn) ?? printUrl(urlOf(input, warn));
  runGit(["clone", where, ...branch, into], { showsComplaints: true, runsHooks: true });
}

function cannotCloneRevision(): FirnError {
  return new FirnError("git-clone", "cloning a specific revision is not implemented");
}

function noRepository(path: string): FirnError {
  return new FirnError("git-repository", `Git repository "${path}" does not exist.`);
}

function shallowRepository(where: string): FirnError {
  return new FirnError(
    "git-shallow",
    `'${where}' is a shallow Git repository, but shallow repositories are only allowed when \`shallow = true;\` is specified`,
  );
}

function exportIgnoreWithSubmodules(): FirnError {
  return new FirnError("git-option", "exportIgnore and submodules are not supported together yet");
}

function unsupportedOption(input: InputAttributes, name: string): FirnError {
  return new FirnError(
    "git-option",
    toByteString(`Cannot fetch '${printInput(input)}': the option '${name}' of Git inputs is not supported`),
  );
}
