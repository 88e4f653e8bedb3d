// String contexts as programs see and change them.

import { isDerivationPath, parseStorePathIfValid, printStorePath, type StorePath } from "#formats";
import { EvalError, hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { AttrsBuilder } from "../values/attrs.ts";
import { ContextCollector, type ContextElement, type DerivedFrom, StringContext } from "../values/context.ts";
import type { Pos } from "../values/position.ts";
import { printAttrName } from "../values/print.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import type { Symbol } from "../values/symbols.ts";
import { type Slot, stringValue, type Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { withLanguageErrors } from "./foreign-error.ts";

interface Described {
  path: boolean;
  allOutputs: boolean;
  readonly outputs: string[];
}

function getContext(evaluator: Evaluator, slot: Slot): Value {
  const collector = new ContextCollector();
  evaluator.forceString(slot, "while evaluating the argument passed to builtins.getContext", collector);
  const described = new Map<StorePath, Described>();
  const entry = (path: StorePath): Described => {
    let known = described.get(path);
    if (known === undefined) described.set(path, (known = { path: false, allOutputs: false, outputs: [] }));
    return known;
  };
  for (const element of collector.context.parsed()) {
    switch (element.kind) {
      case "opaque":
        entry(element.path).path = true;
        break;
      case "drvDeep":
        entry(element.drv).allOutputs = true;
        break;
      case "built":
        entry(derivationOf(evaluator, element.drv)).outputs.push(element.output);
    }
  }
  const result = new AttrsBuilder();
  for (const [path, { path: isPath, allOutputs, outputs }] of described) {
    const value = evaluator.attrs({
      path: isPath ? true : undefined,
      allOutputs: allOutputs ? true : undefined,
      outputs: outputs.length > 0 ? outputs : undefined,
    });
    result.set(evaluator.symbol(printStorePath(evaluator.io.storeDir, path)), value);
  }
  return result.build();
}

/** A derivation that is itself built must be built to be named. */
function derivationOf(evaluator: Evaluator, from: DerivedFrom): StorePath {
  if (from.kind === "opaque") return from.path;
  const outer = derivationOf(evaluator, from.drv);
  const path = withLanguageErrors(() => evaluator.io.realise(outer, [from.output])).get(from.output);
  if (path === undefined) throw evalError(hint`derivation '${outer}' does not have output '${from.output}'`);
  return path;
}

function appendContext(evaluator: Evaluator, slot: Slot, contextSlot: Slot): Value {
  const collector = new ContextCollector();
  const text = evaluator.forceString(
    slot,
    "while evaluating the first argument passed to builtins.appendContext",
    collector,
  );
  const added = evaluator.forceAttrs(
    contextSlot,
    "while evaluating the second argument passed to builtins.appendContext",
  );
  const elements: ContextElement[] = [];
  for (const symbol of added.symbols) {
    const pos = added.positionOf(symbol);
    const name = evaluator.symbols.name(symbol);
    const path = parseStorePathIfValid(evaluator.io.storeDir, name);
    if (path === undefined) throw at(evaluator, pos, hint`context key '${printAttrName(name)}' is not a store path`);
    withLanguageErrors(() => evaluator.io.ensurePath(path));
    addDescribed(evaluator, added.get(symbol) as Slot, { name, path, pos }, elements);
  }
  return stringValue(text, collector.context.merge(StringContext.of(elements)));
}

function addDescribed(
  evaluator: Evaluator,
  slot: Slot,
  { name, path, pos }: { readonly name: string; readonly path: StorePath; readonly pos: Pos },
  elements: ContextElement[],
): void {
  const described = evaluator.forceAttrs(slot, "while evaluating the value of a string context", pos);
  const flag = (symbol: Symbol, frame: string): boolean => {
    const value = described.get(symbol);
    return value !== undefined && evaluator.forceBool(value, frame, described.positionOf(symbol));
  };
  if (flag(evaluator.symbol("path"), "while evaluating the `path` attribute of a string context")) {
    elements.push({ kind: "opaque", path });
  }
  const allOutputs = "while evaluating the `allOutputs` attribute of a string context";
  if (flag(evaluator.symbol("allOutputs"), allOutputs)) {
    if (!isDerivationPath(path)) {
      const text = hint`tried to add all-outputs context of ${printAttrName(name)}, which is not a derivation, to a string`;
      throw at(evaluator, pos, text);
    }
    elements.push({ kind: "drvDeep", drv: path });
  }
  const outputsSymbol = evaluator.symbol("outputs");
  const outputsSlot = described.get(outputsSymbol);
  if (outputsSlot === undefined) return;
  const outputsPos = described.positionOf(outputsSymbol);
  const outputs = evaluator.forceList(
    outputsSlot,
    "while evaluating the `outputs` attribute of a string context",
    outputsPos,
  );
  if (outputs.length > 0 && !isDerivationPath(path)) {
    const text = hint`tried to add derivation output context of ${printAttrName(name)}, which is not a derivation, to a string`;
    throw at(evaluator, pos, text);
  }
  for (const item of outputs) {
    const frame = "while evaluating an output name within a string context";
    const output = evaluator.forceStringNoContext(item, frame, outputsPos);
    elements.push({ kind: "built", drv: { kind: "opaque", path }, output });
  }
}

function at(evaluator: Evaluator, pos: Pos, message: ReturnType<typeof hint>): EvalError {
  return new EvalError(message, { position: evaluator.position(pos) });
}

function addDrvOutputDependencies(evaluator: Evaluator, slot: Slot): Value {
  const collector = new ContextCollector();
  const frame = "while evaluating the argument passed to builtins.addDrvOutputDependencies";
  const text = evaluator.coerceToString(slot, collector, frame);
  const elements = collector.context.parsed();
  const [element] = elements;
  if (element === undefined || elements.length > 1) {
    throw evalError(hint`context of string '${text}' must have exactly one element, but has ${elements.length}`);
  }
  switch (element.kind) {
    case "drvDeep":
      return stringValue(text, collector.context);
    case "opaque":
      if (!isDerivationPath(element.path)) {
        throw evalError(hint`path '${printStorePath(evaluator.io.storeDir, element.path)}' is not a derivation`);
      }
      return stringValue(text, StringContext.of([{ kind: "drvDeep", drv: element.path }]));
    case "built":
      throw evalError(
        hint`\`addDrvOutputDependencies\` can only act on derivations, not on a derivation output such as '${element.output}'`,
      );
  }
}

function unsafeDiscardOutputDependency(evaluator: Evaluator, slot: Slot): Value {
  const collector = new ContextCollector();
  const frame = "while evaluating the argument passed to builtins.unsafeDiscardOutputDependency";
  const text = evaluator.coerceToString(slot, collector, frame);
  const elements = collector.context
    .parsed()
    .map((element): ContextElement => (element.kind === "drvDeep" ? { kind: "opaque", path: element.drv } : element));
  return stringValue(text, StringContext.of(elements));
}

function unsafeDiscardStringContext(evaluator: Evaluator, slot: Slot): Value {
  const frame = "while evaluating the argument passed to builtins.unsafeDiscardStringContext";
  return evaluator.coerceToString(slot, new ContextCollector(), frame);
}

function hasContext(evaluator: Evaluator, slot: Slot): boolean {
  const collector = new ContextCollector();
  evaluator.forceString(slot, "while evaluating the argument passed to builtins.hasContext", collector);
  return !collector.context.isEmpty;
}

export const contextBuiltins: readonly PrimOpDefinition[] = [
  { name: "getContext", arity: 1, argumentNames: ["s"], impl: getContext },
  { name: "appendContext", arity: 2, argumentNames: ["s", "context"], impl: appendContext },
  { name: "hasContext", arity: 1, argumentNames: ["s"], impl: hasContext },
  { name: "unsafeDiscardStringContext", arity: 1, argumentNames: ["s"], impl: unsafeDiscardStringContext },
  { name: "unsafeDiscardOutputDependency", arity: 1, argumentNames: ["s"], impl: unsafeDiscardOutputDependency },
  { name: "addDrvOutputDependencies", arity: 1, argumentNames: ["s"], impl: addDrvOutputDependencies },
];
