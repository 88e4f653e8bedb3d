// An output of a derivation as a string: its path, or a placeholder where only a build will tell the path.

import { downstreamPlaceholder, printStorePath, type StorePath } from "#formats";
import type { Evaluator } from "../../machine/evaluator.ts";
import { type DerivedFrom, printContextElement, StringContext } from "../../values/context.ts";
import { NixString, type Value } from "../../values/value.ts";

export function outputValue(
  evaluator: Evaluator,
  derivation: StorePath,
  output: string,
  path: StorePath | undefined,
): Value {
  const drv: DerivedFrom = { kind: "opaque", path: derivation };
  const text =
    path === undefined ? downstreamPlaceholder(derivation, output) : printStorePath(evaluator.io.storeDir, path);
  return new NixString(text, new StringContext([printContextElement({ kind: "built", drv, output })]));
}
