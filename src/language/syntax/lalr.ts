// Builds the automaton of an LALR(1) grammar as bison does, default reductions and all: in a state that can reduce, the
// reduction with the most lookaheads happens on every token that has no entry of its own. That is what decides which
// tokens a syntax error says it expected. Lookaheads are found after DeRemer and Pennello.

export interface Grammar {
  /** Terminals by name, with their numbers; the one that ends the input has number 0. */
  readonly terminals: ReadonlyMap<string, number>;
  /** Rules in order; the first is the start. */
  readonly rules: readonly GrammarRule[];
  readonly precedences: ReadonlyMap<string, Precedence>;
}

export interface GrammarRule {
  readonly left: string;
  readonly right: readonly string[];
  /** The terminal whose precedence the rule has; the last terminal of the rule when absent. */
  readonly precedence?: string | undefined;
}

export interface Precedence {
  readonly level: number;
  readonly associativity: "left" | "right" | "none";
}

export type Action =
  | { readonly kind: "shift"; readonly state: number }
  | { readonly kind: "reduce"; readonly rule: number }
  /** Forbidden by a precedence without associativity, though a reduction would be possible. */
  | { readonly kind: "error" }
  | { readonly kind: "accept" };

interface AutomatonState {
  /** By terminal; when empty, the default happens without a look at the next token. */
  readonly actions: ReadonlyMap<number, Action>;
  /** The rule that is reduced otherwise; 0 when there is none, so that the token is an error. */
  readonly defaultRule: number;
}

/** Rules count from 1; number 0 is the one that accepts. */
export interface Automaton {
  state(number: number): AutomatonState;
  rule(number: number): { readonly left: string; readonly length: number };
  goto(state: number, left: string): number;
}

interface Item {
  readonly rule: number;
  readonly dot: number;
}

interface ItemSet {
  readonly closure: readonly Item[];
  readonly transitions: Map<string, number>;
}

const endOfInput = 0;

export function buildAutomaton(grammar: Grammar): Automaton {
  const { terminals } = grammar;
  const ending = [...terminals].filter(([, number]) => number === endOfInput).map(([name]) => name);
  const rules: readonly GrammarRule[] = [
    { left: "", right: [grammar.rules[0]?.left ?? "", ...ending] },
    ...grammar.rules,
  ];
  const itemSets = buildItemSets(rules);
  const lookaheads = findLookaheads(rules, terminals, itemSets);
  const states = itemSets.map((set, number) => {
    const reductions = set.closure
      .filter(({ rule, dot }) => rule !== 0 && dot === rules[rule]?.right.length)
      .map(({ rule }) => rule)
      .toSorted((a, b) => a - b)
      .map((rule) => ({ rule, lookahead: lookaheads.get(`${number} ${rule}`) ?? 0n }));
    return makeState(grammar, rules, terminals, set, reductions);
  });
  const firstState: AutomatonState = { actions: new Map(), defaultRule: 0 };
  return {
    state: (number) => states[number] ?? firstState,
    rule: (number) => ({ left: rules[number]?.left ?? "", length: rules[number]?.right.length ?? 0 }),
    goto: (state, left) => itemSets[state]?.transitions.get(left) ?? 0,
  };
}

function buildItemSets(rules: readonly GrammarRule[]): ItemSet[] {
  const byLeft = Map.groupBy(rules.keys(), (rule) => rules[rule]?.left ?? "");
  const close = (kernel: readonly Item[]): Item[] => {
    const items = [...kernel];
    const added = new Set<string>();
    for (const { rule, dot } of items) {
      const next = rules[rule]?.right[dot];
      if (next === undefined || added.has(next)) continue;
      added.add(next);
      for (const started of byLeft.get(next) ?? []) items.push({ rule: started, dot: 0 });
    }
    return items;
  };
  const sets: ItemSet[] = [];
  const numbers = new Map<string, number>();
  const enter = (kernel: readonly Item[]): number => {
    const key = kernel
      .map(({ rule, dot }) => `${rule}.${dot}`)
      .toSorted()
      .join(" ");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, sets.length);
    return sets.push({ closure: close(kernel), transitions: new Map() }) - 1;
  };
  enter([{ rule: 0, dot: 0 }]);
  for (const { closure, transitions } of sets) {
    const kernels = Map.groupBy(closure, ({ rule, dot }) => rules[rule]?.right[dot] ?? "");
    kernels.delete("");
    for (const [symbol, items] of kernels) {
      transitions.set(symbol, enter(items.map(({ rule, dot }) => ({ rule, dot: dot + 1 }))));
    }
  }
  return sets;
}

/** Sets of terminals by "state rule": bit n stands for terminal n. */
function findLookaheads(
  rules: readonly GrammarRule[],
  terminals: ReadonlyMap<string, number>,
  sets: readonly ItemSet[],
): Map<string, bigint> {
  const nullable = findNullable(rules);
  const goto = (state: number, symbol: string): number => sets[state]?.transitions.get(symbol) ?? 0;
  /** What may follow a nonterminal that was begun in a state, by "state nonterminal". */
  const follow = new Map<string, bigint>();
  /** Which of these sets each takes in. */
  const includes = new Map<string, string[]>();
  const lookbacks: (readonly [reduction: string, follow: string])[] = [];

  for (const [state, { transitions }] of sets.entries()) {
    for (const [symbol, target] of transitions) {
      if (terminals.has(symbol)) continue;
      const key = `${state} ${symbol}`;
      let direct = 0n;
      const included = includes.get(key) ?? [];
      for (const next of sets[target]?.transitions.keys() ?? []) {
        const terminal = terminals.get(next);
        if (terminal !== undefined) direct |= 1n << BigInt(terminal);
        else if (nullable.has(next)) included.push(`${target} ${next}`);
      }
      follow.set(key, direct);
      includes.set(key, included);
      for (const [rule, { left, right }] of rules.entries()) {
        if (left !== symbol) continue;
        let at = state;
        for (const [index, part] of right.entries()) {
          if (!terminals.has(part) && right.slice(index + 1).every((rest) => nullable.has(rest))) {
            const inner = `${at} ${part}`;
            includes.set(inner, [...(includes.get(inner) ?? []), key]);
          }
          at = goto(at, part);
        }
        lookbacks.push([`${at} ${rule}`, key]);
      }
    }
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const [key, sources] of includes) {
      const before = follow.get(key) ?? 0n;
      const after = sources.reduce((all, source) => all | (follow.get(source) ?? 0n), before);
      if (after === before) continue;
      follow.set(key, after);
      changed = true;
    }
  }
  const lookaheads = new Map<string, bigint>();
  for (const [reduction, key] of lookbacks) {
    lookaheads.set(reduction, (lookaheads.get(reduction) ?? 0n) | (follow.get(key) ?? 0n));
  }
  return lookaheads;
}

function findNullable(rules: readonly GrammarRule[]): Set<string> {
  const nullable = new Set<string>();
  for (let size = -1; size !== nullable.size;) {
    size = nullable.size;
    for (const { left, right } of rules) if (right.every((part) => nullable.has(part))) nullable.add(left);
  }
  return nullable;
}

function makeState(
  grammar: Grammar,
  rules: readonly GrammarRule[],
  terminals: ReadonlyMap<string, number>,
  set: ItemSet,
  reductions: readonly { readonly rule: number; readonly lookahead: bigint }[],
): AutomatonState {
  const actions = new Map<number, Action>();
  for (const [symbol, state] of set.transitions) {
    const terminal = terminals.get(symbol);
    if (terminal === undefined) continue;
    const accepts = terminal === endOfInput;
    actions.set(terminal, accepts ? { kind: "accept" } : { kind: "shift", state });
  }
  const first = reductions[0];
  if (reductions.length === 1 && first !== undefined && actions.size === 0) return { actions, defaultRule: first.rule };

  const counts = new Map<number, number>();
  for (const { rule, lookahead } of reductions) {
    for (const [name, terminal] of terminals) {
      if ((lookahead & (1n << BigInt(terminal))) === 0n) continue;
      const shift = actions.get(terminal);
      const resolved = shift === undefined ? "reduce" : resolveConflict(grammar, rules[rule], name);
      if (resolved === "shift") continue;
      if (resolved === "error") {
        actions.set(terminal, { kind: "error" });
        continue;
      }
      actions.set(terminal, { kind: "reduce", rule });
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
  }
  let defaultRule = 0;
  for (const { rule } of reductions) {
    if ((counts.get(rule) ?? 0) > (counts.get(defaultRule) ?? 0)) defaultRule = rule;
  }
  for (const [terminal, action] of actions) {
    const isDefault =
      action.kind === "reduce" ? action.rule === defaultRule : action.kind === "error" && defaultRule === 0;
    if (isDefault) actions.delete(terminal);
  }
  return { actions, defaultRule };
}

function resolveConflict(
  grammar: Grammar,
  rule: GrammarRule | undefined,
  terminal: string,
): "shift" | "reduce" | "error" {
  const last = rule?.right.findLast((part) => grammar.terminals.has(part));
  const ofRule = grammar.precedences.get(rule?.precedence ?? last ?? "");
  const ofToken = grammar.precedences.get(terminal);
  if (ofRule === undefined || ofToken === undefined || ofRule.level < ofToken.level) return "shift";
  if (ofRule.level > ofToken.level) return "reduce";
  switch (ofToken.associativity) {
    case "left":
      return "reduce";
    case "right":
      return "shift";
    case "none":
      return "error";
  }
}
