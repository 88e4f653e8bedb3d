// Runs a regular expression the way libstdc++'s depth-first executor does for POSIX syntax: both branches of `|` are tried
// and the longest match wins (the first found of equal ones), loops are greedy and stop at the first success, at most two
// rounds begin at the same place, and a group keeps what an earlier round of a loop gave it.

import type { ByteSet, ParsedRegex, RegexNode } from "./syntax.ts";

type State =
  | { readonly kind: "bytes"; readonly set: ByteSet; next: number }
  | { readonly kind: "begin" | "end" | "empty"; next: number }
  | { readonly kind: "open" | "close"; readonly group: number; next: number }
  /** `first` is tried before `next`. */
  | { readonly kind: "either" | "loop"; first: number; next: number }
  | { readonly kind: "accept"; next: number };

/** Start and end offsets of the whole match and of each group; -1 where a group took no part. */
export type Match = Int32Array;

export type MatchMode = "whole" | "here" | "hereNotEmpty";

interface Fragment {
  readonly start: number;
  /** The state whose `next` is still open. */
  readonly end: number;
}

export class Automaton {
  private readonly states: State[] = [];
  private readonly start: number;
  private readonly groups: number;

  constructor(regex: ParsedRegex) {
    this.groups = regex.groups;
    const body = this.build(regex.root);
    const accept = this.add({ kind: "accept", next: -1 });
    this.connect(body.end, accept);
    this.start = body.start;
  }

  private add(state: State): number {
    return this.states.push(state) - 1;
  }

  private connect(from: number, to: number): void {
    (this.states[from] as State).next = to;
  }

  private single(state: State): Fragment {
    const start = this.add(state);
    return { start, end: start };
  }

  private append(left: Fragment, right: Fragment): Fragment {
    this.connect(left.end, right.start);
    return { start: left.start, end: right.end };
  }

  private build(node: RegexNode): Fragment {
    switch (node.kind) {
      case "bytes":
        return this.single({ kind: "bytes", set: node.set, next: -1 });
      case "begin":
      case "end":
        return this.single({ kind: node.kind, next: -1 });
      case "group": {
        const open = this.single({ kind: "open", group: node.index, next: -1 });
        const body = this.build(node.body);
        const close = this.single({ kind: "close", group: node.index, next: -1 });
        return this.append(this.append(open, body), close);
      }
      case "sequence": {
        let all = this.single({ kind: "empty", next: -1 });
        for (const item of node.items) all = this.append(all, this.build(item));
        return all;
      }
      case "either": {
        const left = this.build(node.left);
        const right = this.build(node.right);
        const end = this.add({ kind: "empty", next: -1 });
        this.connect(left.end, end);
        this.connect(right.end, end);
        return { start: this.add({ kind: "either", first: left.start, next: right.start }), end };
      }
      case "star":
        return this.star(node.body);
      case "plus": {
        const body = this.build(node.body);
        return this.append(body, this.single({ kind: "loop", first: body.start, next: -1 }));
      }
      case "optional":
        return this.optional(node.body);
      case "repeat": {
        let all = this.single({ kind: "empty", next: -1 });
        for (let i = 0; i < node.min; i++) all = this.append(all, this.build(node.body));
        if (node.max === undefined) return this.append(all, this.star(node.body));
        // Each optional copy, when it is left out, goes straight to the end.
        const end = this.add({ kind: "empty", next: -1 });
        for (let i = node.min; i < node.max; i++) {
          const body = this.build(node.body);
          const loop = this.add({ kind: "loop", first: body.start, next: end });
          this.connect(all.end, loop);
          all = { start: all.start, end: body.end };
        }
        this.connect(all.end, end);
        return { start: all.start, end };
      }
    }
  }

  private star(node: RegexNode): Fragment {
    const body = this.build(node);
    const loop = this.single({ kind: "loop", first: body.start, next: -1 });
    this.connect(body.end, loop.start);
    return loop;
  }

  private optional(node: RegexNode): Fragment {
    const body = this.build(node);
    const end = this.add({ kind: "empty", next: -1 });
    this.connect(body.end, end);
    return { start: this.add({ kind: "loop", first: body.start, next: end }), end };
  }

  /** A match that begins at `from`, or undefined. */
  match(text: string, from: number, mode: MatchMode): Match | undefined {
    return new Run(this.states, text, from, mode, this.groups).from(this.start);
  }
}

/** So many choices are made before those that were made are remembered. */
const patience = 10_000;

class Run {
  private readonly states: readonly State[];
  private readonly text: string;
  private readonly origin: number;
  private readonly mode: MatchMode;
  private at: number;
  private found = false;
  private best: Match | undefined;
  private readonly current: Match;
  /** For each loop, where its round began and how many began there. */
  private readonly rounds = new Map<number, { at: number; count: number }>();
  private choices = 0;
  /**
   * Whether a match was found from a place in the automaton and the text, once that has been tried. What is found there
   * again is no longer than the first time, so nothing is lost; kept only when there are very many choices, as the search
   * would otherwise take time without end.
   */
  private readonly tried = new Map<string, boolean>();

  constructor(states: readonly State[], text: string, from: number, mode: MatchMode, groups: number) {
    this.states = states;
    this.text = text;
    this.origin = from;
    this.mode = mode;
    this.at = from;
    this.current = new Int32Array(2 * groups + 2).fill(-1);
  }

  from(start: number): Match | undefined {
    this.run(start);
    return this.best;
  }

  private run(start: number): void {
    if (this.choices < patience) return this.explore(start, undefined);
    const begun: string[] = [];
    this.explore(start, begun);
    for (const situation of begun) this.tried.set(situation, this.found);
  }

  /** Whether it has been here before, and then what was found; otherwise it is noted in `begun`. */
  private wasHere(index: number, begun: string[] | undefined): boolean {
    this.choices++;
    if (begun === undefined) return false;
    const situation = this.situation(index);
    const found = this.tried.get(situation);
    if (found === undefined) begun.push(situation);
    else this.found = found;
    return found !== undefined;
  }

  /** All that decides what can be found from here: of the rounds of loops only those that began at this very place do. */
  private situation(index: number): string {
    let text = `${index} ${this.at}`;
    for (const [loop, { at, count }] of this.rounds) if (at === this.at) text += ` ${loop}:${count}`;
    return text;
  }

  private explore(start: number, begun: string[] | undefined): void {
    const saved = this.at;
    let index = start;
    for (;;) {
      const state = this.states[index] as State;
      switch (state.kind) {
        case "bytes":
          if (this.at >= this.text.length || state.set[this.text.charCodeAt(this.at)] === 0) {
            this.at = saved;
            return;
          }
          this.at++;
          break;
        case "begin":
        case "end":
          if (this.at !== (state.kind === "begin" ? 0 : this.text.length)) {
            this.at = saved;
            return;
          }
          break;
        case "empty":
          break;
        case "open":
        case "close": {
          const slot = 2 * state.group + (state.kind === "open" ? 0 : 1);
          const before = this.current[slot] as number;
          this.current[slot] = this.at;
          this.run(state.next);
          this.current[slot] = before;
          this.at = saved;
          return;
        }
        case "either": {
          if (this.wasHere(index, begun)) {
            this.at = saved;
            return;
          }
          this.run(state.first);
          const found = this.found;
          this.found = false;
          this.run(state.next);
          this.found ||= found;
          this.at = saved;
          return;
        }
        case "loop":
          if (this.wasHere(index, begun)) {
            this.at = saved;
            return;
          }
          this.onceMore(index, state.first);
          if (this.found) {
            this.at = saved;
            return;
          }
          break;
        case "accept":
          this.accept();
          this.at = saved;
          return;
      }
      index = state.next;
    }
  }

  private onceMore(loop: number, body: number): void {
    const round = this.rounds.get(loop);
    if (round === undefined || round.count === 0 || round.at !== this.at) {
      this.rounds.set(loop, { at: this.at, count: 1 });
      this.run(body);
      if (round === undefined) this.rounds.delete(loop);
      else this.rounds.set(loop, round);
    } else if (round.count < 2) {
      round.count++;
      this.run(body);
      round.count--;
    }
  }

  private accept(): void {
    if (this.mode === "whole" && this.at !== this.text.length) return;
    if (this.mode === "hereNotEmpty" && this.at === this.origin) return;
    this.found = true;
    if (this.best !== undefined && (this.best[1] as number) >= this.at) return;
    this.best = this.current.slice();
    this.best[0] = this.origin;
    this.best[1] = this.at;
  }
}
