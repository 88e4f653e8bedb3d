// The machine's own errors, each worded once, and the frames that are added to errors on their way up. Text is Nix's.

import {
  AssertionError,
  BaseError,
  bestMatches,
  EvalError,
  type Hint,
  hint,
  MissingArgumentError,
  ParseError,
  TypeError,
  uncolored,
  UndefinedVarError,
} from "../errors/index.ts";
import { showIdentifier } from "../syntax/index.ts";
import type { Attrs } from "../values/attrs.ts";
import type { Pos } from "../values/position.ts";
import { printForError } from "../values/print.ts";
import type { Symbol } from "../values/symbols.ts";
import { typeName } from "../values/type-name.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";

/** Adds a frame to an error that passes; other things thrown (a JavaScript stack overflow) are left alone. */
export function addFrame(evaluator: Evaluator, error: unknown, pos: Pos, text: string | Hint): void {
  if (!(error instanceof BaseError)) return;
  evaluator.errorPasses(error, text);
  error.addTrace(evaluator.positions.resolve(pos), text);
}

export type ExpectedType = "an integer" | "a float" | "a Boolean" | "a string" | "a list" | "a set" | "a function";

/** `value` is where it was found, so that what refers back to that place is shown as repeated. */
export function wrongType(evaluator: Evaluator, expected: ExpectedType, value: Slot, pos: Pos): TypeError {
  return new TypeError(
    hint`expected ${uncolored(expected)} but found ${typeName(value)}: ${printed(evaluator, value)}`,
    {
      position: evaluator.positions.resolve(pos),
    },
  );
}

export function notAFunction(evaluator: Evaluator, value: Value, pos: Pos): TypeError {
  return new TypeError(
    hint`attempt to call something which is not a function but ${typeName(value)}: ${printed(evaluator, value)}`,
    { position: evaluator.positions.resolve(pos) },
  );
}

export function missingAttribute(evaluator: Evaluator, attrs: Attrs, name: string, pos: Pos): EvalError {
  return new EvalError(hint`attribute '${showIdentifier(name)}' missing`, {
    position: evaluator.positions.resolve(pos),
    suggestions: bestMatches(attributeNames(evaluator, attrs.symbols), name),
  });
}

export function undefinedVariable(evaluator: Evaluator, name: string, pos: Pos): UndefinedVarError {
  return new UndefinedVarError(hint`undefined variable '${showIdentifier(name)}'`, {
    position: evaluator.positions.resolve(pos),
  });
}

function describeFunction(name: string | undefined): string {
  return name ?? "anonymous lambda";
}

/** `'f'`, or `anonymous lambda`, as the frame "while calling …" has it. */
export function quoteFunction(name: string | undefined): string {
  return name === undefined ? "anonymous lambda" : `'${name}'`;
}

export function missingArgument(evaluator: Evaluator, fn: string | undefined, name: string, pos: Pos): TypeError {
  return new TypeError(
    hint`function '${describeFunction(fn)}' called without required argument '${showIdentifier(name)}'`,
    {
      position: evaluator.positions.resolve(pos),
    },
  );
}

export function unexpectedArgument(
  evaluator: Evaluator,
  fn: string | undefined,
  name: string,
  formals: readonly Symbol[],
  pos: Pos,
): TypeError {
  return new TypeError(
    hint`function '${describeFunction(fn)}' called with unexpected argument '${showIdentifier(name)}'`,
    {
      position: evaluator.positions.resolve(pos),
      suggestions: bestMatches(attributeNames(evaluator, formals), name),
    },
  );
}

export function missingAutoArgument(evaluator: Evaluator, name: string, pos: Pos): MissingArgumentError {
  return new MissingArgumentError(
    hint`cannot evaluate a function that has an argument without a value ('${showIdentifier(name)}')
Nix attempted to evaluate a function as a top level expression; in
this case it must have its arguments supplied either by default
values, or passed explicitly with '--arg' or '--argstr'. See
https://nix.dev/manual/nix/stable/language/syntax.html#functions.`,
    { position: evaluator.positions.resolve(pos) },
  );
}

export function integerOverflow(evaluator: Evaluator, hintText: Hint, pos: Pos): EvalError {
  return new EvalError(hintText, { position: evaluator.positions.resolve(pos) });
}

export function cannotAdd(evaluator: Evaluator, value: Value, to: "an integer" | "a float", pos: Pos): EvalError {
  return new EvalError(hint`cannot add ${typeName(value)} to ${uncolored(to)}`, {
    position: evaluator.positions.resolve(pos),
  });
}

export function contextInPath(evaluator: Evaluator, pos: Pos): EvalError {
  return new EvalError("a string that refers to a store path cannot be appended to a path", {
    position: evaluator.positions.resolve(pos),
  });
}

export function duplicateDynamicAttribute(evaluator: Evaluator, name: string, first: string, pos: Pos): EvalError {
  return new EvalError(hint`dynamic attribute '${showIdentifier(name)}' already defined at ${first}`, {
    position: evaluator.positions.resolve(pos),
  });
}

export function contextNotAllowed(text: string, element: string): EvalError {
  return new EvalError(hint`the string '${text}' is not allowed to refer to a store path (such as '${element}')`);
}

export function cannotCoerce(evaluator: Evaluator, value: Slot): TypeError {
  return new TypeError(hint`cannot coerce ${typeName(value)} to a string: ${printed(evaluator, value)}`);
}

export function notAnAbsolutePath(text: string): EvalError {
  return new EvalError(hint`string '${text}' doesn't represent an absolute path`);
}

export function notInStore(path: string): EvalError {
  return new EvalError(hint`path '${path}' is not in the Nix store`);
}

export function derivationFileName(): EvalError {
  return new EvalError(hint`file names are not allowed to end in '${".drv"}'`);
}

export function assertionFailed(evaluator: Evaluator, condition: string, pos: Pos): AssertionError {
  return new AssertionError(hint`assertion '${condition}' failed`, { position: evaluator.positions.resolve(pos) });
}

export function unclosedQuote(path: string): ParseError {
  return new ParseError(hint`missing closing quote in selection path '${path}'`);
}

/** A value as error messages show it; it is not coloured as an argument, since it brings its own colours. */
export function printed(evaluator: Evaluator, value: Slot): ReturnType<typeof uncolored> {
  return uncolored(printForError(evaluator, value));
}

function attributeNames(evaluator: Evaluator, symbols: readonly Symbol[]): string[] {
  return symbols.map((symbol) => evaluator.symbols.name(symbol));
}
