// Firn's collection: where its expressions lie, and where this user's lock does, which pins what they mean.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FirnError, toByteString } from "#formats";
import { homeFolder, hostPath } from "#host";
import { NixPath, type Slot, type Value } from "#language";
import { absolutePath } from "../text/absolute-path.ts";
import type { Context } from "../command.ts";
import type { Session } from "./session.ts";

/** `collection`, beside the sources or beside the bundle; a byte string. */
export function collectionFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "../../../collection"), join(here, "../collection")];
  return toByteString(candidates.find((path) => existsSync(join(path, "packages"))) ?? join(here, "../collection"));
}

/** $FIRN_LOCK, or `firn/lock` in the user's data folder; a byte string. */
export function lockDirectory(context: Context): string {
  const { environment } = context;
  const named = environment["FIRN_LOCK"];
  if (named !== undefined && named !== "") return absolutePath(toByteString(named));
  return toByteString(`${firnData(environment)}/lock`);
}

/** Where this user's Firn keeps what is not in a store. */
export function firnData(environment: Context["environment"]): string {
  return `${environment["XDG_DATA_HOME"] || `${homeFolder()}/.local/share`}/firn`;
}

/** The package set of a lock: a set with one derivation for each name. */
export function collectionValue(session: Session, lock: string): Value {
  if (!existsSync(hostPath(`${lock}/index.json`))) throw lockMissing(lock);
  const { evaluator } = session;
  const makeSet: Slot = evaluator.evalFile(`${collectionFolder()}/packages/default.nix`);
  return evaluator.call1(makeSet, evaluator.attrs({ lock: new NixPath(lock) }));
}

function lockMissing(lock: string): FirnError {
  return new FirnError("lock-missing", `there is no lock in '${lock}'`, {
    hint: "Make one with `firn lock`, or say where it is with --lock or $FIRN_LOCK.",
  });
}
