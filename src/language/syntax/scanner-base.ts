// What the parts of the scanner share: the text, the token that was read last, and the stack of modes.

import { ParseError, type Hint } from "../errors/index.ts";
import type { Offset, SourceFile } from "./ast.ts";
import { characterFlags } from "./characters.ts";
import { token, type TokenKind } from "./tokens.ts";

export interface ScannerOptions {
  readonly pipeOperators: boolean;
}

/** Where the scanner is, which decides what may come next. */
export const mode = { code: 0, string: 1, indentedString: 2, path: 3, pathAfterSlash: 4 } as const;
export type Mode = (typeof mode)[keyof typeof mode];

export abstract class ScannerBase {
  readonly file: SourceFile;
  readonly text: string;
  /** The token that was read last, and where it begins and ends. */
  kind: TokenKind = token.endOfFile;
  start: Offset = 0;
  end: Offset = 0;
  /** The contents of string tokens, escapes undone; a byte string. */
  contents = "";
  /** The value of integers and floats. */
  number: number | bigint = 0;
  /** Whether leading spaces of an indented string's part count as indentation: not those of an escape. */
  hasIndentation = false;

  protected readonly options: ScannerOptions;
  /** Behind the last token. */
  protected position: Offset = 0;
  protected mode: Mode = mode.code;
  private readonly outerModes: Mode[] = [];

  constructor(file: SourceFile, options: ScannerOptions) {
    this.file = file;
    this.text = file.text;
    this.options = options;
  }

  /** Whether the current token is of this kind. */
  is(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** The text of the current token as it stands. */
  tokenText(): string {
    return this.text.slice(this.start, this.end);
  }

  protected fail(message: string | Hint, offset: Offset): never {
    throw new ParseError(message, { file: this.file, offset });
  }

  protected accept(kind: TokenKind, end: Offset): void {
    this.kind = kind;
    this.end = end;
    this.position = end;
  }

  protected push(inner: Mode): void {
    this.outerModes.push(this.mode);
    this.mode = inner;
  }

  protected pop(): void {
    this.mode = this.outerModes.pop() ?? mode.code;
  }

  protected flags(at: Offset): number {
    return at < this.text.length ? (characterFlags[this.text.charCodeAt(at)] ?? 0) : 0;
  }
}
