// Lists. Functions over elements are called in a plain loop; what the result holds unevaluated are application thunks, so
// that `map f xs` costs nothing until an element is looked at.

import { hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { forceKept, noteForced } from "../machine/force.ts";
import { MappedList, openList, slotAt } from "../machine/mapped-list.ts";
import { Lambda } from "../values/lambda.ts";
import type { Pos } from "../values/position.ts";
import { positionOfSlot } from "../values/position-of.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { Attrs } from "../values/attrs.ts";
import type { NixList, Slot, Value } from "../values/value.ts";
import { AttrLists } from "./attr-lists.ts";
import { evalError } from "./define.ts";

const whatMaps = "while evaluating the first argument passed to builtins.map";
const whatIsMapped = "while evaluating the second argument passed to builtins.map";

function mapOpen(evaluator: Evaluator, fn: Slot, slot: Slot): MappedList | NixList {
  const list = evaluator.forceList(slot, whatIsMapped);
  if (list.length === 0) return list;
  evaluator.forceFunction(fn, whatMaps);
  return new MappedList(evaluator, fn, list.length, list);
}

function map(evaluator: Evaluator, fn: Slot, slot: Slot): NixList {
  const list = evaluator.forceList(slot, whatIsMapped);
  if (list.length === 0) return list;
  evaluator.forceFunction(fn, whatMaps);
  return list.map(evaluator.delayCalls(fn));
}

function filter(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  const list = evaluator.forceList(slot, "while evaluating the second argument passed to builtins.filter");
  if (list.length === 0) return list;
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.filter");
  const result: Slot[] = [];
  for (let i = 0; i < list.length; i++) {
    const element = list[i] as Slot;
    const keep = evaluator.call1(fn, element);
    if (
      typeof keep === "boolean"
        ? keep
        : evaluator.forceBool(
            keep,
            "while evaluating the return value of the filtering function passed to builtins.filter",
          )
    ) {
      result.push(element);
    }
  }
  return result.length === list.length ? list : result;
}

function partition(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.partition");
  const list = evaluator.forceList(slot, "while evaluating the second argument passed to builtins.partition");
  const right: Slot[] = [];
  const wrong: Slot[] = [];
  for (const element of list) {
    forceKept(element);
    const goesRight = evaluator.forceBool(
      evaluator.call1(fn, element),
      "while evaluating the return value of the partition function passed to builtins.partition",
    );
    (goesRight ? right : wrong).push(element);
  }
  return evaluator.attrs({ right, wrong });
}

function groupBy(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.groupBy");
  const list = evaluator.forceList(slot, "while evaluating the second argument passed to builtins.groupBy");
  const groups = new AttrLists();
  for (const element of list) {
    const name = evaluator.forceStringNoContext(
      evaluator.call1(fn, element),
      "while evaluating the return value of the grouping function passed to builtins.groupBy",
    );
    groups.add(evaluator.symbols.intern(name), element);
  }
  return groups.build((_, elements) => elements);
}

function foldLeft(evaluator: Evaluator, fn: Slot, start: Slot, slot: Slot): Value {
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.foldlStrict");
  const list = openList(evaluator, slot, "while evaluating the third argument passed to builtins.foldlStrict");
  const callee = force(fn);
  let result = start;
  for (let i = 0; i < list.length; i++) {
    const isStrict = callee instanceof Lambda && (callee.code.strict & 2) !== 0;
    const element = isStrict && list instanceof MappedList ? list.strictSlot(i) : slotAt(list, i);
    result = evaluator.call2(callee, result, element);
  }
  return force(result);
}

function anyOrAll(evaluator: Evaluator, name: "any" | "all", fn: Slot, slot: Slot): boolean {
  const decisive = name === "any";
  evaluator.forceFunction(fn, `while evaluating the first argument passed to builtins.${name}`);
  const list = openList(evaluator, slot, `while evaluating the second argument passed to builtins.${name}`);
  for (let i = 0; i < list.length; i++) {
    const result = evaluator.call1(fn, slotAt(list, i));
    const holds =
      typeof result === "boolean"
        ? result
        : evaluator.forceBool(result, `while evaluating the return value of the function passed to builtins.${name}`);
    if (holds === decisive) return decisive;
  }
  return !decisive;
}

function concatMap(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.concatMap");
  const list = openList(evaluator, slot, "while evaluating the second argument passed to builtins.concatMap");
  const result: Slot[] = [];
  for (let i = 0; i < list.length; i++) {
    const part = evaluator.call1(fn, slotAt(list, i));
    const elements = Array.isArray(part)
      ? (part as NixList)
      : evaluator.forceList(
          part,
          "while evaluating the return value of the function passed to builtins.concatMap",
          placeOf(evaluator, part) ?? positionOfSlot(evaluator, force(fn)),
        );
    for (let j = 0; j < elements.length; j++) result.push(elements[j] as Slot);
  }
  return result;
}

/** Where a value that was just computed was written down; undefined for one of a kind that has no place. */
function placeOf(evaluator: Evaluator, value: Value): Pos | undefined {
  noteForced(value);
  return value instanceof Attrs || value instanceof Lambda ? positionOfSlot(evaluator, value) : undefined;
}

function concatLists(evaluator: Evaluator, slot: Slot): Value {
  const lists = openList(evaluator, slot, "while evaluating the first argument passed to builtins.concatLists");
  const parts: NixList[] = [];
  for (let i = 0; i < lists.length; i++) {
    const list = evaluator.forceList(
      slotAt(lists, i),
      "while evaluating a value of the list passed to builtins.concatLists",
    );
    if (list.length > 0) parts.push(list);
  }
  if (parts.length === 1) return parts[0] as NixList;
  const [first = [], ...others] = parts;
  return first.concat(...others);
}

/** A list longer than this would not fit JavaScript's arrays; Nix would run out of memory. */
const longest = 2 ** 32 - 2;

function genListOpen(evaluator: Evaluator, fn: Slot, slot: Slot): MappedList {
  const length = evaluator.forceInt(slot, "while evaluating the second argument passed to builtins.genList");
  if (length < 0) throw evalError(hint`cannot create list of size ${length}`);
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.genList");
  if (length > longest) throw evalError(hint`cannot create list of size ${length}`);
  return new MappedList(evaluator, fn, Number(length), undefined);
}

function elem(evaluator: Evaluator, wanted: Slot, slot: Slot): boolean {
  const list = evaluator.forceList(slot, "while evaluating the second argument passed to builtins.elem");
  const context = "while searching for the presence of the given element in the list";
  for (let i = 0; i < list.length; i++) {
    if (evaluator.equals(wanted, list[i] as Slot, context)) return true;
  }
  return false;
}

function elemAt(evaluator: Evaluator, slot: Slot, indexSlot: Slot): Value {
  const index = evaluator.forceInt(indexSlot, "while evaluating the second argument passed to 'builtins.elemAt'");
  const list = evaluator.forceList(slot, "while evaluating the first argument passed to 'builtins.elemAt'");
  if (index < 0 || index >= list.length) {
    throw evalError(hint`'builtins.elemAt' called with index ${index} on a list of size ${list.length}`);
  }
  return force(list[Number(index)] as Slot);
}

function head(evaluator: Evaluator, slot: Slot): Value {
  const list = evaluator.forceList(slot, "while evaluating the first argument passed to 'builtins.head'");
  if (list.length === 0) throw evalError("'builtins.head' called on an empty list");
  return force(list[0] as Slot);
}

function tail(evaluator: Evaluator, slot: Slot): Value {
  const list = evaluator.forceList(slot, "while evaluating the first argument passed to 'builtins.tail'");
  if (list.length === 0) throw evalError("'builtins.tail' called on an empty list");
  return list.slice(1);
}

function zipAttrsWith(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.zipAttrsWith");
  const list = evaluator.forceList(slot, "while evaluating the second argument passed to builtins.zipAttrsWith");
  const found = new AttrLists();
  for (const element of list) {
    const attrs: Attrs = evaluator.forceAttrs(
      element,
      "while evaluating a value of the list passed as second argument to builtins.zipAttrsWith",
    );
    const { shape, values } = attrs.flat();
    for (let i = 0; i < values.length; i++) found.add(shape.symbols[i] as number, values[i] as Slot);
  }
  return found.build((symbol, values) => evaluator.delayCall2(fn, evaluator.symbols.name(symbol), values));
}

export const listBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "map",
    arity: 2,
    argumentNames: ["f", "list"],
    isGlobal: true,
    impl: map,
    makeOpen: mapOpen,
  },
  { name: "filter", arity: 2, argumentNames: ["f", "list"], impl: filter },
  { name: "partition", arity: 2, argumentNames: ["pred", "list"], impl: partition },
  { name: "groupBy", arity: 2, argumentNames: ["f", "list"], impl: groupBy },
  { name: "foldl'", arity: 3, argumentNames: ["op", "nul", "list"], opens: 2, impl: foldLeft },
  {
    name: "any",
    arity: 2,
    argumentNames: ["pred", "list"],
    opens: 1,
    impl: (evaluator, fn, list) => anyOrAll(evaluator, "any", fn, list),
  },
  {
    name: "all",
    arity: 2,
    argumentNames: ["pred", "list"],
    opens: 1,
    impl: (evaluator, fn, list) => anyOrAll(evaluator, "all", fn, list),
  },
  { name: "concatMap", arity: 2, argumentNames: ["f", "list"], opens: 1, impl: concatMap },
  { name: "concatLists", arity: 1, argumentNames: ["lists"], opens: 0, impl: concatLists },
  {
    name: "genList",
    arity: 2,
    argumentNames: ["generator", "length"],
    impl: (evaluator, fn, length) => genListOpen(evaluator, fn, length).list(),
    makeOpen: genListOpen,
  },
  { name: "elem", arity: 2, argumentNames: ["x", "xs"], impl: elem },
  { name: "elemAt", arity: 2, argumentNames: ["xs", "n"], impl: elemAt },
  { name: "head", arity: 1, argumentNames: ["list"], impl: head },
  { name: "tail", arity: 1, argumentNames: ["list"], impl: tail },
  {
    name: "length",
    arity: 1,
    argumentNames: ["e"],
    opens: 0,
    impl: (evaluator, slot) =>
      openList(evaluator, slot, "while evaluating the first argument passed to builtins.length").length,
  },
  { name: "zipAttrsWith", arity: 2, argumentNames: ["f", "list"], impl: zipAttrsWith },
];
