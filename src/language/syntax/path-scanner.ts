// Paths. Whether a word begins one is known only behind all the bytes that a path may hold: `a.b/c` is a path and `a.b c`
// is not.

import type { Offset } from "./ast.ts";
import { character, characterFlags } from "./characters.ts";
import { mode, ScannerBase } from "./scanner-base.ts";
import { token, type TokenKind } from "./tokens.ts";

const { pathPart } = character;

export abstract class PathScanner extends ScannerBase {
  /** All bytes from the current token to here may be part of a path; what follows decides whether it is one. */
  protected runEnd: Offset = 0;
  /** The last `_` before `runEnd`: there is no URI scheme that holds it. */
  protected runUnderscore: Offset = -1;
  /** Nothing follows the path that was read last, and the end of the text gets that path's place. */
  protected pathEndedText = false;
  /** Where the token before the last part of a path began. */
  private startBeforePart: Offset = 0;

  /**
   * Whether a path begins here: bytes of a path, then `/`, then either more of it or an interpolation. The bytes are
   * looked at once for all tokens among them, so that long chains like `a.b.c` stay linear.
   */
  protected startsPath(start: Offset): boolean {
    this.measureRun(start);
    return this.text.charCodeAt(this.runEnd) === 47 && this.continuesPath(this.runEnd + 1);
  }

  protected continuesPath(at: Offset): boolean {
    if ((this.flags(at) & pathPart) !== 0) return true;
    return this.text.charCodeAt(at) === 36 /* $ */ && this.text.charCodeAt(at + 1) === 123; /* { */
  }

  protected measureRun(start: Offset): void {
    if (start < this.runEnd) return;
    const text = this.text;
    const length = text.length;
    let end = start;
    while (end < length && ((characterFlags[text.charCodeAt(end)] ?? 0) & pathPart) !== 0) end++;
    this.runEnd = end;
    if (text.charCodeAt(end) === 58 /* : */) {
      let underscore = end - 1;
      while (underscore >= start && text.charCodeAt(underscore) !== 95) underscore--;
      this.runUnderscore = underscore;
    }
  }

  /** A path whose first `/` is at the end of the run. */
  protected scanPath(start: Offset): void {
    this.acceptPath(token.path, start, this.runEnd);
  }

  protected acceptPath(kind: TokenKind, start: Offset, slash: Offset): void {
    const end = this.endOfPath(slash);
    this.start = start;
    this.accept(kind, end);
    this.push(this.text.charCodeAt(end - 1) === 47 ? mode.pathAfterSlash : mode.path);
  }

  /** Behind `/x/y`, and behind one `/` more if there is one. */
  private endOfPath(slash: Offset): Offset {
    let at = slash;
    while (this.text.charCodeAt(at) === 47 && (this.flags(at + 1) & pathPart) !== 0) {
      at += 2;
      while ((this.flags(at) & pathPart) !== 0) at++;
    }
    return this.text.charCodeAt(at) === 47 ? at + 1 : at;
  }

  /** What follows the first part of a path, or an interpolation in it. */
  protected scanPathPart(): void {
    const text = this.text;
    const at = this.position;
    if (text.charCodeAt(at) === 36 && text.charCodeAt(at + 1) === 123) {
      this.start = at;
      this.accept(token.interpolation, at + 2);
      this.mode = mode.path;
      this.push(mode.code);
      return;
    }
    let run = at;
    while ((this.flags(run) & pathPart) !== 0) run++;
    const end = text.charCodeAt(run) === 47 ? this.endOfPath(run) : run;
    if (end > at) {
      this.startBeforePart = this.start;
      this.start = at;
      this.contents = text.slice(at, end);
      this.accept(token.string, end);
      this.mode = text.charCodeAt(end - 1) === 47 ? mode.pathAfterSlash : mode.path;
      return;
    }
    const atEnd = at >= text.length;
    if (this.mode === mode.pathAfterSlash) this.fail("path has a trailing slash", atEnd ? this.start : at);
    this.pop();
    this.kind = token.pathEnd;
    if (atEnd) {
      this.end = this.start;
      this.start = this.startBeforePart;
      this.pathEndedText = true;
    }
  }
}
