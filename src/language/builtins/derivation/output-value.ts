// An output of a derivation as a string: its path, or a placeholder where only a build will tell the path.

import { downstreamPlaceholder, printStorePath, type StorePath } from "#formats";
import type { Evaluator } from "../../machine/evaluator.ts";
import { type DerivedFrom, StringContext } from "../../values/context.ts";
import { stringValue, type Value } from "../../values/value.ts";

export function outputValue(
  evaluator: Evaluator,
  derivation: StorePath,
  output: string,
  path: StorePath | undefined,
): Value {
  const text =
    path === undefined ? downstreamPlaceholder(derivation, output) : printStorePath(evaluator.io.storeDir, path);
  const drv: DerivedFrom = { kind: "opaque", path: derivation };
  return stringValue(text, StringContext.of([{ kind: "built", drv, output }]));
}
