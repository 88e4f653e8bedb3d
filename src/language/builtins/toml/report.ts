// What is wrong with a TOML text, in the words and the layout of toml11, which Nix uses: a title, one or more places in the
// text with the lines they are in, and a hint. A long line is shown around the place only. Of a place with several lines the
// first and the last are shown, and where toml11 begins the last one too early, so does this.

import { showCharacter } from "./scanner.ts";

/** A text with places in it. */
export class TomlSource {
  readonly text: string;
  readonly name: string;
  private lineStarts: readonly number[] | undefined;

  constructor(text: string, name: string) {
    this.text = text;
    this.name = name;
  }

  /** The character at `offset`. At the end of the text it is the last one, and the place ends in the line behind it. */
  at(offset: number): Place {
    const start = offset < this.text.length ? offset : offset - 1;
    return { source: this, start, end: start + 1, endsAt: offset };
  }

  span(start: number, end: number): Place {
    return { source: this, start, end, endsAt: end };
  }

  /** From 1. */
  line(offset: number): number {
    const starts = (this.lineStarts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Bytes from `start` up to `end`. */
export interface Place {
  readonly source: TomlSource;
  readonly start: number;
  readonly end: number;
  /** A place in the last line that is shown. */
  readonly endsAt: number;
}

export interface Remark {
  readonly place: Place;
  readonly text: string;
}

/** One report. Thrown where the text cannot be understood, and caught where reading goes on. */
export class TomlProblem extends Error {
  readonly title: string;
  readonly remarks: readonly Remark[];
  /** As it is printed, behind the places. */
  readonly hint: string;

  constructor(title: string, remarks: readonly Remark[], hint = "") {
    super(title);
    this.title = title;
    this.remarks = remarks;
    this.hint = hint;
  }

  print(): string {
    const width = Math.max(...this.remarks.map(({ place }) => String(lastLine(place)).length));
    const margin = `${" ".repeat(width + 1)} |`;
    const name = this.remarks[0]?.place.source.name ?? "";
    const shown = this.remarks.map((remark) => printRemark(remark, width, margin));
    return `[error] ${this.title}\n --> ${name}\n${margin}\n${shown.join(`${margin} ...\n${margin}\n`)}${this.hint}`;
  }
}

function lastLine({ source, endsAt }: Place): number {
  return source.line(endsAt);
}

function printRemark({ place, text }: Remark, width: number, margin: string): string {
  const { source } = place;
  const line = (number: number, content: string): string =>
    ` ${String(number).padStart(width)} | ${content.replace(/[^ -~]/g, showCharacter)}\n`;
  const underline = (offset: number, length: number, message: string): string =>
    `${margin} ${" ".repeat(offset)}${"^".repeat(length)}-- ${message}\n`;
  const firstLine = source.line(place.start);
  const endLine = lastLine(place);
  const last = place.end - 1;

  if (firstLine === endLine) {
    const shown = cutLine(source.text, place.start, last);
    const length = Math.min(Math.max(1, shown.text.length - shown.offset), place.end - place.start);
    return line(firstLine, shown.text) + underline(shown.offset, length, text);
  }

  const { length } = source.text;
  const firstEnd = newlineFrom(source.text, place.start, length - place.start > 60 ? place.start + 50 : length);
  const opening = cutLine(source.text, place.start, firstEnd);
  const closing = cutLine(source.text, newlineFrom(source.text, last > 60 ? last - 50 : 0, last), last);
  const isLong = endLine > firstLine + 1;
  return (
    line(firstLine, opening.text) +
    underline(opening.offset, opening.text.length - opening.offset, isLong ? "and" : "") +
    (isLong ? line(firstLine + 1, "...") + underline(0, 3, "and") : "") +
    line(endLine, closing.text) +
    underline(0, closing.offset + 1, text)
  );
}

/** Where the first line end is; `end` when there is none before. */
function newlineFrom(text: string, start: number, end: number): number {
  const newline = text.slice(start, end).indexOf("\n");
  return newline < 0 ? end : start + newline;
}

/** The line around what is from `start` to `end`, 30 bytes before and behind at most; `offset` is where that begins in it. */
function cutLine(text: string, start: number, end: number): { readonly text: string; readonly offset: number } {
  const earliest = Math.max(0, start - 30);
  const from = earliest + text.slice(earliest, start).lastIndexOf("\n") + 1;
  const to = newlineFrom(text, end, Math.min(text.length, end + 30));
  const before = from > 0 && text[from - 1] !== "\n" ? "... " : "";
  const after = to < text.length && text[to] !== "\n" ? " ..." : "";
  return { text: before + text.slice(from, to) + after, offset: before.length + start - from };
}
