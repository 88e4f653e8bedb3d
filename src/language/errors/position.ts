// Positions: a byte offset in a source file until somebody must read it. Lines end at LF, CR or CRLF, and columns count
// bytes from 1, as Nix's PosTable has them; the table of line starts is made once for a file, at the first question.

import type { Offset, Origin, SourceFile } from "../syntax/ast.ts";

/** A place in a source file; `offset` is `noOffset` (-1) or lacking where Nix has no position (noPos). */
export interface Position {
  readonly file: SourceFile;
  readonly offset: Offset;
}

/** Both count from 1; the column counts bytes. */
export interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** The lines around a position; what lies before the first or behind the last line is absent. */
export interface CodeLines {
  readonly previous: string | undefined;
  readonly current: string | undefined;
  readonly next: string | undefined;
}

const lineStartsOfFile = new WeakMap<SourceFile, Uint32Array>();

/** Pos::operator bool. */
export function isKnownPosition(position: Position | undefined): position is Position {
  return position !== undefined && position.offset >= 0 && position.offset <= position.file.text.length;
}

/** PosTable::operator[]. */
export function lineAndColumn(position: Position): LineAndColumn {
  const starts = lineStarts(position.file);
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= position.offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: position.offset - (starts[low] ?? 0) + 1 };
}

/** `«string»:1:2` or `/a/b.nix:1:2`, as a byte string. */
export function printPosition(position: Position): string {
  const { line, column } = lineAndColumn(position);
  return `${printOrigin(position.file.origin)}:${line}:${column}`;
}

export function printOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "path":
      return origin.shownAs ?? origin.path;
    case "string":
      return "\xc2\xabstring\xc2\xbb";
    case "stdin":
      return "\xc2\xabstdin\xc2\xbb";
  }
}

/** Pos::getCodeLines. */
export function codeLines(position: Position): CodeLines {
  const { line } = lineAndColumn(position);
  return {
    previous: lineText(position.file, line - 1),
    current: lineText(position.file, line),
    next: lineText(position.file, line + 1),
  };
}

/** The text from one offset up to another, line ends of any kind becoming LF (Pos::getSnippetUpTo). */
export function snippet(file: SourceFile, start: Offset, end: Offset): string {
  return file.text.slice(start, end).replace(/\r\n|\r/g, "\n");
}

function lineText(file: SourceFile, line: number): string | undefined {
  const text = knownText(file);
  const starts = lineStarts(file);
  const start = starts[line - 1];
  if (start === undefined || text === "") return undefined;
  return text.slice(start, starts[line] ?? text.length).replace(/[\r\n]+$/, "");
}

function lineStarts(file: SourceFile): Uint32Array {
  let starts = lineStartsOfFile.get(file);
  if (starts === undefined) {
    starts = findLineStarts(knownText(file));
    lineStartsOfFile.set(file, starts);
  }
  return starts;
}

/** Whether Nix finds the text again when it tells of a place in it (Pos::getSource). */
export function hasSource({ origin }: SourceFile): boolean {
  return origin.kind !== "path" || origin.behindLink !== true;
}

/** Nix knows text that was not read from a file only up to its first NUL. */
function knownText(file: SourceFile): string {
  if (!hasSource(file)) return "";
  const { origin, text } = file;
  const nul = origin.kind === "path" ? -1 : text.indexOf("\0");
  return nul === -1 ? text : text.slice(0, nul);
}

function findLineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 13 && text.charCodeAt(i + 1) === 10) i++;
    if (code === 10 || code === 13) starts.push(i + 1);
  }
  return Uint32Array.from(starts);
}
