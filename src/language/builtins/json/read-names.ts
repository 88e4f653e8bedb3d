// A large JSON text that is one object of strings, nothing escaped, all of it ASCII and without spaces, its keys in order, save
// that a number may come first, which is where JavaScript puts it. So a lock has the names of its packages. It is read several
// times as quickly as any other, since its keys stay where they stand.

import { Attrs } from "../../values/attrs.ts";
import { type NamePlaces, NamesInText, searchName } from "../../values/names-in-text.ts";
import type { SymbolTable } from "../../values/symbols.ts";

const quote = 0x22;
const colon = 0x3a;
const comma = 0x2c;
const closing = 0x7d;
const backslash = 0x5c;

/** More keys that are numbers than this are not looked for among the others. */
const mostNumbers = 256;

/** Undefined for every other text, whatever is in it. */
export function readNames(symbols: SymbolTable, text: string): Attrs | undefined {
  if (!text.startsWith('{"')) return undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  let second = 0;
  let lastStart = 0;
  let lastEnd = 0;
  for (let at = 1; ;) {
    if (text.charCodeAt(at) !== quote) return undefined;
    const start = at + 1;
    const end = endOfString(text, start);
    if (text.charCodeAt(end + 1) !== colon || text.charCodeAt(end + 2) !== quote) return undefined;
    if (starts.length > 0 && !isBefore(text, lastStart, lastEnd, start, end)) {
      if (second > 0 || starts.length > mostNumbers) return undefined;
      second = starts.length;
    }
    lastStart = start;
    lastEnd = end;
    const endOfValue = endOfString(text, end + 3);
    starts.push(start);
    ends.push(end);
    const next = text.charCodeAt(endOfValue + 1);
    at = endOfValue + 2;
    if (next === comma) continue;
    if (next !== closing || !/^[ \t\n\r]*$/.test(text.slice(at))) return undefined;
    const places = { text, starts, ends, second };
    if (!areDistinct(places)) return undefined;
    // Between a name and its value stand `":"`, between that and the next name `","`.
    return Attrs.inText(new NamesInText(symbols, places), (index) =>
      text.slice(
        (ends[index] as number) + 3,
        index + 1 < starts.length ? (starts[index + 1] as number) - 3 : endOfValue,
      ),
    );
  }
}

/** Where the closing quote is; the end of the text when something is in the string that needs a closer look. */
function endOfString(text: string, start: number): number {
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (!(code >= 0x20 && code < 0x80) || code === backslash) return text.length;
  }
}

function isBefore(text: string, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  const shorter = Math.min(end - start, otherEnd - otherStart);
  for (let i = 0; i < shorter; i++) {
    const difference = text.charCodeAt(start + i) - text.charCodeAt(otherStart + i);
    if (difference !== 0) return difference < 0;
  }
  return end - start < otherEnd - otherStart;
}

/** No name of those before `second` comes again; within the two parts none does, since they ascend. */
function areDistinct(places: NamePlaces): boolean {
  const { text, starts, ends, second } = places;
  for (let i = 0; i < second; i++) {
    if (searchName(places, text.slice(starts[i], ends[i]), second, starts.length) >= 0) return false;
  }
  return true;
}
