// The stable sort behind `builtins.sort`. Its result is defined even for a comparison that is no order (Nix's peeksort):
// it finds the runs that are in order already, from the middle outwards, merges them, and sorts short stretches by
// insertion. The same comparisons in the same order as Nix makes them, since a comparison can throw or trace.

type Less<T> = (a: T, b: T) => boolean;

const insertionLimit = 16;

/** Sorts in place; what `less` throws passes through. */
export function sortStably<T>(items: T[], less: Less<T>): void {
  if (items.length < 2) return;
  if (items.length === 2) {
    if (less(items[1] as T, items[0] as T)) items.reverse();
    return;
  }
  new RunSorter(items, less).sort(0, items.length, 0, items.length);
}

class RunSorter<T> {
  private readonly items: T[];
  private readonly less: Less<T>;
  private readonly buffer: T[];

  constructor(items: T[], less: Less<T>) {
    this.items = items;
    this.less = less;
    this.buffer = items.slice();
  }

  private at(index: number): T {
    return this.items[index] as T;
  }

  /** [begin, leftEnd) and [rightBegin, end) are known to be in order. */
  sort(begin: number, end: number, leftEnd: number, rightBegin: number): void {
    if (leftEnd === end || rightBegin === begin) return;
    const length = end - begin;
    if (length <= insertionLimit) return this.insert(begin, end);
    const middle = begin + (length >> 1);
    if (middle <= leftEnd) {
      this.sort(leftEnd, end, leftEnd + 1, rightBegin);
      return this.merge(begin, leftEnd, end);
    }
    if (middle >= rightBegin) {
      this.sort(begin, rightBegin, leftEnd, rightBegin - 1);
      return this.merge(begin, rightBegin, end);
    }
    const [runBegin, runEnd] = this.middleRun(leftEnd, middle, rightBegin);
    if (runBegin === begin && runEnd === end) return;
    if (middle - runBegin < runEnd - middle) {
      this.sort(begin, runBegin, leftEnd, runBegin - 1);
      this.sort(runBegin, end, runEnd, rightBegin);
      this.merge(begin, runBegin, end);
    } else {
      this.sort(begin, runEnd, leftEnd, runBegin);
      this.sort(runEnd, end, runEnd + 1, rightBegin);
      this.merge(begin, runEnd, end);
    }
  }

  /** The run around `middle` within [low, high), turned round when it falls. */
  private middleRun(low: number, middle: number, high: number): [number, number] {
    const falls = this.less(this.at(middle), this.at(middle - 1));
    let begin = middle - 1;
    while (begin > low && this.less(this.at(begin), this.at(begin - 1)) === falls) begin--;
    let end = middle - 1;
    while (end + 1 !== high && this.less(this.at(end + 1), this.at(end)) === falls) end++;
    end++;
    if (falls) {
      const run = this.items.slice(begin, end).toReversed();
      for (let i = 0; i < run.length; i++) this.items[begin + i] = run[i] as T;
    }
    return [begin, end];
  }

  private insert(begin: number, end: number): void {
    const items = this.items;
    for (let current = begin + 1; current < end; current++) {
      const item = this.at(current);
      let place = current;
      for (; place !== begin && this.less(item, this.at(place - 1)); place--) items[place] = this.at(place - 1);
      items[place] = item;
    }
  }

  private merge(begin: number, middle: number, end: number): void {
    const { items, buffer } = this;
    for (let i = begin; i < end; i++) buffer[i - begin] = this.at(i);
    const leftEnd = middle - begin;
    const rightEnd = end - begin;
    let left = 0;
    let right = leftEnd;
    let output = begin;
    while (left < leftEnd && right < rightEnd) {
      // Of equals the left one goes first.
      const takesRight = this.less(buffer[right] as T, buffer[left] as T);
      items[output++] = buffer[takesRight ? right++ : left++] as T;
    }
    while (left < leftEnd) items[output++] = buffer[left++] as T;
    while (right < rightEnd) items[output++] = buffer[right++] as T;
  }
}
