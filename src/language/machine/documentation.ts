// What `:doc` shows: the description of a builtin, or the doc comment of a function or attribute, as Markdown.

import { hint, printPosition } from "../errors/index.ts";
import { docCommentText, stripIndentation } from "../syntax/doc-comment.ts";
import { parseFile } from "../syntax/index.ts";
import { builtinDocumentation } from "../builtins/documentation.ts";
import { Attrs } from "../values/attrs.ts";
import { Lambda, type LambdaCode } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import { PrimOp } from "../values/prim-op.ts";
import type { Value } from "../values/value.ts";
import { enterCall } from "./depth.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame } from "./failures.ts";

const ellipsis = "\xe2\x80\xa6";

/** Undefined for what has none (EvalState::getDoc). A functor is described as the function that it is. */
export function documentationOf(evaluator: Evaluator, value: Value): string | undefined {
  if (value instanceof PrimOp) return documentPrimOp(value);
  if (value instanceof Lambda) return documentLambda(evaluator, value.code);
  if (!(value instanceof Attrs)) return undefined;
  const functor = value.get(evaluator.symbols.known.functor);
  if (functor === undefined) return undefined;
  try {
    const applied = evaluator.call1(functor, value, noPos);
    const depth = enterCall(evaluator, noPos);
    const found = documentationOf(evaluator, applied);
    evaluator.depth = depth;
    return found;
  } catch (error) {
    addFrame(evaluator, error, noPos, hint`while partially calling '${"__functor"}' to retrieve documentation`);
    throw error;
  }
}

function documentPrimOp({ name, definition }: PrimOp): string | undefined {
  const text = builtinDocumentation.get(name);
  if (text === undefined) return undefined;
  const args = definition.argumentNames.map((argument) => `*${argument}*`).join(" ");
  return `**Synopsis:** \`builtins.${name}\` ${args}\n\n${stripIndentation(text)}`;
}

function documentLambda(evaluator: Evaluator, { name, pos, docText }: LambdaCode): string {
  const position = evaluator.positions.resolve(pos);
  const head =
    name === undefined ? "Function " : `Function \`${name}\`\\\n${position === undefined ? "" : `  ${ellipsis} `}`;
  const place = position === undefined ? "" : `defined at ${printPosition(position)}`;
  const text = docText === undefined || docText === "" ? "" : `\n\n${docText}`;
  return stripIndentation(head + place + text);
}

/** For a value without documentation of its own: where the attribute that it was selected by is, and the comment there. */
export function documentAttribute(evaluator: Evaluator, name: string, pos: Pos): string | undefined {
  const position = evaluator.positions.resolve(pos);
  if (position === undefined) return undefined;
  const text = commentAt(evaluator, pos);
  const place = `Attribute \`${name}\`\n\n  ${ellipsis} defined at ${printPosition(position)}\n\n`;
  return place + (text === undefined ? "No documentation found.\n\n" : text);
}

/** The file is parsed once more, so that comments need not be kept of each that is loaded. Only files have them, not text. */
function commentAt(evaluator: Evaluator, pos: Pos): string | undefined {
  const position = evaluator.positions.resolve(pos);
  if (position === undefined || position.file.origin.kind !== "path") return undefined;
  const { origin, text } = position.file;
  const features = evaluator.settings.experimentalFeatures;
  const { docComments } = parseFile({ origin, text, baseDirectory: "/", homeDirectory: "/", features });
  const comment = docComments.get(position.offset);
  return comment === undefined ? undefined : docCommentText(position.file, comment);
}
