// Writes a regular expression as a JavaScript one, where that gives the same matches. JavaScript differs from libstdc++ in
// three points: it forgets the groups of a loop at each round, it refuses an empty round, and it takes the first branch of
// `|` that matches where libstdc++ takes the longest. An expression in which one of them could be seen is not translated;
// automaton.ts runs it.

import type { ByteSet, ParsedRegex, RegexNode } from "./syntax.ts";

interface Facts {
  /** Whether it can match nothing. */
  readonly nullable: boolean;
  readonly hasGroups: boolean;
  /** Whether every group in it is set whenever it matches. */
  readonly setsAllGroups: boolean;
  /** The bytes that a match can begin with. */
  readonly first: ByteSet;
  /** Whether JavaScript agrees when the whole string must match; and when a match is searched for. */
  readonly wholeAgrees: boolean;
  readonly searchAgrees: boolean;
}

export interface Translation {
  readonly whole: RegExp | undefined;
  readonly search: RegExp | undefined;
}

/** V8 refuses expressions that become too large when their counted repetitions are written out. */
const largest = 5_000;

export function translateRegex({ root, states }: ParsedRegex): Translation {
  if (states > largest) return { whole: undefined, search: undefined };
  const facts = examine(root);
  if (!facts.wholeAgrees && !facts.searchAgrees) return { whole: undefined, search: undefined };
  const source = print(root);
  return {
    whole: facts.wholeAgrees ? new RegExp(`^(?:${source})$`) : undefined,
    search: facts.searchAgrees ? new RegExp(source, "g") : undefined,
  };
}

const none: ByteSet = new Uint8Array(256);

function examine(node: RegexNode): Facts {
  switch (node.kind) {
    case "bytes":
      return leaf(node.set, false);
    case "begin":
    case "end":
      return leaf(none, true);
    case "group":
      return { ...examine(node.body), hasGroups: true };
    case "sequence":
      return node.items.map(examine).reduce(inSequence, leaf(none, true));
    case "either": {
      const left = examine(node.left);
      const right = examine(node.right);
      const hasGroups = left.hasGroups || right.hasGroups;
      const isDisjoint = left.first.every((has, byte) => has === 0 || right.first[byte] === 0);
      return {
        nullable: left.nullable || right.nullable,
        hasGroups,
        setsAllGroups: !hasGroups,
        first: union(left.first, right.first),
        wholeAgrees: left.wholeAgrees && right.wholeAgrees,
        searchAgrees: left.searchAgrees && right.searchAgrees && isDisjoint && !left.nullable && !right.nullable,
      };
    }
    case "star":
      return loop(examine(node.body), 0, Infinity);
    case "plus":
      return loop(examine(node.body), 1, Infinity);
    case "optional":
      return loop(examine(node.body), 0, 1);
    case "repeat":
      return loop(examine(node.body), node.min, node.max ?? Infinity);
  }
}

function leaf(first: ByteSet, nullable: boolean): Facts {
  return { nullable, hasGroups: false, setsAllGroups: true, first, wholeAgrees: true, searchAgrees: true };
}

function inSequence(left: Facts, right: Facts): Facts {
  return {
    nullable: left.nullable && right.nullable,
    hasGroups: left.hasGroups || right.hasGroups,
    setsAllGroups: left.setsAllGroups && right.setsAllGroups,
    first: left.nullable ? union(left.first, right.first) : left.first,
    wholeAgrees: left.wholeAgrees && right.wholeAgrees,
    searchAgrees: left.searchAgrees && right.searchAgrees,
  };
}

function loop(body: Facts, min: number, max: number): Facts {
  const groupsAgree = !body.hasGroups || (!body.nullable && max > 0 && (max === 1 || body.setsAllGroups));
  return {
    nullable: min === 0 || body.nullable,
    hasGroups: body.hasGroups,
    setsAllGroups: !body.hasGroups || (min > 0 && body.setsAllGroups),
    first: max === 0 ? none : body.first,
    wholeAgrees: body.wholeAgrees && groupsAgree,
    searchAgrees: body.searchAgrees && groupsAgree && !body.nullable,
  };
}

function union(a: ByteSet, b: ByteSet): ByteSet {
  return a.map((has, byte) => has | (b[byte] as number));
}

function print(node: RegexNode): string {
  switch (node.kind) {
    case "bytes":
      return printSet(node.set);
    case "begin":
      return "^";
    case "end":
      return "$";
    case "group":
      return `(${print(node.body)})`;
    case "sequence":
      return node.items.map((item) => (item.kind === "either" ? `(?:${print(item)})` : print(item))).join("");
    case "either":
      return `${print(node.left)}|${print(node.right)}`;
    case "star":
      return `${printAtom(node.body)}*`;
    case "plus":
      return `${printAtom(node.body)}+`;
    case "optional":
      return `${printAtom(node.body)}?`;
    case "repeat":
      return `${printAtom(node.body)}{${node.min},${node.max ?? ""}}`;
  }
}

function printAtom(node: RegexNode): string {
  return node.kind === "bytes" || node.kind === "group" ? print(node) : `(?:${print(node)})`;
}

function printSet(set: ByteSet): string {
  const ranges: string[] = [];
  for (let byte = 0; byte < 256; byte++) {
    if (set[byte] === 0) continue;
    let last = byte;
    while (last < 255 && set[last + 1] === 1) last++;
    ranges.push(last === byte ? printByte(byte) : `${printByte(byte)}-${printByte(last)}`);
    byte = last;
  }
  if (ranges.length === 1 && !(ranges[0] as string).includes("-")) return ranges[0] as string;
  return `[${ranges.join("")}]`;
}

function printByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[0-9A-Za-z_ ]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
}
