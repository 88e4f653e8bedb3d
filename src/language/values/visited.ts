// The places that have been come by on a way through a value, each with something in it. A Set holds 2^24 entries and no more;
// a value may have more places than that.

export class Visited {
  private readonly full: Set<unknown>[] = [];
  private current = new Set<unknown>();
  private readonly limit: number;

  constructor(limit = 2 ** 23) {
    this.limit = limit;
  }

  /** Whether it was not there before. */
  add(place: unknown): boolean {
    const { current } = this;
    if (current.has(place)) return false;
    for (const set of this.full) if (set.has(place)) return false;
    if (current.size >= this.limit) {
      this.full.push(current);
      this.current = new Set();
    }
    this.current.add(place);
    return true;
  }
}
