// `match` and `split`.

import { hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import type { NixList, Slot, Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { type Groups, type Regex, RegexCache } from "./regex/regex.ts";
import { RegexError } from "./regex/syntax.ts";

function compile(cache: RegexCache, pattern: string): Regex {
  try {
    return cache.get(pattern);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw error.reason === "memory"
      ? evalError(hint`memory limit exceeded by regular expression '${pattern}'`)
      : evalError(hint`invalid regular expression '${pattern}'`);
  }
}

const emptyList: NixList = [];

const groupList = (groups: Groups): Value => groups.map((group) => group ?? null);

function match(evaluator: Evaluator, patternSlot: Slot, slot: Slot, cache: RegexCache): Value {
  const pattern = evaluator.forceStringNoContext(
    patternSlot,
    "while evaluating the first argument passed to builtins.match",
  );
  const regex = compile(cache, pattern);
  const text = evaluator.forceString(slot, "while evaluating the second argument passed to builtins.match");
  const groups = regex.matchWhole(text);
  return groups === undefined ? null : groupList(groups);
}

function split(evaluator: Evaluator, patternSlot: Slot, slot: Slot, cache: RegexCache): Value {
  const pattern = evaluator.forceStringNoContext(
    patternSlot,
    "while evaluating the first argument passed to builtins.split",
  );
  const regex = compile(cache, pattern);
  const text = evaluator.forceString(slot, "while evaluating the second argument passed to builtins.split");
  const result: Slot[] = [];
  let last = 0;
  regex.forEachMatch(text, (start, end, groups) => {
    result.push(text.slice(last, start), groups.length === 0 ? emptyList : groupList(groups));
    last = end;
  });
  // Only a text that is not split keeps its context.
  if (result.length === 0) return [force(slot)];
  result.push(text.slice(last));
  return result;
}

export function makeRegexBuiltins(): readonly PrimOpDefinition[] {
  const cache = new RegexCache();
  return [
    {
      name: "match",
      arity: 2,
      argumentNames: ["regex", "str"],
      impl: (evaluator, pattern, text) => match(evaluator, pattern, text, cache),
    },
    {
      name: "split",
      arity: 2,
      argumentNames: ["regex", "str"],
      impl: (evaluator, pattern, text) => split(evaluator, pattern, text, cache),
    },
  ];
}
