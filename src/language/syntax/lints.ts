// Literals that one can be warned about, or forbidden to write: URLs without quotes, paths that start with neither `.` nor
// `/`, and paths that are absolute (diagnose.hh and the settings lint-url-literals and so on).

import { ansi, hint, ParseError, uncolored, type Hint, type Warning } from "../errors/index.ts";
import type { Offset, SourceFile } from "./ast.ts";

/** What is to be done about a literal that is better written otherwise. */
export type LintLevel = "ignore" | "warn" | "fatal";

/** Each is ignored when absent. */
export interface Lints {
  readonly urlLiterals?: LintLevel;
  readonly shortPathLiterals?: LintLevel;
  readonly absolutePathLiterals?: LintLevel;
}

interface LintContext {
  readonly lints?: Lints;
  readonly warn?: (warning: Warning) => void;
}

export function lintUri(file: SourceFile, context: LintContext, uri: string, offset: Offset): void {
  const level = context.lints?.urlLiterals ?? "ignore";
  const verdict = level === "fatal" ? "disallowed" : "discouraged";
  const message = hint`URL literals are ${verdict}. Consider using a string literal "${uri}" instead`;
  diagnose(file, context, { setting: "lint-url-literals", level, message, offset });
}

/** Paths, home paths and relative ones alike. */
export function lintPath(file: SourceFile, context: LintContext, literal: string, offset: Offset): void {
  const lints = context.lints;
  if (lints === undefined) return;
  if (literal.startsWith("/") || literal.startsWith("~")) {
    const level = lints.absolutePathLiterals ?? "ignore";
    const kind = uncolored(literal.startsWith("/") ? "absolute" : "home");
    const advice = hint`Consider replacing path literal '${literal}' by a string, relative path, or parameter`;
    const message = hint`${kind} path literals are not portable. ${advice}`;
    diagnose(file, context, { setting: "lint-absolute-path-literals", level, message, offset });
  } else if (!literal.startsWith(".")) {
    const level = lints.shortPathLiterals ?? "ignore";
    const message = hint`relative path literal '${literal}' should be prefixed with '.' for clarity: './${literal}'`;
    diagnose(file, context, { setting: "lint-short-path-literals", level, message, offset });
  }
}

interface Finding {
  readonly setting: string;
  readonly level: LintLevel;
  readonly message: Hint;
  readonly offset: Offset;
}

/** The setting that decides is named behind the message. */
function diagnose(file: SourceFile, context: LintContext, { setting, level, message, offset }: Finding): void {
  if (level === "ignore") return;
  const named = hint`${message} (${uncolored(ansi.bold)}${setting}${uncolored(ansi.normal)})`;
  const error = new ParseError(named, { file, offset });
  if (level === "fatal") throw error;
  context.warn?.(error);
}
