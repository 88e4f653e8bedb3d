// What every program can name: `builtins`, `map`, `__add`, `true` … Names are resolved when code is compiled, so the base
// environment has no slots at run time, only values.

import { lineAndColumn } from "../errors/index.ts";
import { Attrs, AttrsBuilder } from "../values/attrs.ts";
import { type BuiltinTable, PrimOp, type PrimOpDefinition } from "../values/prim-op.ts";
import type { Pos } from "../values/position.ts";
import { Thunk } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";

export class BaseEnvironment {
  private readonly evaluator: Evaluator;
  private readonly variables = new Map<string, Slot>();
  private readonly internal = new Map<string, PrimOp>();
  readonly builtins: Attrs;

  constructor(evaluator: Evaluator, table: BuiltinTable) {
    this.evaluator = evaluator;
    const builtins = new AttrsBuilder();
    const add = (name: string, slot: Slot, isGlobal: boolean): void => {
      this.variables.set(isGlobal ? name : `__${name}`, slot);
      builtins.set(evaluator.symbols.intern(name), slot);
    };
    // The set names itself: `builtins.builtins`.
    const self: Thunk = evaluator.delay(() => this.builtins);
    add("builtins", self, true);
    for (const constant of table.constants) {
      if (constant.isImpure && evaluator.settings.pureEval) continue;
      add(constant.name, constant.make(evaluator), constant.isGlobal ?? false);
    }
    for (const definition of table.primOps) {
      if (!this.isEnabled(definition)) continue;
      const primOp = new PrimOp(definition);
      if (definition.isInternal) this.internal.set(definition.name, primOp);
      else add(definition.name, primOp, definition.isGlobal ?? false);
    }
    this.builtins = builtins.build();
    self.force();
  }

  private isEnabled(definition: PrimOpDefinition): boolean {
    const feature = definition.experimentalFeature;
    return feature === undefined || this.evaluator.settings.experimentalFeatures.has(feature);
  }

  /** What a global name stands for. */
  lookUp(name: string): Slot | undefined {
    return this.variables.get(name);
  }

  get names(): Iterable<string> {
    return this.variables.keys();
  }

  internalPrimOp(name: string): PrimOp {
    const found = this.internal.get(name);
    if (found === undefined) throw new Error(`no internal builtin is named ${name}`);
    return found;
  }

  positionValue(pos: Pos): Value {
    const position = this.evaluator.positions.resolve(pos);
    if (position === undefined || position.file.origin.kind !== "path") return null;
    // Counting lines is put off, since most positions are only passed on.
    const { evaluator } = this;
    return evaluator.attrs({
      file: position.file.origin.path,
      line: evaluator.delay(() => lineAndColumn(position).line),
      column: evaluator.delay(() => lineAndColumn(position).column),
    });
  }
}
