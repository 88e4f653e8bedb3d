// Where values were written down.

import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs, emptiedAttrs } from "./attrs.ts";
import { Lambda } from "./lambda.ts";
import { noPos, type Pos } from "./position.ts";
import { ApplyCode, type Call1, type Call2, CallCode, Thunk } from "./thunk.ts";
import type { Slot } from "./value.ts";

/** Where a value was written down, if that is known without forcing it (Value::determinePos). */
export function positionOfSlot(evaluator: Evaluator, slot: Slot): Pos {
  let value: Slot | undefined = slot;
  if (slot instanceof Thunk) {
    if (slot.code instanceof CallCode) return positionOfSlot(evaluator, (slot.payload as Call1 | Call2).fn);
    if (slot.code instanceof ApplyCode) return positionOfSlot(evaluator, slot.code.fn);
    value = slot.isForced ? slot.force() : undefined;
  }
  if (value instanceof Attrs)
    return value.isEmpty && value !== emptiedAttrs ? value.pos || evaluator.emptySetPos : value.pos;
  // To Nix a lambda that nothing forced yet is a thunk, which stands nowhere.
  if (value instanceof Lambda && value.wasForced) return value.code.pos;
  return noPos;
}
