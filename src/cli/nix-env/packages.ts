// What the operations of nix-env ask of packages beside their attributes.

import type { DerivedPath } from "#build";
import type { PackageInfo } from "#profile";
import type { Session } from "../evaluation/session.ts";

/** What has to be realised so that the packages are there. */
export function wantedPaths(packages: readonly PackageInfo[]): DerivedPath[] {
  return packages.map((element) => {
    const derivation = element.derivationPath();
    return derivation === undefined
      ? { kind: "opaque", path: element.outPath() }
      : { kind: "built", derivation, outputs: "all" };
  });
}

/** Whether it is there already, and need not be built. */
export function isPrebuilt(session: Session, element: PackageInfo): boolean {
  return session.store.isValidPath(element.outPath());
}
