// What is wrong with a TOML text, in the words and the layout of toml11, which Nix uses: a title, one or two places in the
// text with the line they are in, and hints. toml11 goes on after some errors and reports what follows too; here the first
// one ends it.

import { EvalError, hint } from "../../errors/index.ts";

/** Bytes from `start` up to `end`; an empty place is shown as one byte. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface Remark {
  readonly place: Place;
  readonly text: string;
}

export class TomlError extends EvalError {}

export function tomlError(
  source: string,
  title: string,
  remarks: readonly Remark[],
  hints: readonly string[] = [],
  sourceName = "fromTOML",
): TomlError {
  const lines = remarks.map(({ place }) => lineNumber(source, place.start));
  const width = Math.max(...lines.map((line) => String(line).length));
  const margin = ` ${" ".repeat(width)} |`;
  const shown = remarks.map((remark, index) => showPlace(source, remark, String(lines[index]).padStart(width), margin));
  const hinted = hints.map((text) => `Hint: ${text}\n`).join("");
  const message = `[error] ${title}\n${margin.slice(1, -2)}--> ${sourceName}\n${margin}\n${shown.join(`${margin} ...\n${margin}\n`)}${hinted}`;
  return new TomlError(hint`while parsing TOML: ${message}`);
}

function lineNumber(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}

function showPlace(source: string, { place, text }: Remark, line: string, margin: string): string {
  const begin = source.lastIndexOf("\n", place.start - 1) + 1;
  const newline = source.indexOf("\n", place.start);
  const content = source.slice(begin, newline < 0 ? source.length : newline).replace(/\r$/, "");
  const before = place.start - begin;
  const length = Math.max(1, Math.min(place.end, begin + content.length) - place.start);
  return ` ${line} | ${showBytes(content)}\n${margin} ${" ".repeat(before)}${"^".repeat(length)}-- ${text}\n`;
}

/** Bytes that are no printable ASCII are spelled out. */
function showBytes(text: string): string {
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\xff]/g, (char) => {
    const code = char.charCodeAt(0);
    const digits = `0x${code.toString(16).padStart(2, "0")}`;
    return code === 13 ? `${digits}(CARRIAGE RETURN)` : digits;
  });
}
