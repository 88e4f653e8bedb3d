// Forces all that is inside of a value as the debugger is to see it: with a frame for each attribute that is evaluated on
// the way. An error ends it quietly, for whoever forces the value after that meets the same error and adds what belongs to
// it.

import { hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { showIdentifier } from "../syntax/index.ts";
import { Attrs } from "../values/attrs.ts";
import { positionOfSlot } from "../values/position-of.ts";
import type { Symbol } from "../values/symbols.ts";
import type { Environment } from "../values/environment.ts";
import { force, Thunk } from "../values/thunk.ts";
import type { NixList, Slot } from "../values/value.ts";
import { Visited } from "../values/visited.ts";
import { type Debugger, DebuggerLeft } from "./debugger.ts";

export function debugDeep(evaluator: Evaluator, listener: Debugger, slot: Slot): void {
  const seen = new Visited();
  const { depth } = evaluator;
  try {
    visit(slot);
  } catch (error) {
    if (error instanceof DebuggerLeft) throw error;
    evaluator.depth = depth;
  }

  function visit(place: Slot): void {
    if (!seen.add(place)) return;
    const value = force(place, positionOfSlot(evaluator, place));
    if (Array.isArray(value)) for (const item of value as NixList) visit(item);
    if (!(value instanceof Attrs)) return;
    const { shape, values } = value.flat();
    for (const [index, member] of values.entries()) {
      const node = member instanceof Thunk ? listener.nodeOf(member) : undefined;
      if (node === undefined) {
        visit(member);
        continue;
      }
      const name = evaluator.symbols.name(shape.symbols[index] as Symbol);
      listener.push({
        node,
        env: (member as Thunk).payload as Environment,
        position: evaluator.position(shape.positionAt(index)),
        hint: hint`while evaluating the attribute '${showIdentifier(name)}'`,
        isError: false,
      });
      try {
        visit(member);
      } finally {
        listener.pop();
      }
    }
  }
}
