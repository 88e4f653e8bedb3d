// A flake reference that is a path of this machine: the folder with a flake.nix, here or above, and where that folder lies
// in a Git repository, the repository (parsePathFlakeRefWithFragment).

import { lstatSync, readlinkSync, statSync } from "node:fs";
import { posix } from "node:path";
import { badUrl, FirnError, normalisePath, pathToUrlPath, type PathReference, type Url } from "#formats";
import { hostPath, ifExists } from "#host";

export interface LocatePathOptions {
  readonly baseFolder: string;
  /** No flake.nix has to be there. */
  readonly mayBeMissing?: boolean;
  /** What is named need not be a flake; nothing is looked up then. */
  readonly isFlake?: boolean;
  readonly warn: (text: string) => void;
  readonly inform: (text: string) => void;
}

const noHost = { host: "", isBracketed: false };

export function locatePath(given: PathReference, options: LocatePathOptions): Url {
  const absolute = given.path.startsWith("/") ? given.path : `${options.baseFolder}/${given.path}`;
  const path = resolveLinks(normalisePath(absolute));
  const isFlake = options.isFlake ?? true;
  const found = isFlake ? findFlake(path, options) : path;
  const repository = isFlake ? findRepository(found, given) : undefined;
  if (repository !== undefined) return repository;
  const { query, fragment } = given;
  return { scheme: "path", authority: noHost, path: pathToUrlPath(found), query, fragment };
}

/** As far as the path exists (absPath with resolveSymlinks). */
function resolveLinks(path: string, depth = 0): string {
  let done = "";
  const parts = path.split("/").filter((part) => part !== "");
  for (const [index, part] of parts.entries()) {
    const next = `${done}/${part}`;
    const target = ifExists(() => readLinkOf(next));
    if (target !== undefined) {
      if (depth > 1024) throw tooManyLinks(path);
      const rest = parts.slice(index + 1).join("/");
      const start = target.startsWith("/") ? target : `${done}/${target}`;
      return resolveLinks(normalisePath(`${start}/${rest}`), depth + 1);
    }
    done = next;
  }
  return done === "" ? "/" : done;
}

function readLinkOf(path: string): string | undefined {
  return lstatSync(hostPath(path)).isSymbolicLink() ? readlinkSync(hostPath(path), "latin1") : undefined;
}

function findFlake(start: string, options: LocatePathOptions): string {
  let path = start;
  const entry = ifExists(() => lstatSync(hostPath(path)));
  if (entry === undefined) throw cannotLookAt(path);
  if (!entry.isDirectory()) {
    if (posix.basename(path) !== "flake.nix") throw notAFolder(path);
    const parent = posix.dirname(path);
    options.warn(
      `Path ${quoted(path)} should point at the directory containing the 'flake.nix' file, not the file itself. Pretending that you meant ${quoted(parent)}`,
    );
    path = parent;
  }
  if (options.mayBeMissing === true) return path;
  if (!exists(`${path}/flake.nix`)) path = searchUpwards(path, options);
  if (!exists(`${path}/flake.nix`)) throw notAFlake(path);
  return path;
}

function searchUpwards(start: string, options: LocatePathOptions): string {
  options.inform(`path ${quoted(start)} does not contain a 'flake.nix', searching up`);
  const device = statSync(hostPath(start)).dev;
  for (let path = start; path !== "/"; path = posix.dirname(path)) {
    if (exists(`${path}/flake.nix`)) return path;
    if (exists(`${path}/.git`)) throw notPartOfFlake(path);
    if (lstatSync(hostPath(path)).dev !== device) throw filesystemBoundary(path);
  }
  throw badUrl("could not find a flake.nix file");
}

/** The repository around the flake; undefined when there is none. */
function findRepository(flake: string, given: PathReference): Url | undefined {
  const below: string[] = [];
  for (let root = flake; root !== "/"; root = posix.dirname(root)) {
    if (exists(`${root}/.git`)) {
      const query = new Map(given.query);
      if (below.length > 0) {
        if (query.has("dir")) throw inconsistentFolder(given.text);
        query.set("dir", below.toReversed().join("/"));
      }
      if (exists(`${root}/.git/shallow`)) query.set("shallow", "1");
      return {
        scheme: "git+file",
        authority: noHost,
        path: pathToUrlPath(root),
        query,
        fragment: given.fragment,
      };
    }
    below.push(posix.basename(root));
  }
  return undefined;
}

function exists(path: string): boolean {
  return ifExists(() => lstatSync(hostPath(path))) !== undefined;
}

/** As Nix quotes a path of the machine. */
function quoted(path: string): string {
  return `"${path}"`;
}

function cannotLookAt(path: string): FirnError {
  return new FirnError("no-such-path", `getting status of ${quoted(path)}: No such file or directory`);
}

function tooManyLinks(path: string): FirnError {
  return new FirnError("links", `infinite symlink recursion in path '${path}'`);
}

function notAFolder(path: string): FirnError {
  return badUrl(`path ${quoted(path)} is not a flake (because it's not a directory)`);
}

function notAFlake(path: string): FirnError {
  return badUrl(`path ${quoted(path)} is not a flake (because it doesn't contain a 'flake.nix' file)`);
}

function notPartOfFlake(path: string): FirnError {
  return new FirnError(
    "flake-reference",
    `path ${quoted(path)} is not part of a flake (neither it nor its parent directories contain a 'flake.nix' file)`,
  );
}

function filesystemBoundary(path: string): FirnError {
  return new FirnError(
    "flake-reference",
    `unable to find a flake before encountering filesystem boundary at ${quoted(path)}`,
  );
}

function inconsistentFolder(text: string): FirnError {
  return new FirnError("flake-reference", `flake URL '${text}' has an inconsistent 'dir' parameter`);
}
