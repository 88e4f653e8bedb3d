// The expression that nix-env chooses packages from: a file, a folder with a default.nix, or a folder of expressions such
// as ~/.nix-defexpr, which becomes a set with one attribute for each (Nix's loadSourceExpr). Where Nix would have nothing
// to choose from, because no file is named and ~/.nix-defexpr is empty, Firn takes its collection if there is a lock.

import { existsSync, readdirSync, statSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { Attrs, AttrsBuilder, emptyAttrs, NixPath, type Slot, type Value } from "#language";
import { defaultExpression } from "#profile";
import { collectionValue, lockDirectory } from "../evaluation/collection.ts";
import { profileLocationsOf } from "../stores/profile-locations.ts";
import type { Session } from "../evaluation/session.ts";

const maxExpressions = 1024;

/** `file` is what -f names. */
export function loadSourceExpression(session: Session, file: string | undefined): Value {
  if (file !== undefined) return loadExpression(session, session.lookupFile(file));
  const { context } = session;
  const folder = defaultExpression(profileLocationsOf(context));
  const value = existsSync(hostPath(folder)) ? loadExpression(session, folder) : emptyAttrs;
  const isEmpty = value instanceof Attrs && value.size <= 1;
  const lock = lockDirectory(context);
  return isEmpty && existsSync(hostPath(`${lock}/index.json`)) ? collectionValue(session, lock) : value;
}

function loadExpression(session: Session, path: string): Value {
  const { evaluator } = session;
  const status = statSync(hostPath(path), { throwIfNoEntry: false });
  if (status === undefined) throw expressionNotFound(path);
  if (isExpression(path, status)) return evaluator.evalFile(path);
  if (!status.isDirectory()) throw notAnExpression(path);
  const builder = new AttrsBuilder();
  builder.set(evaluator.symbol("_combineChannels"), []);
  collectExpressions(session, path, builder, new Set());
  return builder.build();
}

/** The expressions in a folder and, where a folder is none itself, in those below it; the first of a name wins. */
function collectExpressions(session: Session, folder: string, builder: AttrsBuilder, seen: Set<string>): void {
  const { evaluator, context } = session;
  for (const entry of readdirSync(hostPath(folder), { encoding: "latin1" }).toSorted()) {
    // A channel is a profile, whose manifest is no expression to install from.
    if (entry === "manifest.nix") continue;
    const path = posix.join(folder, entry);
    const status = statSync(hostPath(path), { throwIfNoEntry: false });
    if (status === undefined) continue;
    if (isExpression(path, status) && (!status.isFile() || entry.endsWith(".nix"))) {
      const name = entry.replace(/\.nix$/, "");
      if (seen.has(name)) {
        context.log.message("error", `warning: name collision in input Nix expressions, skipping '${path}'`);
        continue;
      }
      seen.add(name);
      if (seen.size === maxExpressions) throw tooManyExpressions(folder);
      builder.set(evaluator.symbol(name), importLater(session, path));
    } else if (status.isDirectory()) collectExpressions(session, path, builder, seen);
  }
}

function importLater(session: Session, path: string): Slot {
  const { evaluator } = session;
  const importer = evaluator.builtins.get(evaluator.symbol("import"));
  if (importer === undefined) throw new Error("the language has an import");
  return evaluator.delayCall1(importer, new NixPath(path));
}

function isExpression(path: string, status: Stats): boolean {
  return status.isFile() || (status.isDirectory() && existsSync(hostPath(`${path}/default.nix`)));
}

function notAnExpression(path: string): FirnError {
  return new FirnError("not-an-expression", `path '${path}' is not a directory or a Nix expression`);
}

function expressionNotFound(path: string): FirnError {
  return new FirnError("expression-not-found", `path '${path}' does not exist`);
}

function tooManyExpressions(folder: string): FirnError {
  return new FirnError("too-many-expressions", `too many Nix expressions in directory '${folder}'`);
}
