// The tree of a POSIX extended regular expression over bytes, and the two ways in which one can be refused.

/** Which of the 256 bytes match: 1 or 0 each. */
export type ByteSet = Uint8Array;

export type RegexNode =
  | { readonly kind: "bytes"; readonly set: ByteSet }
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  /** `index` counts from 1, in the order of the opening parentheses. */
  | { readonly kind: "group"; readonly index: number; readonly body: RegexNode }
  | { readonly kind: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly kind: "either"; readonly left: RegexNode; readonly right: RegexNode }
  | { readonly kind: "star"; readonly body: RegexNode }
  | { readonly kind: "plus"; readonly body: RegexNode }
  | { readonly kind: "optional"; readonly body: RegexNode }
  /** `max` undefined is without limit. */
  | { readonly kind: "repeat"; readonly body: RegexNode; readonly min: number; readonly max: number | undefined };

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groups: number;
  /** How large the automaton is. */
  readonly states: number;
}

/** `reason` "memory" is std::regex's error_space: the automaton would have more than 100000 states. */
export class RegexError extends Error {
  readonly reason: "syntax" | "memory";
  constructor(reason: "syntax" | "memory") {
    super(reason);
    this.reason = reason;
  }
}

export function invalidRegex(): RegexError {
  return new RegexError("syntax");
}
