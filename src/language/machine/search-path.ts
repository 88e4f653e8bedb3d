// `<nixpkgs/lib>`: looking names up in a search path (findFile). Entries are tried in order; one whose path is not there
// is skipped with a warning, once. `<nix/…>` falls back to the files that come with the language.

import { BaseError, type Hint, hint, renderWarning, ThrownError } from "../errors/index.ts";
import { canonicalPath } from "../syntax/index.ts";
import type { Pos } from "../values/position.ts";
import { NixPath } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import { fetchFlakeSource } from "./flake-source.ts";
import { pathExists, resolveSymlinks } from "./paths.ts";
import type { SearchPathEntry } from "./settings.ts";

export function findFile(
  evaluator: Evaluator,
  searchPath: readonly SearchPathEntry[],
  name: string,
  pos: Pos,
): NixPath {
  for (const entry of searchPath) {
    const suffix = suffixIfMatch(entry.prefix, name);
    if (suffix === undefined) continue;
    const root = resolveEntry(evaluator, entry.path);
    if (root === undefined) continue;
    const path = canonicalPath(`${root}/${suffix}`);
    const resolved = resolveSymlinks(evaluator.io, path);
    if (resolved !== undefined && pathExists(evaluator.io, resolved)) return new NixPath(resolved);
  }
  if (name.startsWith("nix/")) return new NixPath(`<nix${canonicalPath(name.slice(3))}>`);
  throw notFound(evaluator, name, pos);
}

/** What is left of the name behind the prefix; undefined when the prefix is another one. */
function suffixIfMatch(prefix: string, name: string): string | undefined {
  const length = prefix.length;
  const needsSlash = length > 0 && length < name.length;
  if (needsSlash && name.charAt(length) !== "/") return undefined;
  if (!name.startsWith(prefix)) return undefined;
  return name.slice(needsSlash ? length + 1 : length);
}

function resolveEntry(evaluator: Evaluator, value: string): string | undefined {
  const known = evaluator.files.searchPathRoots.get(value);
  if (known !== undefined) return known ?? undefined;
  const root = lookUpEntry(evaluator, value);
  evaluator.files.searchPathRoots.set(value, root ?? null);
  return root;
}

function lookUpEntry(evaluator: Evaluator, value: string): string | undefined {
  const { io } = evaluator;
  if (value.startsWith("flake:")) return fetchFlakeSource(evaluator, value.slice("flake:".length));
  const url = pseudoUrl(value);
  if (url !== undefined) {
    try {
      return io.realPath(io.fetchUrl({ url, name: "source", unpack: true }));
    } catch {
      warn(evaluator, hint`Nix search path entry '${value}' cannot be downloaded, ignoring`);
      return undefined;
    }
  }
  const path = canonicalPath(value.startsWith("/") ? value : `${evaluator.settings.workingDirectory}/${value}`);
  const resolved = resolveSymlinks(io, path);
  if (resolved !== undefined && pathExists(io, resolved)) return path;
  warn(evaluator, hint`Nix search path entry '${value}' does not exist, ignoring`);
  return undefined;
}

function warn({ io }: Evaluator, text: Hint): void {
  io.emitMessage("evaluation-warning", renderWarning(new BaseError(text)));
}

/** The URL of a tarball that an entry stands for, if it is not a path (EvalSettings::isPseudoUrl, resolvePseudoUrl). */
function pseudoUrl(value: string): string | undefined {
  if (value.startsWith("channel:")) return `https://channels.nixos.org/${value.slice(8)}/nixexprs.tar.xz`;
  return /^(http|https|file|channel|git|s3|ssh):\/\//.test(value) ? value : undefined;
}

function notFound(evaluator: Evaluator, name: string, pos: Pos): ThrownError {
  const position = evaluator.positions.resolve(pos);
  return evaluator.settings.pureEval
    ? new ThrownError(hint`cannot look up '<${name}>' in pure evaluation mode (use '--impure' to override)`, {
        position,
      })
    : new ThrownError(hint`file '${name}' was not found in the Nix search path (add it using $NIX_PATH or -I)`, {
        position,
      });
}
