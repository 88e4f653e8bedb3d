// What Nix's generated parser says about a text that is no expression: it stops at the same token as ours, but which
// tokens it was "expecting" depends on its states. So the text is gone through again with an automaton built from the
// grammar as bison builds its own (lalr.ts), which is made only when the first syntax error of a process is.

import { ParseError } from "../errors/index.ts";
import type { SourceFile } from "./ast.ts";
import { nixAutomaton } from "./grammar.ts";
import type { Action } from "./lalr.ts";
import { Scanner } from "./scanner.ts";
import { token, tokenNames } from "./tokens.ts";

export interface SyntaxErrorOptions {
  readonly pipeOperators: boolean;
  /** The text is bindings of the REPL instead of an expression. */
  readonly bindings: boolean;
}

/** More expected tokens than this, and none is named (bison's YYARGS_MAX, less the unexpected one). */
const namedAtMost = 4;

/** The error at the first token at which the text stops being Nix. */
export function syntaxError(file: SourceFile, options: SyntaxErrorOptions): ParseError {
  return findSyntaxError(file, options) ?? new ParseError("syntax error", { file, offset: file.text.length });
}

/** The same for a text that may well be an expression. Takes no more of the stack where it is nested deeply. */
export function findSyntaxError(file: SourceFile, options: SyntaxErrorOptions): ParseError | undefined {
  const scanner = new Scanner(file, options);
  const automaton = nixAutomaton();
  const states = [0];
  let needsToken = true;
  let atBindings = options.bindings;
  const advance = (): void => {
    // The REPL's mode sends a token of its own ahead of the text.
    if (atBindings) scanner.kind = token.replBindings;
    else scanner.next();
    atBindings = false;
    needsToken = false;
  };
  for (;;) {
    const state = states[states.length - 1] ?? 0;
    const { actions, defaultRule } = automaton.state(state);
    // A state without entries of its own does not even look at the next token.
    if (actions.size > 0 && needsToken) advance();
    const action: Action = actions.get(scanner.kind) ?? { kind: "reduce", rule: defaultRule };
    switch (action.kind) {
      case "shift":
        states.push(action.state);
        needsToken = true;
        break;
      case "reduce": {
        if (action.rule === 0) return describe(file, scanner, [...actions.keys()]);
        const { left, length } = automaton.rule(action.rule);
        states.length -= length;
        states.push(automaton.goto(states[states.length - 1] ?? 0, left));
        break;
      }
      case "error": {
        const valid = [...actions].filter(([, { kind }]) => kind !== "error");
        return describe(
          file,
          scanner,
          valid.map(([kind]) => kind),
        );
      }
      case "accept":
        return undefined;
    }
  }
}

function describe(file: SourceFile, scanner: Scanner, expected: readonly number[]): ParseError {
  let message = `syntax error, unexpected ${nameOf(scanner.kind)}`;
  if (expected.length > 0 && expected.length <= namedAtMost) {
    const names = expected.toSorted((a, b) => a - b).map(nameOf);
    message += `, expecting ${names.join(" or ")}`;
  }
  const offset = scanner.kind === token.endOfFile ? scanner.end : scanner.start;
  return new ParseError(message, { file, offset });
}

function nameOf(kind: number): string {
  return tokenNames[kind] ?? "";
}
