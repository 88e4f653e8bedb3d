// `map f xs` and `genList f n` where only one builtin looks at the list, element by element, as in
// `concatStringsSep "," (map f xs)`: the list is never made. Such an argument is a thunk like any other, but the builtin
// that takes it may open it instead of forcing it.

import type { Environment } from "../values/environment.ts";
import { Lambda } from "../values/lambda.ts";
import { Code, force, Thunk } from "../values/thunk.ts";
import type { NixList, Slot, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";

export class MappedList {
  readonly length: number;
  /** Forced. */
  private readonly fn: Value;
  /** Undefined: the elements are made of their indices. */
  private readonly items: NixList | undefined;
  private readonly delay: (item: Slot) => Thunk;

  constructor(evaluator: Evaluator, fn: Slot, length: number, items: NixList | undefined) {
    this.fn = force(fn);
    this.length = length;
    this.items = items;
    this.delay = evaluator.delayCalls(fn);
  }

  /** The element, still to be evaluated; another one each time. */
  slot(index: number): Thunk {
    return this.delay(this.item(index));
  }

  /** The same for somebody who is sure to force it first: what is known at once is evaluated. */
  strictSlot(index: number): Slot {
    const { fn } = this;
    const item = this.item(index);
    const computed = fn instanceof Lambda ? fn.code.compute?.(fn.env, item) : undefined;
    return computed === undefined ? this.delay(item) : computed;
  }

  /** The list as everybody sees it. */
  list(): NixList {
    const { delay } = this;
    const result: Slot[] = [];
    for (let i = 0; i < this.length; i++) result.push(delay(this.item(i)));
    return result;
  }

  private item(index: number): Slot {
    return this.items === undefined ? index : (this.items[index] as Slot);
  }
}

/** Code of a call whose list need not be made. */
export class MappedCode extends Code {
  private readonly call: Code;
  readonly open: (env: Environment) => MappedList | NixList;

  constructor(call: Code, open: (env: Environment) => MappedList | NixList) {
    super(call.states, MappedCode.runCall);
    this.call = call;
    this.open = open;
  }

  /** `this` is the code, since `run` is called as its method. */
  private static runCall(this: Code, env: Environment): Value {
    return (this as MappedCode).call.run(env, 0);
  }
}

/** A list of which elements are looked at one by one and none is kept; `context` as for `forceList`. */
export function openList(evaluator: Evaluator, slot: Slot, context: string): MappedList | NixList {
  if (slot instanceof Thunk && slot.code instanceof MappedCode) return slot.code.open(slot.payload as Environment);
  return evaluator.forceList(slot, context);
}

export function slotAt(list: MappedList | NixList, index: number): Slot {
  return list instanceof MappedList ? list.slot(index) : (list[index] as Slot);
}
