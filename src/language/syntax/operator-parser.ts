// Operators by precedence climbing, and pipes, which bind more loosely than all of them.

import type { Expr, Offset } from "./ast.ts";
import { noOffset } from "./ast.ts";
import { callDesugared, makeCall } from "./calls.ts";
import { OperandParser } from "./operand-parser.ts";
import { binaryOperators, precedence, unaryNotPrecedence } from "./operators.ts";
import { token } from "./tokens.ts";

export abstract class OperatorParser extends OperandParser {
  /** `a |> f` and `f <| a`; mixing them is left to the caller's complaint about the next token. */
  protected parsePipes(first: Expr): Expr {
    const scanner = this.scanner;
    if (scanner.is(token.pipeFrom)) {
      const operands = [first];
      const positions: Offset[] = [];
      while (scanner.is(token.pipeFrom)) {
        positions.push(scanner.start);
        scanner.next();
        operands.push(this.parseOperators(scanner.start, 0));
      }
      return operands.reduceRight((argument, fn, index) => makeCall(positions[index] ?? noOffset, fn, argument));
    }
    let result = first;
    while (scanner.is(token.pipeInto)) {
      const pos = scanner.start;
      scanner.next();
      result = makeCall(pos, this.parseOperators(scanner.start, 0), result);
    }
    return result;
  }

  protected parseOperators(start: Offset, lowest: number): Expr {
    return this.climb(this.parseOperand(start), start, lowest);
  }

  private parseOperand(start: Offset): Expr {
    const scanner = this.scanner;
    switch (scanner.kind) {
      case token.exclamation:
        scanner.next();
        return { kind: "not", operand: this.parseOperators(scanner.start, unaryNotPrecedence) };
      case token.minus: {
        scanner.next();
        const operand = this.parseOperand(scanner.start);
        return callDesugared("__sub", [{ kind: "int", value: 0 }, operand], start);
      }
      default:
        return this.parseApplication(this.parseSelection(this.parseSimple(start), start), start);
    }
  }

  /** Takes binary operators that bind as tightly as `lowest` or more. */
  protected climb(first: Expr, start: Offset, lowest: number): Expr {
    const scanner = this.scanner;
    let left = first;
    for (;;) {
      const kind = scanner.kind;
      const level = precedence[kind] ?? 0;
      if (level === 0 || level < lowest) return left;
      const pos = scanner.start;
      scanner.next();
      if (kind === token.question) {
        left = { kind: "hasAttr", target: left, path: this.parseAttrPath(), pos: start };
        continue;
      }
      const operator = binaryOperators.get(kind);
      if (operator === undefined) this.fail();
      const rightStart = scanner.start;
      const right = this.parseOperators(rightStart, operator.associativity === "right" ? level : level + 1);
      if (operator.associativity === "none" && precedence[scanner.kind] === level) this.fail();
      left = operator.make(left, right, { left: start, operator: pos, right: rightStart });
    }
  }
}
