// What Nix's logger does to every message: escape sequences go away (all of them, or all but colours), tabs become spaces
// up to the next of every eighth column, carriage returns and bells are dropped (filterANSIEscapes). The column counts on
// over line ends, as it does there. Byte strings in and out; widths are those of UTF-8 characters on a terminal.

/** `keep-colors` is for a terminal: sequences that end in `m` stay. */
export type AnsiFilter = "all" | "keep-colors";

const sequence = /\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|\][^\x1b\x07]*(?:\x1b\\?|\x07)?|[\x40-\x5f]?)/y;

const plainText = /^[^\x1b\t\r\x07]*$/;

export function filterAnsiEscapes(text: string, filter: AnsiFilter): string {
  if (plainText.test(text)) return text;
  let output = "";
  let column = 0;
  let i = 0;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 0x1b) {
      sequence.lastIndex = i;
      const found = sequence.exec(text)?.[0] ?? "\x1b";
      if (filter === "keep-colors" && found.startsWith("\x1b[") && found.endsWith("m")) output += found;
      i += found.length;
    } else if (code === 0x09) {
      do {
        column++;
        output += " ";
      } while (column % 8 !== 0);
      i++;
    } else if (code === 0x0d || code === 0x07) {
      i++;
    } else {
      const { width, bytes } = measureCharacter(text, i);
      column += width;
      output += text.slice(i, i + bytes);
      i += bytes;
    }
  }
  return output;
}

function measureCharacter(text: string, at: number): { width: number; bytes: number } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { width: first < 0x20 || first === 0x7f ? 0 : 1, bytes: 1 };
  const bytes = first < 0xc0 || first > 0xf7 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes === 1) return { width: 1, bytes };
  let character = first & (0x7f >> bytes);
  for (let i = 1; i < bytes; i++) {
    const next = text.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return { width: i, bytes: i };
    character = (character << 6) | (next & 0x3f);
  }
  return { width: characterWidth(character), bytes };
}

/** First and last code points of characters without width of their own. */
const zeroWidth: readonly (readonly [number, number])[] = [
  [0x80, 0x9f],
  [0x300, 0x36f],
  [0x483, 0x489],
  [0x591, 0x5bd],
  [0x610, 0x61a],
  [0x64b, 0x65f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2064],
  [0x20d0, 0x20f0],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
];

/** First and last code points of characters that take two columns. */
const doubleWidth: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

function characterWidth(character: number): number {
  const isIn = (ranges: readonly (readonly [number, number])[]): boolean =>
    ranges.some(([first, last]) => character >= first && character <= last);
  return isIn(zeroWidth) ? 0 : isIn(doubleWidth) ? 2 : 1;
}
