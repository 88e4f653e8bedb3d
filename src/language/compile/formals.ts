// How an argument set fills `{ a, b ? 1 }: …`. All sets of one shape fill it alike, so the last shape is remembered with the
// place of each formal in it.

import type { Evaluator } from "../machine/evaluator.ts";
import { addFrame, missingArgument, unexpectedArgument } from "../machine/failures.ts";
import { forceAttrs } from "../machine/force.ts";
import type { Attrs } from "../values/attrs.ts";
import type { FormalInfo, LambdaCode } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Shape } from "../values/shape.ts";
import type { Symbol } from "../values/symbols.ts";
import type { Slot } from "../values/value.ts";

export class FormalsMatcher {
  /** The shape that was met last. */
  shape: Shape | undefined = undefined;
  /** For each formal its index in sets of that shape, or -1 where the default stands in. */
  indices: readonly number[] = [];
  /** Whether no default is needed. */
  isComplete = false;
  /** Whether there is a name for the whole set, which has the first place. */
  readonly hasArgument: boolean;
  private readonly evaluator: Evaluator;
  private readonly code: LambdaCode;

  constructor(evaluator: Evaluator, code: LambdaCode) {
    this.evaluator = evaluator;
    this.code = code;
    this.hasArgument = code.argument !== undefined;
  }

  /** The argument as a set, not in layers, whose shape is now remembered. */
  open(argument: Slot, callPos: Pos): Attrs {
    const attrs = this.forceArgument(argument, callPos).flat();
    if (this.shape !== attrs.shape) this.match(attrs, callPos);
    return attrs;
  }

  private forceArgument(argument: Slot, callPos: Pos): Attrs {
    const { evaluator, code } = this;
    try {
      return forceAttrs(evaluator, argument, "while evaluating the value passed for the lambda argument", code.pos);
    } catch (error) {
      if (callPos !== noPos) addFrame(evaluator, error, callPos, "from call site");
      throw error;
    }
  }

  /** Throws for a formal without value, then for an attribute without formal, the first in the order of symbols. */
  private match({ shape }: Attrs, callPos: Pos): void {
    const { evaluator, code } = this;
    const formals = code.formals as readonly FormalInfo[];
    const indices: number[] = [];
    let used = 0;
    for (const formal of formals) {
      const index = shape.indexOf(formal.symbol);
      if (index >= 0) used++;
      else if (!formal.hasDefault) {
        const name = evaluator.symbols.name(formal.symbol);
        throw missingArgument(evaluator, code.name, name, code.pos).addTrace(
          evaluator.positions.resolve(callPos),
          "from call site",
        );
      }
      indices.push(index);
    }
    if (!code.ellipsis && used !== shape.symbols.length) {
      const expected = formals.map((formal) => formal.symbol);
      const extra = shape.symbols.find((symbol) => !expected.includes(symbol)) as Symbol;
      const name = evaluator.symbols.name(extra);
      throw unexpectedArgument(evaluator, code.name, name, expected, code.pos).addTrace(
        evaluator.positions.resolve(callPos),
        "from call site",
      );
    }
    this.shape = shape;
    this.indices = indices;
    this.isComplete = used === formals.length;
  }
}
