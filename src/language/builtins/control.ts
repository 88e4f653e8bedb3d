// Order of evaluation, errors that programs throw and catch, and messages to the person who runs the evaluation.

import {
  Abort,
  BaseError,
  EvalBaseError,
  hint,
  isCatchable,
  literalHint,
  renderError,
  ThrownError,
} from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { forceKept } from "../machine/force.ts";
import { ContextCollector } from "../values/context.ts";
import { Lambda } from "../values/lambda.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { printForTrace } from "../values/print.ts";
import { force, Thunk } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import { contextOf, textOf } from "./define.ts";

const isFromExpression = true;

function abort(evaluator: Evaluator, slot: Slot): never {
  const frame = "while evaluating the error message passed to builtins.abort";
  const message = evaluator.coerceToString(slot, new ContextCollector(), frame);
  throw new Abort(hint`evaluation aborted with the following error message: '${message}'`, { isFromExpression });
}

function throwMessage(evaluator: Evaluator, slot: Slot): never {
  const frame = "while evaluating the error message passed to builtin.throw";
  const message = evaluator.coerceToString(slot, new ContextCollector(), frame);
  throw new ThrownError(literalHint(message), { isFromExpression });
}

function addErrorContext(evaluator: Evaluator, messageSlot: Slot, slot: Slot): Value {
  const depth = evaluator.depth;
  try {
    return force(slot);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    evaluator.depth = depth;
    const frame = "while evaluating the error message passed to builtins.addErrorContext";
    const message = evaluator.coerceToString(messageSlot, new ContextCollector(), frame, { copyToStore: false });
    throw error.addTrace(undefined, literalHint(message), "always");
  }
}

function tryEval(evaluator: Evaluator, slot: Slot): Value {
  const depth = evaluator.depth;
  try {
    forceKept(slot);
  } catch (error) {
    if (!isCatchable(error)) throw error;
    evaluator.depth = depth;
    return evaluator.attrs({ success: false, value: false });
  }
  return evaluator.attrs({ success: true, value: slot });
}

function trace(evaluator: Evaluator, what: Slot, slot: Slot): Value {
  const value = forceKept(what);
  const isString = typeof value === "string" || contextOf(value) !== undefined;
  evaluator.io.emitMessage("trace", isString ? textOf(value) : printForTrace(evaluator, what));
  evaluator.reached("trace");
  return force(slot);
}

function warn(evaluator: Evaluator, messageSlot: Slot, slot: Slot): Value {
  const frame = "while evaluating the first argument; the message passed to builtins.warn";
  const message = evaluator.forceString(messageSlot, frame);
  const warning = new BaseError(literalHint(message), { isFromExpression });
  evaluator.io.emitMessage("evaluation-warning", renderError(warning, { level: "warning" }));
  if (evaluator.settings.abortOnWarn) {
    const text = "aborting to reveal stack trace of warning, as abort-on-warn is set";
    throw new EvalBaseError(literalHint(text), { isFromExpression });
  }
  evaluator.reached("warning");
  return force(slot);
}

/** Its argument as it is, evaluated or not. */
function breakpoint(evaluator: Evaluator, slot: Slot): Value {
  evaluator.reached("break");
  if (slot instanceof Thunk) return slot.isForced ? slot.force() : unevaluated(slot.copy());
  if (!(slot instanceof Lambda) || slot.wasForced) return slot;
  return unevaluated(evaluator.delay(() => new Lambda(slot.code, slot.env, true)));
}

/** Where a value belongs; values/thunk.ts says what becomes of it. */
function unevaluated(thunk: Thunk): Value {
  return thunk as unknown as Value;
}

function sequence(_: Evaluator, first: Slot, second: Slot): Value {
  forceKept(first);
  return force(second);
}

export const controlBuiltins: readonly PrimOpDefinition[] = [
  { name: "abort", arity: 1, argumentNames: ["s"], isGlobal: true, impl: abort },
  { name: "throw", arity: 1, argumentNames: ["s"], isGlobal: true, impl: throwMessage },
  { name: "addErrorContext", arity: 2, argumentNames: ["e1", "e2"], isSilent: true, impl: addErrorContext },
  { name: "tryEval", arity: 1, argumentNames: ["e"], impl: tryEval },
  { name: "trace", arity: 2, argumentNames: ["e1", "e2"], impl: trace },
  {
    name: "traceVerbose",
    arity: 2,
    argumentNames: ["e1", "e2"],
    impl: (evaluator, what, slot) => (evaluator.settings.traceVerbose ? trace(evaluator, what, slot) : force(slot)),
  },
  { name: "warn", arity: 2, argumentNames: ["e1", "e2"], impl: warn },
  { name: "seq", arity: 2, argumentNames: ["e1", "e2"], impl: sequence },
  {
    name: "deepSeq",
    arity: 2,
    argumentNames: ["e1", "e2"],
    impl: (evaluator, first, second) => {
      evaluator.forceDeep(first);
      return force(second);
    },
  },
  { name: "break", arity: 1, argumentNames: ["v"], isGlobal: true, impl: breakpoint },
];
