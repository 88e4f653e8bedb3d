// Reads a POSIX extended regular expression exactly as far as libstdc++'s std::regex::extended does, whose rules are the
// language's: only `. [ \ ( ) * + ? { | ^ $` may be escaped, a quantifier may follow a quantifier but not `^` or `$`, and
// an automaton of more than 100000 states is refused. States are counted here as its compiler makes them.

import { parseBracketExpression } from "./bracket-expression.ts";
import { invalidRegex, RegexError, type ByteSet, type ParsedRegex, type RegexNode } from "./syntax.ts";

const stateLimit = 100_000;
const special = new Set(".[\\()*+?{|^$");

export function parseRegex(pattern: string): ParsedRegex {
  const parser = new Parser(pattern);
  // The group of the whole match is opened first.
  parser.countStates(1);
  const { node } = parser.disjunction();
  if (!parser.isAtEnd) throw invalidRegex();
  parser.countStates(2);
  return { root: node, groups: parser.groups, states: parser.states };
}

/** A node and how many states a copy of it takes. */
interface Sized {
  readonly node: RegexNode;
  readonly states: number;
}

class Parser {
  groups = 0;
  private readonly pattern: string;
  private at = 0;
  states = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.at === this.pattern.length;
  }

  countStates(count: number): void {
    this.states += count;
    if (this.states > stateLimit) throw new RegexError("memory");
  }

  disjunction(): Sized {
    let left = this.alternative();
    while (this.take("|")) {
      const right = this.alternative();
      this.countStates(2);
      left = { node: { kind: "either", left: left.node, right: right.node }, states: left.states + right.states + 2 };
    }
    return left;
  }

  private alternative(): Sized {
    const items: RegexNode[] = [];
    let states = 1;
    for (let term = this.term(); term !== undefined; term = this.term()) {
      items.push(term.node);
      states += term.states;
    }
    this.countStates(1);
    const only = items.length === 1 ? items[0] : undefined;
    return { node: only ?? { kind: "sequence", items }, states };
  }

  private term(): Sized | undefined {
    if (this.take("^")) return this.made({ kind: "begin" }, 1);
    if (this.take("$")) return this.made({ kind: "end" }, 1);
    let atom = this.atom();
    if (atom === undefined) return undefined;
    for (let next = this.quantified(atom); next !== undefined; next = this.quantified(atom)) atom = next;
    return atom;
  }

  private made(node: RegexNode, states: number): Sized {
    this.countStates(states);
    return { node, states };
  }

  private atom(): Sized | undefined {
    const char = this.pattern[this.at];
    switch (char) {
      case undefined:
      case ")":
      case "*":
      case "+":
      case "?":
      case "{":
      case "|":
        return undefined;
      case ".":
        this.at++;
        return this.made({ kind: "bytes", set: anyByte() }, 1);
      case "[": {
        const { set, end } = parseBracketExpression(this.pattern, this.at + 1);
        this.at = end;
        return this.made({ kind: "bytes", set }, 1);
      }
      case "(":
        return this.group();
      case "\\": {
        const escaped = this.pattern[this.at + 1];
        if (escaped === undefined || !special.has(escaped)) throw invalidRegex();
        this.at++;
      }
    }
    const byte = this.pattern.charCodeAt(this.at++);
    return this.made({ kind: "bytes", set: oneByte(byte) }, 1);
  }

  private group(): Sized {
    this.at++;
    const index = ++this.groups;
    this.countStates(1);
    const { node: body, states } = this.disjunction();
    if (!this.take(")")) throw invalidRegex();
    this.countStates(1);
    return { node: { kind: "group", index, body }, states: states + 2 };
  }

  private quantified({ node: body, states }: Sized): Sized | undefined {
    if (this.take("*")) return this.repeated({ kind: "star", body }, states, 1);
    if (this.take("+")) return this.repeated({ kind: "plus", body }, states, 1);
    if (this.take("?")) return this.repeated({ kind: "optional", body }, states, 2);
    if (!this.take("{")) return undefined;
    const min = this.number();
    if (min === undefined) throw invalidRegex();
    let max: number | undefined = min;
    if (this.take(",")) max = this.number();
    if (!this.take("}") || (max !== undefined && max < min)) throw invalidRegex();
    // An empty start, the copies that must match, then a loop over one more or an end with the copies that may.
    const copies = 1 + min * states + (max === undefined ? states + 1 : 1 + (max - min) * (states + 1));
    this.countStates(copies);
    return { node: { kind: "repeat", body, min, max }, states: copies };
  }

  private repeated(node: RegexNode, bodyStates: number, more: number): Sized {
    this.countStates(more);
    return { node, states: bodyStates + more };
  }

  private number(): number | undefined {
    const digits = /^[0-9]+/.exec(this.pattern.slice(this.at, this.at + 20))?.[0];
    if (digits === undefined) return undefined;
    this.at += digits.length;
    const value = Number(digits);
    if (value > 0x7fffffff) throw invalidRegex();
    return value;
  }

  private take(char: string): boolean {
    if (this.pattern[this.at] !== char) return false;
    this.at++;
    return true;
  }
}

function oneByte(byte: number): ByteSet {
  const set = new Uint8Array(256);
  set[byte] = 1;
  return set;
}

/** Everything but NUL, newlines included. */
function anyByte(): ByteSet {
  return new Uint8Array(256).fill(1, 1);
}
