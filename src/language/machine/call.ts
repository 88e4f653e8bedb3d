// Function calls. A call with all its arguments goes straight into the body; functions in between exist only where an
// application is partial. As in Nix one call counts once against max-call-depth, however many arguments it has.

import { Attrs } from "../values/attrs.ts";
import { Lambda } from "../values/lambda.ts";
import type { Pos } from "../values/position.ts";
import { PrimOp, PrimOpApp } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import { hint, isStringTooLong, stringTooLong } from "../errors/index.ts";
import { enterCall } from "./depth.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, notAFunction } from "./failures.ts";

export function callFunction1(evaluator: Evaluator, fn: Slot, a: Slot, pos: Pos): Value {
  const depth = enterCall(evaluator, pos);
  const result = apply1(evaluator, force(fn, pos), a, pos);
  evaluator.depth = depth;
  return result;
}

export function callFunction2(evaluator: Evaluator, fn: Slot, a: Slot, b: Slot, pos: Pos): Value {
  const depth = enterCall(evaluator, pos);
  const result = apply2(evaluator, force(fn, pos), a, b, pos);
  evaluator.depth = depth;
  return result;
}

export function callFunction3(evaluator: Evaluator, fn: Slot, a: Slot, b: Slot, c: Slot, pos: Pos): Value {
  const depth = enterCall(evaluator, pos);
  const result = apply3(evaluator, force(fn, pos), a, b, c, pos);
  evaluator.depth = depth;
  return result;
}

export function callFunction(evaluator: Evaluator, fn: Slot, args: readonly Slot[], pos: Pos): Value {
  const depth = enterCall(evaluator, pos);
  const result = applyAll(evaluator, force(fn, pos), args, pos);
  evaluator.depth = depth;
  return result;
}

function applyAll(evaluator: Evaluator, fn: Value, args: readonly Slot[], pos: Pos): Value {
  let result = fn;
  let next = 0;
  while (next < args.length) {
    const left = args.length - next;
    const taken = Math.min(left, argumentsWanted(result));
    const a = args[next] as Slot;
    const b = args[next + 1] as Slot;
    if (taken === 1) result = apply1(evaluator, result, a, pos);
    else if (taken === 2) result = apply2(evaluator, result, a, b, pos);
    else result = apply3(evaluator, result, a, b, args[next + 2] as Slot, pos);
    next += taken;
  }
  return result;
}

function argumentsWanted(fn: Value): number {
  if (fn instanceof Lambda) return fn.code.arity;
  if (fn instanceof PrimOp) return fn.arity;
  if (fn instanceof PrimOpApp) return fn.primOp.arity - fn.args.length;
  return 1;
}

export function apply1(evaluator: Evaluator, fn: Value, a: Slot, pos: Pos): Value {
  if (fn instanceof Lambda) {
    fn.wasForced = true;
    return fn.code.arity === 1 ? fn.code.enter1(fn.env, a, pos) : fn.code.applyOne(fn.env, a);
  }
  if (fn instanceof PrimOp) {
    return fn.arity === 1 ? callPrimOp(evaluator, fn, pos, a, a, a) : new PrimOpApp(fn, [a]);
  }
  if (fn instanceof PrimOpApp) return applyPartial(evaluator, fn, [a], pos);
  return callFunctor(evaluator, fn, a, pos);
}

export function apply2(evaluator: Evaluator, fn: Value, a: Slot, b: Slot, pos: Pos): Value {
  if (fn instanceof Lambda) {
    fn.wasForced = true;
    const code = fn.code;
    switch (code.arity) {
      case 1:
        return apply1(evaluator, code.enter1(fn.env, a, pos), b, pos);
      case 2:
        return code.enter2(fn.env, a, b, pos);
      case 3: {
        const rest = code.applyOne(fn.env, a);
        return rest.code.applyOne(rest.env, b);
      }
    }
  }
  if (fn instanceof PrimOp) {
    switch (fn.arity) {
      case 1:
        return apply1(evaluator, callPrimOp(evaluator, fn, pos, a, a, a), b, pos);
      case 2:
        return callPrimOp(evaluator, fn, pos, a, b, b);
      case 3:
        return new PrimOpApp(fn, [a, b]);
    }
  }
  if (fn instanceof PrimOpApp) return applyPartial(evaluator, fn, [a, b], pos);
  return apply1(evaluator, callFunctor(evaluator, fn, a, pos), b, pos);
}

export function apply3(evaluator: Evaluator, fn: Value, a: Slot, b: Slot, c: Slot, pos: Pos): Value {
  if (fn instanceof Lambda) {
    fn.wasForced = true;
    const code = fn.code;
    switch (code.arity) {
      case 1:
        return apply2(evaluator, code.enter1(fn.env, a, pos), b, c, pos);
      case 2:
        return apply1(evaluator, code.enter2(fn.env, a, b, pos), c, pos);
      case 3:
        return code.enter3(fn.env, a, b, c, pos);
    }
  }
  if (fn instanceof PrimOp) {
    switch (fn.arity) {
      case 1:
        return apply2(evaluator, callPrimOp(evaluator, fn, pos, a, a, a), b, c, pos);
      case 2:
        return apply1(evaluator, callPrimOp(evaluator, fn, pos, a, b, b), c, pos);
      case 3:
        return callPrimOp(evaluator, fn, pos, a, b, c);
    }
  }
  if (fn instanceof PrimOpApp) return applyPartial(evaluator, fn, [a, b, c], pos);
  return apply2(evaluator, callFunctor(evaluator, fn, a, pos), b, c, pos);
}

function applyPartial(evaluator: Evaluator, fn: PrimOpApp, args: readonly Slot[], pos: Pos): Value {
  const { primOp } = fn;
  const wanted = primOp.arity - fn.args.length;
  const [first] = fn.args as [Slot];
  if (wanted === 1 && args.length === 1 && primOp.arity === 2) {
    return callPrimOp(evaluator, primOp, pos, first, args[0] as Slot, first);
  }
  const all = [...fn.args, ...args.slice(0, wanted)];
  if (args.length < wanted) return new PrimOpApp(primOp, all);
  const [a, b, c] = all as [Slot, Slot, Slot];
  const result = callPrimOp(evaluator, primOp, pos, a, b, c);
  return args.length === wanted ? result : applyAll(evaluator, result, args.slice(wanted), pos);
}

/** Arguments beyond the arity are ignored. */
export function callPrimOp(evaluator: Evaluator, op: PrimOp, pos: Pos, a: Slot, b: Slot, c: Slot): Value {
  try {
    return op.impl(evaluator, a, b, c);
  } catch (thrown) {
    const error = isStringTooLong(thrown) ? stringTooLong() : thrown;
    if (!op.isSilent) addFrame(evaluator, error, pos, hint`while calling the '${op.name}' builtin`);
    throw error;
  }
}

function callFunctor(evaluator: Evaluator, fn: Value, a: Slot, pos: Pos): Value {
  const symbol = evaluator.symbols.known.functor;
  const functor = fn instanceof Attrs ? fn.get(symbol) : undefined;
  if (functor === undefined) throw notAFunction(evaluator, fn, pos);
  try {
    return evaluator.call2(functor, fn, a, (fn as Attrs).positionOf(symbol));
  } catch (error) {
    addFrame(evaluator, error, pos, "while calling a functor (an attribute set with a '__functor' attribute)");
    throw error;
  }
}
