// The sign of what is not a number, which Nix prints and JavaScript does not keep: there is one negative one, told by its
// identity. A processor of the x86 family yields it where an operation has no result, and passes on the one that it is given.

import { NixFloat, type Value } from "./value.ts";

export const negativeNaN: NixFloat = new NixFloat(NaN);

/** What was computed of two operands; of two that are no numbers `first` is passed on. */
export function floatResult(result: number, first: Value, second: Value): NixFloat {
  if (!Number.isNaN(result)) return new NixFloat(result);
  if (isNaNValue(first)) return first;
  return isNaNValue(second) ? second : negativeNaN;
}

function isNaNValue(value: Value): value is NixFloat {
  return value instanceof NixFloat && Number.isNaN(value.value);
}
