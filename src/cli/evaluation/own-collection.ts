// `<nixpkgs/nixos>` where nobody has said what it is: the commands of systems then mean Firn's own collection, over the lock
// that collection/nixos finds. Programs of Nix's own do not; to them it is missing, as to Nix.

import { existsSync } from "node:fs";
import { hostPath } from "#host";
import type { EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";
import { collectionFolder } from "./collection.ts";
import { searchPath } from "./evaluation-settings.ts";

/** Puts the collection behind what `flags`, the settings and the environment name. */
export function fallBackToCollection(context: Context, flags: EvalFlags): void {
  const isNamed = searchPath(context, flags, undefined).some(
    ({ prefix, path }) => prefix === "nixpkgs" || (prefix === "" && existsSync(hostPath(`${path}/nixpkgs`))),
  );
  if (!isNamed) flags.searchPath.push(`nixpkgs=${collectionFolder()}`);
}
