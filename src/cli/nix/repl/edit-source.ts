// `:e`: the place of a function, a path or a package in the user's editor, and everything loaded anew behind it.

import { FirnError } from "#formats";
import {
  ContextCollector,
  emptyAttrs,
  Lambda,
  lineAndColumn,
  NixPath,
  printPosition,
  type Evaluator,
  type Value,
} from "#language";
import { stringOf } from "#profile";
import type { Repl } from "./repl.ts";

interface SourcePlace {
  readonly path: string;
  /** 0 where it is not known. */
  readonly line: number;
}

export function editSource(repl: Repl, text: string): void {
  const { path, line } = placeOf(repl.host.evaluator, repl.read(text).evaluate(), text);
  repl.host.edit(path, line);
  repl.sources.reload();
}

function placeOf(evaluator: Evaluator, value: Value, text: string): SourcePlace {
  if (value instanceof NixPath || stringOf(value) !== undefined) {
    const { path } = evaluator.coerceToPath(value, new ContextCollector(), "while evaluating the filename to edit");
    return { path, line: 0 };
  }
  return value instanceof Lambda ? placeOfFunction(evaluator, value) : placeOfPackage(evaluator, value, text);
}

function placeOfFunction(evaluator: Evaluator, { code }: Lambda): SourcePlace {
  const position = evaluator.position(code.pos);
  if (position?.file.origin.kind !== "path") throw notInAFile(position === undefined ? "" : printPosition(position));
  return { path: position.file.origin.path, line: lineAndColumn(position).line };
}

/** By its attribute `meta.position`, `FILE:LINE` (findPackageFilename). */
function placeOfPackage(evaluator: Evaluator, value: Value, text: string): SourcePlace {
  const frame = "while evaluating the 'meta.position' attribute of a derivation";
  const { path } = evaluator.coerceToPath(metaPosition(evaluator, value, text), new ContextCollector(), frame);
  const [, file, line] = /^(.*):([0-9]+)$/s.exec(path) ?? [];
  if (file === undefined) throw positionMalformed(path);
  return { path: file, line: Number(line) };
}

function metaPosition(evaluator: Evaluator, value: Value, text: string) {
  try {
    return evaluator.findAlongAttrPath("meta.position", emptyAttrs, value).slot;
  } catch {
    throw positionMissing(text);
  }
}

function notInAFile(position: string): FirnError {
  return new FirnError("not-in-a-file", `'${position}' cannot be shown in an editor`);
}

function positionMissing(text: string): FirnError {
  return new FirnError("position-missing", `package '${text}' has no source location information`);
}

function positionMalformed(text: string): FirnError {
  return new FirnError("position-malformed", `cannot parse 'meta.position' attribute '${text}'`);
}
