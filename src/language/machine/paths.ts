// Symlinks and existence on top of EvalIO, which only ever looks at one entry without following it.

import { BaseError, hint, literalHint } from "../errors/index.ts";
import type { EvalIO, FileStat } from "../io.ts";
import { canonicalPath } from "../syntax/index.ts";

/** As many links as Nix follows before it takes them for a cycle. */
const mostLinks = 1024;

/** The path with every symlink in it followed; undefined when a part is missing or not a folder. */
export function resolveSymlinks(io: EvalIO, path: string): string | undefined {
  return follow(io, path, {});
}

/** The path as far as its symlinks can be followed: behind a part that is missing, what follows stands as it is written. */
export function resolveAsFarAsItGoes(io: EvalIO, path: string, followLast: boolean): string {
  return follow(io, path, { keepsLast: !followLast, pastMissing: true }) as string;
}

/** The same for `storePath`, which of a cycle only tells what comes behind it (canonPath). */
export function canonicalWithLinks(io: EvalIO, path: string): string {
  return follow(io, path, { pastMissing: true, tellsRest: true }) as string;
}

interface Following {
  /** The last part stands for itself even if it is a link. */
  readonly keepsLast?: boolean;
  readonly pastMissing?: boolean;
  readonly tellsRest?: boolean;
}

function follow(io: EvalIO, path: string, { keepsLast, pastMissing, tellsRest }: Following): string | undefined {
  const rest = path
    .split("/")
    .filter((part) => part !== "")
    .toReversed();
  let done = "";
  let links = 0;
  while (rest.length > 0) {
    const part = rest.pop() as string;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done = done.slice(0, Math.max(0, done.lastIndexOf("/")));
      continue;
    }
    const next = `${done}/${part}`;
    const stat = rest.length > 0 || keepsLast !== true ? io.lstat(next) : undefined;
    if (stat?.type === "symlink") {
      if (++links > mostLinks) {
        throw infiniteRecursion(
          tellsRest === true
            ? rest
                .map((left) => `/${left}`)
                .toReversed()
                .join("")
            : path,
        );
      }
      const target = io.readLink(next);
      if (target.startsWith("/")) done = "";
      for (const piece of target.split("/").toReversed()) if (piece !== "") rest.push(piece);
      continue;
    }
    if (stat === undefined && rest.length > 0 && pastMissing !== true) return undefined;
    done = next;
  }
  return done === "" ? "/" : done;
}

/** Whether something is there, a symlink counting as such. */
export function pathExists(io: EvalIO, path: string): boolean {
  return io.lstat(path) !== undefined;
}

/** What is at a path of which no part but the last may be a symlink (SourceAccessor::lstat). */
export function lookAt(io: EvalIO, path: string): FileStat {
  io.checkAccess(path);
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const above = path.slice(0, end);
    if (io.lstat(above)?.type === "symlink") throw new BaseError(hint`path '${shownPath(io, above)}' is a symlink`);
  }
  const stat = io.lstat(path);
  if (stat === undefined) throw noSuchPath(io, path);
  return stat;
}

/** The file that an import of `path` reads: links followed one by one, a folder's default.nix (resolveExprPath). */
export function resolveExprPath(io: EvalIO, path: string): string {
  let current = path;
  for (let links = 0; current !== "/";) {
    if (++links >= mostLinks) throw tooManyLinks(current);
    const slash = current.lastIndexOf("/");
    const parent = resolveAsFarAsItGoes(io, current.slice(0, slash) || "/", true);
    const entry = `${parent === "/" ? "" : parent}${current.slice(slash)}`;
    const stat = io.lstat(entry);
    if (stat === undefined) throw noSuchPath(io, entry);
    if (stat.type !== "symlink") break;
    const target = io.readLink(entry);
    current = canonicalPath(target.startsWith("/") ? target : `${current.slice(0, slash)}/${target}`);
  }
  const resolved = resolveSymlinks(io, current);
  const stat = resolved === undefined ? undefined : io.lstat(resolved);
  if (stat?.type === "directory") return current === "/" ? "/default.nix" : `${current}/default.nix`;
  return current;
}

export function noSuchPath(io: EvalIO, path: string): BaseError {
  const why = io.explainMissing?.(path);
  return new BaseError(why === undefined ? hint`path '${shownPath(io, path)}' does not exist` : literalHint(why));
}

/** What messages call a path. */
export function shownPath(io: EvalIO, path: string): string {
  return io.showPath?.(path) ?? path;
}

function tooManyLinks(path: string): BaseError {
  return new BaseError(hint`too many symbolic links encountered while traversing the path '${path}'`);
}

function infiniteRecursion(path: string): BaseError {
  return new BaseError(hint`infinite symlink recursion in path '${path}'`);
}
