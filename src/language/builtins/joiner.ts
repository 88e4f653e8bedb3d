// Joins many strings. JavaScript's `+=` makes a tree whose every node the collector of garbage has to carry along; so a
// stretch of strings is joined to a flat one while the strings are still young.

const stretch = 256;

export class Joiner {
  private readonly separator: string;
  private parts: string[] = [];
  private before = "";

  constructor(separator: string) {
    this.separator = separator;
  }

  add(part: string): void {
    if (this.parts.length === stretch) this.flush();
    this.parts.push(part);
  }

  joined(): string {
    return this.before + this.parts.join(this.separator);
  }

  private flush(): void {
    this.before += this.parts.join(this.separator) + this.separator;
    this.parts = [];
  }
}
