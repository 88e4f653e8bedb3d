// Inputs of the type `hg`. A working tree with changes is read as it stands, those files that Mercurial tracks; anything
// else is cloned into the user's cache, and the files of a commit are taken from there.

import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import {
  FirnError,
  fromByteString,
  hashByteString,
  type InputAttribute,
  type InputAttributes,
  inputName,
  numberAttribute,
  parseUrl,
  printHash,
  printInput,
  printUrl,
  requiredText,
  revisionOf,
  type StorePath,
  textAttribute,
  toByteString,
  type Url,
  urlPathToPath,
} from "#formats";
import { byteStringOfHostText, deleteTree, hostPath } from "#host";
import type { EvaluationStore } from "#store";
import type { FetcherCache } from "../fetcher-cache.ts";
import { describeTree, type FetchedTree } from "./fetched-tree.ts";

export interface MercurialOptions {
  readonly cacheFolder: string;
  readonly cache: FetcherCache;
  readonly warn: (text: string) => void;
  readonly allowDirty: boolean;
  readonly warnDirty: boolean;
}

export function fetchMercurialTree(
  store: EvaluationStore,
  input: InputAttributes,
  options: MercurialOptions,
): FetchedTree {
  const url = parseUrl(requiredText(input, "url"), { warn: options.warn });
  const local = url.scheme === "file" ? urlPathToPath(url.path) : undefined;
  const tree =
    local !== undefined && isDirty(local, input)
      ? workingTree(store, input, local, options)
      : commitTree(store, input, local ?? printUrl(url), options);
  return { ...tree, shownAs: `\xc2\xab${printInput(withoutHash(tree.attributes))}\xc2\xbb` };
}

function withoutHash(input: InputAttributes): InputAttributes {
  return new Map([...input].filter(([name]) => name !== "narHash"));
}

function isDirty(folder: string, input: InputAttributes): boolean {
  if (input.has("ref") || input.has("rev") || !existsSync(hostPath(`${folder}/.hg`))) return false;
  return runHg(["status", "-R", folder, "--modified", "--added", "--removed"]) !== "";
}

function workingTree(
  store: EvaluationStore,
  input: InputAttributes,
  folder: string,
  options: MercurialOptions,
): FetchedTree {
  // Quoted twice, as Nix has it.
  const complaint = `Mercurial tree '"${folder}"' is unclean`;
  if (!options.allowDirty) throw new FirnError("hg-dirty", complaint);
  if (options.warnDirty) options.warn(complaint);
  const branch = runHg(["branch", "-R", folder]).replace(/[ \n\r\t]+$/, "");
  const status = ["status", "-R", folder, "--clean", "--modified", "--added", "--no-status", "--print0"];
  const files = runHg(status)
    .split("\0")
    .filter((file) => file !== "");
  const kept = new Set(files.flatMap((file) => [file, ...foldersOf(file)]));
  const root = posix.resolve(byteStringOfHostText(process.cwd()), folder);
  const { path } = store.addToStore(inputName(input), root, {
    method: "nar",
    algorithm: "sha256",
    filter: (file) => kept.has(file.slice(root.length + 1)),
  });
  return describeTree(store, path, input, [["ref", branch]]);
}

function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function commitTree(
  store: EvaluationStore,
  asked: InputAttributes,
  from: string,
  options: MercurialOptions,
): FetchedTree {
  const { cache } = options;
  const input = new Map<string, InputAttribute>(asked);
  if (!input.has("ref")) input.set("ref", "default");
  const branchKey = new Map([
    ["url", from],
    ["ref", requiredText(input, "ref")],
  ]);
  if (!input.has("rev")) {
    const known = cache.lookUp("hgRefToRev", branchKey);
    const revision = known?.isExpired === false ? textAttribute(known.value, "rev") : undefined;
    if (revision !== undefined) input.set("rev", revision);
  }
  const before = findCached(store, input, cache);
  if (before !== undefined) return before;
  const clone = updateClone(from, input, options);
  const wanted = revisionText(input) ?? requiredText(input, "ref");
  const log = runHg(["log", "-R", clone, "-r", wanted, "--template", "{node} {rev} {branch}"]);
  const [revision = "", count = "0", ...branch] = log.split(" ");
  input.set("rev", revision).set("ref", branch.join(" "));
  const known = findCached(store, input, cache);
  if (known !== undefined) return known;
  const path = addCommit(store, inputName(input), clone, revision);
  const value = new Map([["revCount", BigInt(count)]]);
  if (!asked.has("rev")) cache.put("hgRefToRev", branchKey, new Map([["rev", revision]]));
  cache.putPath(store, { domain: "hgRev", key: revisionKey(input), value, path });
  return describeCommit(store, path, input, BigInt(count));
}

function findCached(store: EvaluationStore, input: InputAttributes, cache: FetcherCache): FetchedTree | undefined {
  if (!input.has("rev")) return undefined;
  const entry = cache.lookUpPath(store, "hgRev", revisionKey(input));
  if (entry === undefined) return undefined;
  return describeCommit(store, entry.path, input, numberAttribute(entry.value, "revCount") ?? 0n);
}

function describeCommit(
  store: EvaluationStore,
  path: StorePath,
  input: InputAttributes,
  revisionCount: bigint,
): FetchedTree {
  const tree = describeTree(store, path, input, [["revCount", revisionCount]]);
  return { ...tree, fingerprint: revisionText(input) };
}

function revisionKey(input: InputAttributes): InputAttributes {
  const revision = revisionOf(input);
  if (revision !== undefined && revision.algorithm !== "sha1")
    throw wrongHash(printHash(revision, "base16", { prefix: true }));
  return new Map([
    ["name", inputName(input)],
    ["rev", revisionText(input) ?? ""],
  ]);
}

function revisionText(input: InputAttributes): string | undefined {
  const revision = revisionOf(input);
  return revision === undefined ? undefined : printHash(revision, "base16");
}

/** The clone in the user's cache, with the commit that is asked for; gives its folder. */
function updateClone(from: string, input: InputAttributes, options: MercurialOptions): string {
  const clone = `${options.cacheFolder}/hg/${printHash(hashByteString("sha256", from), "nix32")}`;
  const isThere = existsSync(hostPath(clone));
  const revision = revisionText(input);
  if (isThere && revision !== undefined) {
    if (tryHg(["log", "-R", clone, "-r", revision, "--template", "1"]).output === "1") return clone;
  }
  if (isThere) pull(clone, from);
  else {
    mkdirSync(hostPath(dirname(clone)), { recursive: true });
    runHg(["clone", "--noupdate", "--", from, clone]);
  }
  return clone;
}

function pull(clone: string, from: string): void {
  const args = ["pull", "-R", clone, "--", from];
  const first = tryHg(args);
  if (first.status === 0) return;
  // A pull that was interrupted leaves this behind.
  if (!existsSync(hostPath(`${clone}/.hg/store/journal`))) throw pullFailed(first.status);
  runHg(["recover", "-R", clone]);
  runHg(args);
}

function addCommit(store: EvaluationStore, name: string, clone: string, revision: string): StorePath {
  const folder = mkdtempSync(join(tmpdir(), "firn-hg-"));
  try {
    const tree = `${byteStringOfHostText(folder)}/tree`;
    runHg(["archive", "-R", clone, "-r", revision, tree]);
    rmSync(hostPath(`${tree}/.hg_archival.txt`), { force: true });
    if (lstatSync(hostPath(tree), { throwIfNoEntry: false }) === undefined) mkdirSync(hostPath(tree));
    return store.addToStore(name, tree, { method: "nar", algorithm: "sha256" }).path;
  } finally {
    deleteTree(byteStringOfHostText(folder));
  }
}

/** Writes a file into a working tree, tells Mercurial of it, and commits it where there is a message. */
export function putMercurialFile(
  input: InputAttributes,
  file: { readonly path: string; readonly contents: string; readonly commitMessage: string | undefined },
  warn: (text: string) => void,
): void {
  const url = parseUrl(requiredText(input, "url"), { warn });
  if (url.scheme !== "file") throw notAWorkingTree(file.path, input);
  const path = `${urlPathToPath(url.path)}/${file.path}`;
  writeFileSync(hostPath(path), file.contents, "latin1");
  runHg(["add", path]);
  if (file.commitMessage !== undefined) runHg(["commit", path, "-m", file.commitMessage]);
}

/** The folder of a working tree that can be written to. */
export function mercurialFolderOf(input: InputAttributes, warn: (text: string) => void): string | undefined {
  const url: Url = parseUrl(requiredText(input, "url"), { warn });
  return url.scheme === "file" && !input.has("ref") && !input.has("rev") ? urlPathToPath(url.path) : undefined;
}

// The program.

interface HgResult {
  readonly status: number;
  readonly output: string;
}

function runHg(args: readonly string[]): string {
  const { status, output } = tryHg(args);
  if (status !== 0) throw hgFailed(status);
  return output;
}

/** With the user's configuration left out, so that it cannot change what comes out. Complaints go to standard error. */
function tryHg(args: readonly string[]): HgResult {
  const { status, stdout, error } = spawnSync("hg", args.map(fromByteString), {
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 30,
    env: { ...process.env, HGPLAIN: "" },
  });
  if (error !== undefined) throw cannotRun(error);
  return { status: status ?? 1, output: stdout.toString("latin1") };
}

function cannotRun(error: Error): FirnError {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT") return new FirnError("hg-failed", toByteString(`hg could not be run: ${error.message}`));
  return new FirnError("hg-missing", "executing 'hg': No such file or directory", {
    hint: "Fetching from a Mercurial repository needs the program hg on the PATH.",
  });
}

function hgFailed(status: number): FirnError {
  return new FirnError("hg-failed", `hg failed with exit code ${status}`);
}

function pullFailed(status: number): FirnError {
  return new FirnError("hg-failed", `'hg pull' failed with exit code ${status}`);
}

function wrongHash(hash: string): FirnError {
  return new FirnError("hg-revision", `Hash '${hash}' is not supported by Mercurial. Only sha1 is supported.`);
}

function notAWorkingTree(path: string, input: InputAttributes): FirnError {
  return new FirnError(
    "hg-file",
    `cannot commit '/${path}' to Mercurial repository '${printInput(input)}' because it's not a working tree`,
  );
}
