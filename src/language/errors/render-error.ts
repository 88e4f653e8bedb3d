// What a user sees of an error: traces from outermost to innermost, then the message, each with its place and three lines
// of source (showErrorInfo). Everything is written with colours first; without a terminal they are filtered out as Nix's
// logger does, which also expands tabs and drops carriage returns. Text in and out is byte strings.

import type { BaseError, Trace } from "./base-error.ts";
import { filterAnsiEscapes, listAlternatives } from "#formats";
import { ansi } from "./hint.ts";
import { codeLines, hasSource, isKnownPosition, lineAndColumn, printPosition, type Position } from "./position.ts";
import type { Suggestion } from "./suggestions.ts";

export interface RenderOptions {
  /** All frames in full, as with `--show-trace`; otherwise the first few. */
  readonly showTrace?: boolean;
  readonly color?: boolean;
  readonly level?: "error" | "warning" | "info";
}

/** What one is warned about: a plain message, or one with a place, which is shown as an error would be. */
export type Warning = string | BaseError;

const frameIndent = "  ";
const ellipsis = "\xe2\x80\xa6";
/** Up to so many repeated frames are printed in full instead of being counted. */
const repeatsPrinted = 5;
/** Frames and places shown before a trace is cut short, when all are not asked for. */
const framesShown = 3;

/** The error as Nix logs it, without a line end behind it. */
export function renderError(error: BaseError, options: RenderOptions = {}): string {
  const prefix = errorPrefix(error, options.level ?? "error") + " ";
  const frames = printTraces(error.traces, options.showTrace ?? false);
  const body =
    (frames === undefined ? "" : `${frames}\n${prefix}`) +
    `${error.hint.colored}\n` +
    printPlace("", error.position) +
    printSuggestions(error.suggestions);
  const indent = " ".repeat(filterAnsiEscapes(prefix, "all").length);
  return filterAnsiEscapes(indentLines(prefix, indent, chomp(body)), options.color ? "keep-colors" : "all");
}

/** A warning as Nix logs it, without a line end behind it. */
export function renderWarning(warning: Warning, options: RenderOptions = {}): string {
  if (typeof warning !== "string") return renderError(warning, { ...options, level: "warning" });
  const text = `${ansi.warning}warning:${ansi.normal} ${warning}`;
  return filterAnsiEscapes(text, options.color ? "keep-colors" : "all");
}

function errorPrefix(error: BaseError, level: "error" | "warning" | "info"): string {
  switch (level) {
    case "error":
      return `${ansi.red}error:${ansi.normal}`;
    case "warning":
      return `${ansi.warning}${error.isFromExpression ? "evaluation warning" : "warning"}:${ansi.normal}`;
    case "info":
      return `${ansi.green}info:${ansi.normal}`;
  }
}

/** Undefined when the error has no frame at all: frames, even empty ones, move the message to a line of its own. */
function printTraces(traces: readonly Trace[], showTrace: boolean): string | undefined {
  if (traces.length === 0) return undefined;
  let output = "";
  let count = 0;
  let truncated = false;
  const seen = new Set<string>();
  let skipped: Trace[] = [];

  const print = (trace: Trace): void => {
    output += `\n${ellipsis} ${trace.hint.colored}\n${printPlace(frameIndent, trace.position)}`;
    if (isKnownPosition(trace.position)) count++;
  };
  const printSkipped = (): void => {
    // Nix means to forget what it has seen here, but its function clears a copy: the fold sees the whole trace.
    if (skipped.length > repeatsPrinted) {
      output += `\n${ansi.warning}(${skipped.length} duplicate frames omitted)${ansi.normal}\n`;
    } else {
      for (const trace of skipped) print(trace);
    }
    skipped = [];
  };

  for (const trace of traces.toReversed()) {
    if (trace.hint.plain === "") continue;
    if (!showTrace && count > framesShown) truncated = true;
    if (truncated && trace.print !== "always") continue;
    const identity = frameIdentity(trace);
    if (seen.has(identity)) {
      skipped.push(trace);
      continue;
    }
    seen.add(identity);
    printSkipped();
    count++;
    print(trace);
  }
  printSkipped();
  if (truncated) {
    const advice = "(stack trace truncated; use '--show-trace' to show the full, detailed trace)";
    output += `\n${ansi.warning}${advice}${ansi.normal}\n`;
  }
  return output;
}

function frameIdentity(trace: Trace): string {
  const place = isKnownPosition(trace.position) ? printPosition(trace.position) : "";
  return `${place}\0${trace.hint.colored}`;
}

/** `at file:line:column:` and the lines around it; empty when the position is not known (printPosMaybe). */
function printPlace(indent: string, position: Position | undefined): string {
  if (!isKnownPosition(position)) return "";
  const place = `${indent}${ansi.blue}at ${ansi.warning}${printPosition(position)}${ansi.normal}:`;
  return hasSource(position.file) ? `${place}${printCodeLines(position)}\n` : place;
}

/** Up to three numbered lines of source, each behind a newline. */
export function printCodeLines(position: Position): string {
  const { line, column } = lineAndColumn(position);
  const { previous, current, next } = codeLines(position);
  let output = "";
  if (previous !== undefined) output += printCodeLine(line - 1, previous);
  if (current !== undefined) {
    output += printCodeLine(line, current);
    output += `\n      |${" ".repeat(column)}${ansi.red}^${ansi.normal}`;
  }
  if (next !== undefined) output += printCodeLine(line + 1, next);
  return output;
}

function printCodeLine(line: number, text: string): string {
  return `\n ${String(line).padStart(5)}| ${text}`;
}

function printSuggestions(suggestions: readonly Suggestion[]): string {
  if (suggestions.length === 0) return "";
  const names = suggestions.map(({ name }) => ansi.warning + filterAnsiEscapes(name, "keep-colors") + ansi.normal);
  return `Did you mean ${listAlternatives(names)}?\n`;
}

function indentLines(first: string, rest: string, text: string): string {
  if (text === "") return "";
  return text
    .split("\n")
    .map((line, index) => chomp((index === 0 ? first : rest) + line))
    .join("\n");
}

function chomp(text: string): string {
  let end = text.length;
  while (end > 0 && " \n\r\t".includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
