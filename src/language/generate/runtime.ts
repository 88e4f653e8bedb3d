// What generated text calls for all that it does not do on the spot. The machine's own functions do the work, so that errors
// and frames are the same.

import { hint } from "../errors/index.ts";
import { asArgument } from "../compile/call.ts";
import { addValues, appendPart } from "../compile/strings.ts";
import { apply1, apply2, apply3, callPrimOp } from "../machine/call.ts";
import { equalOperands } from "../machine/equality.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { addFrame, wrongType } from "../machine/failures.ts";
import { Attrs } from "../values/attrs.ts";
import { ContextCollector } from "../values/context.ts";
import { Environment } from "../values/environment.ts";
import { Lambda } from "../values/lambda.ts";
import type { Pos } from "../values/position.ts";
import { force, Thunk } from "../values/thunk.ts";
import { stringValue, type Value } from "../values/value.ts";

function failInBuiltin(evaluator: Evaluator, error: unknown, pos: Pos, name: string): unknown {
  addFrame(evaluator, error, pos, hint`while calling the '${name}' builtin`);
  return error;
}

function withFrame(evaluator: Evaluator, error: unknown, pos: Pos, frame: string): unknown {
  addFrame(evaluator, error, pos, frame);
  return error;
}

function notABoolean(evaluator: Evaluator, value: Value, pos: Pos): unknown {
  return wrongType(evaluator, "a Boolean", value, pos);
}

/** By the names under which the text has them. */
export const runtime = {
  Thunk,
  force,
  Environment,
  Lambda,
  Attrs,
  ContextCollector,
  addValues,
  appendPart,
  apply1,
  apply2,
  apply3,
  callPrimOp,
  asArgument,
  equalOperands,
  failInBuiltin,
  notABoolean,
  withFrame,
  stringValue,
};
