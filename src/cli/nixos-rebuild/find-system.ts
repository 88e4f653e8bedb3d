// Where a system's derivations and values are found: in `<nixpkgs/nixos>`, or with --flake in `nixosConfigurations.NAME`, which
// keeps them at the places that NixOS gives them.

import type { Slot } from "#language";
import type { LocalStore } from "#store";
import type { Context } from "../command.ts";
import type { EvaluationSession } from "../evaluation/session.ts";
import { findDerivations, type WantedOutput } from "../nix-build/nix-build.ts";
import type { RebuildLine } from "./command-line.ts";

/** What `<nixpkgs/nixos>` has under short names. */
const inFlakes: ReadonlyMap<string, string> = new Map([
  ["system", "config.system.build.toplevel"],
  ["vm", "config.system.build.vm"],
]);

export async function findSystem(
  context: Context,
  store: LocalStore,
  line: RebuildLine,
  attribute: string,
): Promise<WantedOutput[]> {
  const { evaluation, flake } = line;
  if (flake === undefined) {
    const words = ["<nixpkgs/nixos>"];
    return await findDerivations(context, store, {
      evaluation,
      words,
      attrPaths: [attribute],
      fromWords: false,
      fromStdin: false,
    });
  }
  const { flakeDerivation, prepareFlakeEvaluation } = await import("../evaluation/flake-system.ts");
  const { openSession } = await import("../evaluation/session.ts");
  prepareFlakeEvaluation(context, evaluation);
  const session = await openSession(context, evaluation, { store });
  const derivation = await flakeDerivation(session, flake, inFlakes.get(attribute) ?? attribute);
  return [{ derivation, output: "out" }];
}

/** The value at an attribute, and the session that has evaluated it. */
export async function systemValue(
  context: Context,
  { evaluation, flake }: RebuildLine,
  attribute: string,
): Promise<{ session: EvaluationSession; slot: Slot }> {
  const { openEvaluationSession } = await import("../evaluation/session.ts");
  if (flake === undefined) {
    const { systemAttribute } = await import("../evaluation/system-attribute.ts");
    const session = openEvaluationSession(context, evaluation);
    return { session, slot: systemAttribute(session, attribute) };
  }
  const { flakeValue, prepareFlakeEvaluation } = await import("../evaluation/flake-system.ts");
  prepareFlakeEvaluation(context, evaluation);
  const session = openEvaluationSession(context, evaluation);
  return { session, slot: await flakeValue(session, flake, attribute) };
}
