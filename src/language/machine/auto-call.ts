// Calling a function without writing its arguments: commands give --arg and --argstr, defaults give the rest
// (autoCallFunction).

import { Attrs, AttrsBuilder } from "../values/attrs.ts";
import { Lambda } from "../values/lambda.ts";
import { force } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import { missingAutoArgument } from "./failures.ts";
import { positionOfSlot } from "../values/position-of.ts";

export function autoCall(evaluator: Evaluator, args: Attrs, fn: Slot): Value {
  const pos = positionOfSlot(evaluator, fn);
  const value = force(fn, pos);
  if (value instanceof Attrs) {
    const functor = value.get(evaluator.symbols.known.functor);
    if (functor !== undefined) return autoCall(evaluator, args, evaluator.call1(functor, value, pos));
  }
  if (!(value instanceof Lambda) || value.code.formals === undefined) return value;

  const { formals, ellipsis } = value.code;
  if (ellipsis) return evaluator.call1(value, args, pos);
  const builder = new AttrsBuilder();
  for (const formal of formals) {
    const given = args.get(formal.symbol);
    if (given !== undefined) builder.set(formal.symbol, given, args.positionOf(formal.symbol));
    else if (!formal.hasDefault) {
      throw missingAutoArgument(evaluator, evaluator.symbols.name(formal.symbol), formal.pos);
    }
  }
  return evaluator.call1(value, builder.build(), pos);
}
