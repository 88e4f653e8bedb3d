// A working tree as it stands: those files that git tracks, with the changes made to them, and what is known of the commit
// below. One that differs from its commit is dirty.

import { lstatSync } from "node:fs";
import {
  booleanAttribute,
  createHasher,
  FirnError,
  type InputAttribute,
  type InputAttributes,
  inputName,
  narPadding,
  printHash,
} from "#formats";
import { hostPath } from "#host";
import { archivePath, type EvaluationStore } from "#store";
import { describeTree, type FetchedTree } from "./fetched-tree.ts";
import { exportIgnoredPaths } from "./git-commit-tree.ts";
import { runGit, tryGit } from "./git-program.ts";
import {
  commitFingerprint,
  commitTime,
  gitFolderOf,
  type GitOptions,
  headReference,
  nullRevision,
  revisionCount,
} from "./git-repository.ts";
import { submodulesOfFile } from "./git-submodules.ts";

export function fetchWorkingTree(
  store: EvaluationStore,
  input: InputAttributes,
  folder: string,
  options: GitOptions,
): FetchedTree {
  const gitFolder = gitFolderOf(folder);
  const withSubmodules = booleanAttribute(input, "submodules") === true;
  const state = readState(folder, withSubmodules);
  const { headRevision } = state;
  const found: [string, InputAttribute][] = [];
  if (state.isDirty) {
    sayDirty(folder, options);
    if (headRevision !== undefined) {
      found.push(["dirtyRev", `${headRevision}-dirty`], ["dirtyShortRev", `${headRevision.slice(0, 7)}-dirty`]);
    }
  } else {
    const reference = headReference(gitFolder);
    if (reference !== undefined) found.push(["ref", reference]);
    found.push(["rev", headRevision ?? nullRevision]);
    if (booleanAttribute(input, "shallow") !== true) {
      found.push(["revCount", headRevision === undefined ? 0n : revisionCount(gitFolder, headRevision, options)]);
    }
  }
  found.push(["lastModified", headRevision === undefined ? 0n : commitTime(gitFolder, headRevision, options)]);
  const kept = keptPaths(folder, {
    exportIgnore: booleanAttribute(input, "exportIgnore") ?? false,
    submodules: withSubmodules,
  });
  options.debug?.(`copying '${folder}/' to the store`);
  const { path } = store.addToStore(inputName(input), folder, {
    method: "nar",
    algorithm: "sha256",
    filter: (file) => kept.has(file.slice(folder.length + 1)),
  });
  return {
    ...describeTree(store, path, input, found),
    fingerprint: state.isDirty
      ? dirtyFingerprint(input, folder, state)
      : commitFingerprint(input, headRevision ?? nullRevision),
    shownAs: folder,
    workingTree: folder,
  };
}

function sayDirty(folder: string, options: GitOptions): void {
  if (options.allowDirty === false) throw treeIsDirty(folder);
  if (options.warnDirty !== false) options.warn(`Git tree '${folder}' is dirty`);
}

interface WorkingTreeState {
  readonly headRevision: string | undefined;
  readonly isDirty: boolean;
  readonly dirtyFiles: readonly string[];
  readonly deletedFiles: readonly string[];
  readonly hasSubmodules: boolean;
}

/** What differs from the last commit of what git tracks, or is told to. */
function readState(folder: string, withSubmodules: boolean): WorkingTreeState {
  const head = tryGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { folder });
  const args = ["status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames"];
  const dirtyFiles: string[] = [];
  const deletedFiles: string[] = [];
  for (const line of runGit(["--no-optional-locks", ...args], { folder }).split("\0")) {
    if (line !== "") (line.slice(0, 2).includes("D") ? deletedFiles : dirtyFiles).push(line.slice(3));
  }
  const submodules = submodulesOfFile(folder);
  const isDirty =
    dirtyFiles.length + deletedFiles.length > 0 ||
    (withSubmodules && submodules.some(({ path }) => readState(`${folder}/${path}`, true).isDirty));
  return {
    headRevision: head.status === 0 ? head.output.trim() : undefined,
    isDirty,
    dirtyFiles: dirtyFiles.toSorted(comparePaths),
    deletedFiles: deletedFiles.toSorted(comparePaths),
    hasSubmodules: submodules.length > 0,
  };
}

/** A folder's entries stand before its neighbours (CanonPath's order). */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a.replaceAll("/", "\0"), b.replaceAll("/", "\0")];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The commit below and all that differs from it; undefined where submodules may differ too. */
function dirtyFingerprint(input: InputAttributes, folder: string, state: WorkingTreeState): string | undefined {
  if (state.hasSubmodules) return undefined;
  const hasher = createHasher("sha512");
  for (const file of state.dirtyFiles) {
    hasher.update(serialise("modified:"));
    hasher.update(serialise(`/${file}`));
    for (const chunk of archivePath(`${folder}/${file}`)) hasher.update(chunk);
  }
  for (const file of state.deletedFiles) {
    hasher.update(serialise("deleted:"));
    hasher.update(serialise(`/${file}`));
  }
  const changes = printHash(hasher.digest(), "base16");
  return `${commitFingerprint(input, state.headRevision ?? nullRevision)};d=${changes}`;
}

/** A string as archives have it: its length, its bytes, filled up to eight. */
function serialise(text: string): Uint8Array {
  const bytes = Buffer.alloc(8 + text.length + narPadding(text.length));
  bytes.writeBigUInt64LE(BigInt(text.length));
  bytes.write(text, 8, "latin1");
  return bytes;
}

interface Kept {
  readonly exportIgnore: boolean;
  readonly submodules: boolean;
}

/** The tracked files that are there, and their folders. */
function keptPaths(folder: string, { exportIgnore, submodules }: Kept): ReadonlySet<string> {
  const files = runGit(["ls-files", "-z"], { folder })
    .split("\0")
    .filter((path) => path !== "" && isFile(`${folder}/${path}`));
  const folders = new Set(files.flatMap((path) => parentsOf(path)));
  const asked = [...files, ...[...folders].map((path) => `${path}/`)];
  const ignored = exportIgnore ? exportIgnoredPaths(asked, [], { folder }) : new Set<string>();
  const keptFiles = files.filter((path) => !ignored.has(path));
  const kept = new Set(keptFiles);
  const keep = (path: string): void => {
    for (const parent of parentsOf(path)) if (!ignored.has(`${parent}/`)) kept.add(parent);
  };
  keptFiles.forEach(keep);
  if (submodules) {
    for (const { path } of submodulesOfFile(folder)) {
      keep(path);
      kept.add(path);
      for (const below of keptPaths(`${folder}/${path}`, { exportIgnore, submodules })) kept.add(`${path}/${below}`);
    }
  }
  return kept;
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

function treeIsDirty(folder: string): FirnError {
  return new FirnError("git-dirty", `Git tree '${folder}' is dirty`);
}
