// Numbers. `+` of the language is not here: it also joins strings and is the machine's own.

import { hint, uncolored as plain } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { printFloat } from "../values/float-format.ts";
import {
  addIntegers,
  divideIntegers,
  type Integer,
  isInteger,
  multiplyIntegers,
  normaliseInteger,
  subtractIntegers,
} from "../values/integer.ts";
import { floatResult } from "../values/nan.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { NixFloat, type Slot, type Value } from "../values/value.ts";
import { evalError } from "./define.ts";

interface Operation {
  readonly first: string;
  readonly second: string;
  readonly ofFloats: (a: number, b: number) => number;
  /** The operands change places before Nix computes with floats, which shows when neither is a number. */
  readonly isSwapped?: true;
  readonly ofIntegers: (a: Integer, b: Integer) => Integer | undefined;
  readonly doing: string;
  readonly sign: string;
}

const addition: Operation = {
  first: "while evaluating the first argument of the addition",
  second: "while evaluating the second argument of the addition",
  ofFloats: (a, b) => a + b,
  isSwapped: true,
  ofIntegers: addIntegers,
  doing: "adding",
  sign: "+",
};
const subtraction: Operation = {
  first: "while evaluating the first argument of the subtraction",
  second: "while evaluating the second argument of the subtraction",
  ofFloats: (a, b) => a - b,
  ofIntegers: subtractIntegers,
  doing: "subtracting",
  sign: "-",
};
const multiplication: Operation = {
  first: "while evaluating the first argument of the multiplication",
  second: "while evaluating the second argument of the multiplication",
  ofFloats: (a, b) => a * b,
  isSwapped: true,
  ofIntegers: multiplyIntegers,
  doing: "multiplying",
  sign: "*",
};
const division: Operation = {
  first: "while evaluating the first operand of the division",
  second: "while evaluating the second operand of the division",
  ofFloats: (a, b) => a / b,
  ofIntegers: divideIntegers,
  doing: "dividing",
  sign: "/",
};

function calculate(evaluator: Evaluator, operation: Operation, slotA: Slot, slotB: Slot): Value {
  const a = force(slotA);
  const b = force(slotB);
  if (typeof a === "number" && typeof b === "number") {
    const result = operation.ofIntegers(a, b);
    if (result !== undefined) return result;
  }
  if (a instanceof NixFloat || b instanceof NixFloat) {
    const x = evaluator.forceFloat(slotA, floatFrame(operation));
    const result = operation.ofFloats(x, evaluator.forceFloat(slotB, operation.second));
    return operation.isSwapped ? floatResult(result, b, a) : floatResult(result, a, b);
  }
  const x = evaluator.forceInt(slotA, operation.first);
  const y = evaluator.forceInt(slotB, operation.second);
  const result = operation.ofIntegers(x, y);
  if (result === undefined) {
    throw evalError(hint`${plain(`integer overflow in ${operation.doing} `)}${x}${plain(` ${operation.sign} `)}${y}`);
  }
  return result;
}

/** Nix forgot a word in this one. */
function floatFrame(operation: Operation): string {
  return operation === multiplication ? "while evaluating the first of the multiplication" : operation.first;
}

function divide(evaluator: Evaluator, a: Slot, b: Slot): Value {
  force(a);
  force(b);
  if (evaluator.forceFloat(b, division.second) === 0) throw evalError("division by zero");
  return calculate(evaluator, division, a, b);
}

const smallestFloat = -(2 ** 63);

/** `round` is Math.floor or Math.ceil. An integer must come out as it went in, which passing through a float may prevent. */
function roundNumber(evaluator: Evaluator, name: string, round: (value: number) => number, slot: Slot): Value {
  const value = evaluator.forceFloat(slot, `while evaluating the first argument passed to builtins.${name}`);
  const argument = force(slot);
  const rounded = round(value);
  const bug = "Due to a bug (see https://github.com/NixOS/nix/issues/12899)";
  const future = "Future Nix versions might implement the correct behavior.";
  if (!(rounded >= smallestFloat && rounded < -smallestFloat)) {
    if (argument instanceof NixFloat) {
      throw evalError(hint`NixFloat argument ${printFloat(argument)} is not in the range of NixInt`);
    }
    throw evalError(
      hint`${plain(bug)} the NixInt argument ${argument as Integer} caused undefined behavior in previous Nix versions.\n\t${plain(future)}`,
    );
  }
  const result = normaliseInteger(BigInt(rounded)) as Integer;
  if (isInteger(argument) && argument !== result) {
    throw evalError(
      hint`${plain(bug)} a loss of precision occurred in previous Nix versions because the NixInt argument ${argument} was rounded to ${result}.\n\t${plain(future)}`,
    );
  }
  return result;
}

type BitOperation = (a: bigint, b: bigint) => bigint;

function bitwise(name: string, small: (a: number, b: number) => number, large: BitOperation): PrimOpDefinition {
  const first = `while evaluating the first argument passed to builtins.${name}`;
  const second = `while evaluating the second argument passed to builtins.${name}`;
  return {
    name,
    arity: 2,
    argumentNames: ["e1", "e2"],
    impl: (evaluator, slotA, slotB) => {
      const a = evaluator.forceInt(slotA, first);
      const b = evaluator.forceInt(slotB, second);
      // JavaScript's own operators work on 32 bits.
      if (typeof a === "number" && typeof b === "number" && (a | 0) === a && (b | 0) === b) return small(a, b);
      return normaliseInteger(BigInt.asIntN(64, large(BigInt(a), BigInt(b)))) as Integer;
    },
  };
}

const arithmetic = (name: string, operation: Operation): PrimOpDefinition => ({
  name,
  arity: 2,
  argumentNames: ["e1", "e2"],
  impl: (evaluator, a, b) => calculate(evaluator, operation, a, b),
});

export const arithmeticBuiltins: readonly PrimOpDefinition[] = [
  arithmetic("add", addition),
  arithmetic("sub", subtraction),
  arithmetic("mul", multiplication),
  { name: "div", arity: 2, argumentNames: ["e1", "e2"], impl: divide },
  bitwise(
    "bitAnd",
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  bitwise(
    "bitOr",
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  bitwise(
    "bitXor",
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  {
    name: "lessThan",
    arity: 2,
    argumentNames: ["e1", "e2"],
    impl: (evaluator, a, b) => evaluator.isLess(a, b, ""),
  },
  {
    name: "ceil",
    arity: 1,
    argumentNames: ["number"],
    impl: (evaluator, a) => roundNumber(evaluator, "ceil", Math.ceil, a),
  },
  {
    name: "floor",
    arity: 1,
    argumentNames: ["number"],
    impl: (evaluator, a) => roundNumber(evaluator, "floor", Math.floor, a),
  },
];
