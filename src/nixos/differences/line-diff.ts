// The lines by which two texts differ, in the form of `diff -u` without its header.

const context = 3;
/** Texts with more pairs of differing lines are told as replaced. */
const mostPairs = 4_000_000;

type Edit = readonly [mark: " " | "-" | "+", line: string];

export function diffLines(before: string, after: string): string[] {
  const edits = editScript(linesOf(before), linesOf(after));
  const hunks: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let at = 0; at < edits.length;) {
    if (edits[at]?.[0] === " ") {
      at++;
      oldLine++;
      newLine++;
      continue;
    }
    // A hunk reaches until more than twice the context has gone by without a change.
    const start = Math.max(0, at - context);
    let end = at;
    for (let next = at; next < edits.length && next <= end + 2 * context + 1; next++) {
      if (edits[next]?.[0] !== " ") end = next;
    }
    const hunk = edits.slice(start, Math.min(edits.length, end + 1 + context));
    const lead = at - start;
    const count = (mark: Edit[0]) => hunk.filter(([kind]) => kind === " " || kind === mark).length;
    hunks.push(
      `@@ -${position(oldLine - lead, count("-"))} +${position(newLine - lead, count("+"))} @@`,
      ...hunk.map(([mark, line]) => mark + line),
    );
    for (const [mark] of edits.slice(at, end + 1)) {
      if (mark !== "+") oldLine++;
      if (mark !== "-") newLine++;
    }
    at = end + 1;
  }
  return hunks;
}

/** An empty side stands at the line before it. */
function position(line: number, count: number): string {
  if (count === 0) return `${line - 1},0`;
  return count === 1 ? String(line) : `${line},${count}`;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** By the longest common subsequence of what lies between the lines that both begin and end with. */
function editScript(old: readonly string[], now: readonly string[]): Edit[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => [" ", line]);
  const middle = diffMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return [...same(old.slice(0, head)), ...middle, ...same(old.slice(old.length - tail))];
}

function diffMiddle(old: readonly string[], now: readonly string[]): Edit[] {
  if (old.length * now.length > mostPairs) {
    return [...old.map((line): Edit => ["-", line]), ...now.map((line): Edit => ["+", line])];
  }
  // longest[i * width + j]: the length of the longest common subsequence of old from i and now from j.
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      longest[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [before, after] = [old[i], now[j]];
    if (before !== undefined && before === after) {
      edits.push([" ", before]);
      i++;
      j++;
    } else if (before !== undefined && (after === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push(["-", before]);
      i++;
    } else if (after !== undefined) {
      edits.push(["+", after]);
      j++;
    }
  }
  return edits;
}
