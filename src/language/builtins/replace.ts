// Replacing many strings at once, as `builtins.replaceStrings` does: at each place the first of `from` that stands there
// wins, and an empty string stands everywhere, before each byte and at the end.

export function replaceAll(text: string, from: readonly string[], replacement: (index: number) => string): string {
  if (from.length === 1 && from[0] !== "") return replaceOne(text, from[0] as string, replacement);
  const candidates = indexByFirstByte(from);
  const result = new Pieces();
  /** Where the text begins that has not been copied yet. */
  let copied = 0;
  let at = 0;
  while (at <= text.length) {
    const index = findMatch(text, at, from, candidates);
    if (index < 0) {
      at++;
      continue;
    }
    result.add(text.slice(copied, at));
    result.add(replacement(index));
    const length = (from[index] as string).length;
    copied = at + length;
    at += length === 0 ? 1 : length;
  }
  result.add(text.slice(copied));
  return result.join();
}

function replaceOne(text: string, from: string, replacement: (index: number) => string): string {
  let at = text.indexOf(from);
  if (at < 0) return text;
  const to = replacement(0);
  const result = new Pieces();
  let copied = 0;
  for (; at >= 0; at = text.indexOf(from, copied)) {
    result.add(text.slice(copied, at));
    result.add(to);
    copied = at + from.length;
  }
  result.add(text.slice(copied));
  return result.join();
}

const piecesAtOnce = 65_536;

/** A text of very many pieces, which as one of JavaScript's ropes would take more memory for them than for the text. */
class Pieces {
  private joined = "";
  private readonly pieces: string[] = [];

  add(piece: string): void {
    if (piece === "") return;
    if (this.pieces.push(piece) === piecesAtOnce) this.join();
  }

  join(): string {
    this.joined += this.pieces.join("");
    this.pieces.length = 0;
    return this.joined;
  }
}

interface Candidates {
  /** For each byte, in order, those that begin with it or are empty. */
  readonly byByte: (readonly number[] | undefined)[];
  /** Those that are empty. */
  readonly empty: readonly number[];
}

function indexByFirstByte(from: readonly string[]): Candidates {
  const byByte: number[][] = [];
  const empty: number[] = [];
  for (const [index, text] of from.entries()) {
    if (text === "") empty.push(index);
    else (byByte[text.charCodeAt(0)] ??= []).push(index);
  }
  if (empty.length === 0) return { byByte, empty };
  const first = empty[0] as number;
  // Behind the first empty string nothing can win any more.
  return { byByte: byByte.map((list) => [...list.filter((index) => index < first), first]), empty };
}

function findMatch(text: string, at: number, from: readonly string[], candidates: Candidates): number {
  const list = candidates.byByte[text.charCodeAt(at)] ?? candidates.empty;
  for (const index of list) if (text.startsWith(from[index] as string, at)) return index;
  return -1;
}
