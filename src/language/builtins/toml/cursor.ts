// Where in a TOML text reading stands.

import { type Place, TomlProblem, type TomlSource } from "./report.ts";
import type { Scanner } from "./scanner.ts";

export class Cursor {
  readonly source: TomlSource;
  at = 0;

  constructor(source: TomlSource) {
    this.source = source;
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.text.length;
  }

  /** Empty at the end. */
  get char(): string {
    return this.source.text.charAt(this.at);
  }

  get here(): Place {
    return this.source.at(this.at);
  }

  /** Up to here. */
  since(start: number): Place {
    return this.source.span(start, this.at);
  }

  advance(): void {
    if (!this.isAtEnd) this.at++;
  }

  /** Whether it stands here; then the cursor is behind it. */
  take(scanner: Scanner): boolean {
    const end = scanner.scan(this.source.text, this.at);
    if (end < 0) return false;
    this.at = end;
    return true;
  }

  isAt(scanner: Scanner): boolean {
    return scanner.scan(this.source.text, this.at) >= 0;
  }

  /** What was taken; undefined when it does not stand here. */
  read(scanner: Scanner): string | undefined {
    const start = this.at;
    return this.take(scanner) ? this.source.text.slice(start, this.at) : undefined;
  }

  problem(title: string, remark: string, hint = ""): TomlProblem {
    return new TomlProblem(title, [{ place: this.here, text: remark }], hint);
  }

  /** That the scanner does not stand here, at the place up to which it did. */
  missing(title: string, scanner: Scanner, hint = ""): TomlProblem {
    const { text, at } = scanner.expected(this.source.text, this.at);
    return new TomlProblem(title, [{ place: this.source.at(at), text: `expected ${text}` }], hint);
  }
}
