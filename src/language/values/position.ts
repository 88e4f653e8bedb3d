// Positions as single numbers, as Nix's PosIdx: every source file is given a range of numbers when it is loaded, and file,
// line and column are found only when an error or `__curPos` asks.

import type { Offset, SourceFile } from "../syntax/ast.ts";

/** 0 is no position; else the file's base plus the byte offset. */
export type Pos = number;
export const noPos: Pos = 0;

export interface SourcePosition {
  readonly file: SourceFile;
  readonly offset: Offset;
}

export class PositionTable {
  private readonly bases: number[] = [];
  private readonly files: SourceFile[] = [];
  private next = 1;

  /** Reserves numbers for a file and returns the one of its first byte. */
  add(file: SourceFile): Pos {
    const base = this.next;
    this.bases.push(base);
    this.files.push(file);
    this.next += file.text.length + 1;
    return base;
  }

  resolve(pos: Pos): SourcePosition | undefined {
    if (pos === noPos) return undefined;
    let low = 0;
    let high = this.bases.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.bases[middle] as number) <= pos) low = middle;
      else high = middle - 1;
    }
    const file = this.files[low];
    return file === undefined ? undefined : { file, offset: pos - (this.bases[low] as number) };
  }
}
