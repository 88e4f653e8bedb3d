// `eval-profiler = flamegraph`: looks at the stack of calls every so often, when a call begins, and writes each stack that
// it saw with how often it saw it, as flamegraph.pl and speedscope read them ("folded"). What was seen is written every two
// seconds and then forgotten, so that the same stack may stand in the file more than once.

import type { Evaluator } from "../machine/evaluator.ts";
import { forceAttrs, forceStringNoContext } from "../machine/force.ts";
import { Attrs } from "../values/attrs.ts";
import { Lambda } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import { PrimOp, PrimOpApp } from "../values/prim-op.ts";
import { Thunk } from "../values/thunk.ts";
import type { Slot } from "../values/value.ts";
import { DebuggerLeft } from "./debugger.ts";
import type { CallObserver, Clock } from "./instruments.ts";
import { printPlace } from "./print-place.ts";

/** What distinguishes one frame from another: what is called, and where. */
interface Frame {
  readonly called: unknown;
  readonly pos: Pos;
  readonly print: (evaluator: Evaluator) => string;
}

/** A stack is a path from the root, so that stacks share what they have in common. */
class StackNode {
  readonly frame: Frame | undefined;
  readonly parent: StackNode | undefined;
  count = 0;
  private readonly inner = new Map<unknown, Map<Pos, StackNode>>();

  constructor(frame: Frame | undefined, parent: StackNode | undefined) {
    this.frame = frame;
    this.parent = parent;
  }

  enter(frame: Frame): StackNode {
    let byPos = this.inner.get(frame.called);
    if (byPos === undefined) this.inner.set(frame.called, (byPos = new Map()));
    let node = byPos.get(frame.pos);
    if (node === undefined) byPos.set(frame.pos, (node = new StackNode(frame, this)));
    return node;
  }

  *children(): IterableIterator<StackNode> {
    for (const byPos of this.inner.values()) yield* byPos.values();
  }
}

export interface ProfilerOptions {
  /** Samples a second; 0 takes one at each call. */
  readonly frequency: number;
  readonly now: Clock;
  /** Appends to the profile; a byte string. */
  readonly write: (text: string) => void;
}

const second = 1_000_000_000n;
const dumpInterval = 2n * second;

export class Profiler implements CallObserver {
  private readonly options: ProfilerOptions;
  private readonly interval: bigint;
  private root = new StackNode(undefined, undefined);
  private top = this.root;
  private lastSample: bigint;
  private lastDump: bigint;
  private sampled = false;

  constructor(options: ProfilerOptions) {
    this.options = options;
    this.interval = options.frequency === 0 ? -1n : second / BigInt(options.frequency);
    this.lastSample = options.now();
    this.lastDump = this.lastSample;
  }

  enter(evaluator: Evaluator, fn: Slot, args: readonly Slot[], pos: Pos): void {
    this.top = this.top.enter(frameOf(evaluator, fn, args, pos));
    const now = this.options.now();
    if (now - this.lastSample > this.interval) {
      this.top.count++;
      this.sampled = true;
      this.lastSample = now;
    }
    if (now - this.lastDump < dumpInterval) return;
    this.save(evaluator);
    this.lastDump = this.options.now();
  }

  leave(): void {
    this.top = this.top.parent ?? this.root;
  }

  /** Writes what was seen since the last time, and forgets it; has to be called at the end. */
  save(evaluator: Evaluator): void {
    if (!this.sampled) return;
    const lines: string[] = [];
    const names: string[] = [];
    const visit = (node: StackNode): void => {
      if (node.frame !== undefined) names.push(node.frame.print(evaluator));
      if (node.count > 0) lines.push(`${names.join(";")} ${node.count}\n`);
      for (const child of node.children()) visit(child);
      names.pop();
    };
    visit(this.root);
    this.options.write(lines.join(""));
    this.forget();
  }

  /** Only the stack of now stays. */
  private forget(): void {
    const frames: Frame[] = [];
    for (let node: StackNode | undefined = this.top; node?.frame !== undefined; node = node.parent)
      frames.push(node.frame);
    this.root = new StackNode(undefined, undefined);
    this.top = frames.reduceRight((node, frame) => node.enter(frame), this.root);
    this.sampled = false;
  }
}

function frameOf(evaluator: Evaluator, fn: Slot, args: readonly Slot[], pos: Pos): Frame {
  const called = fn instanceof Thunk && fn.isForced ? fn.force() : fn;
  if (called instanceof Lambda) {
    const { code } = called;
    return { called: code, pos, print: () => `${firstPlace(evaluator, pos, code.pos)}${suffix(code.name)}` };
  }
  if (called instanceof PrimOp) {
    const derivation = called.name === "derivationStrict" ? derivationName(evaluator, args[0] as Slot, pos) : undefined;
    const name = `primop ${called.name}${suffix(derivation)}`;
    return { called: derivation === undefined ? called : name, pos, print: () => placed(evaluator, pos, name) };
  }
  if (called instanceof PrimOpApp) {
    const { primOp } = called;
    return { called: primOp, pos, print: () => placed(evaluator, pos, `primop ${primOp.name}`) };
  }
  const { functor } = evaluator.symbols.known;
  if (called instanceof Attrs && called.has(functor)) {
    const place = evaluator.position(pos) === undefined ? called.positionOf(functor) : pos;
    return { called: "functor", pos: place, print: () => `${printPlace(evaluator, place)}:functor` };
  }
  // Not evaluated yet, or nothing that can be called.
  return { called: "other", pos, print: () => printPlace(evaluator, pos) };
}

/** The name of the derivation that is going to be instantiated, if there is nothing wrong with it. */
function derivationName(evaluator: Evaluator, argument: Slot, pos: Pos): string | undefined {
  const { depth } = evaluator;
  try {
    const name = forceAttrs(evaluator, argument, "", pos).get(evaluator.symbols.known.name);
    return name === undefined ? undefined : forceStringNoContext(evaluator, name, "", pos);
  } catch (error) {
    if (error instanceof DebuggerLeft) throw error;
    // The evaluation will meet the same error, and tell it.
    evaluator.depth = depth;
    return undefined;
  }
}

function firstPlace(evaluator: Evaluator, pos: Pos, otherwise: Pos): string {
  return printPlace(evaluator, pos === noPos ? otherwise : pos);
}

function placed(evaluator: Evaluator, pos: Pos, name: string): string {
  return pos === noPos ? name : `${printPlace(evaluator, pos)}:${name}`;
}

function suffix(name: string | undefined): string {
  return name === undefined ? "" : `:${name}`;
}
