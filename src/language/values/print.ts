// Values as text: `nix-instantiate --eval`'s old style (printAmbiguous), and the newer one (Printer) of `nix eval`, the
// REPL and error messages, with limits on depth and length. Byte strings throughout.

import { filterAnsiEscapes } from "#formats";
import { ansi, BaseError, Interrupted, printPosition, StackOverflowError } from "../errors/index.ts";
import { printStringLiteral, showIdentifier } from "../syntax/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs } from "./attrs.ts";
import { ContextCollector } from "./context.ts";
import { printFloat } from "./float-format.ts";
import { Lambda } from "./lambda.ts";
import { PrimOp, PrimOpApp } from "./prim-op.ts";
import { force, isKnown, Thunk } from "./thunk.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, type Value } from "./value.ts";
import type { Symbol } from "./symbols.ts";
import { callDepthReached } from "../machine/depth.ts";
import { positionOfSlot } from "./position-of.ts";
import { Visited } from "./visited.ts";

const open = "\xc2\xab";
const close = "\xc2\xbb";

export interface PrintOptions {
  readonly colors?: boolean;
  /** Evaluate what is not yet evaluated. */
  readonly force?: boolean;
  /** With `force`: derivations as `«derivation /nix/store/…»`. */
  readonly derivationPaths?: boolean;
  /** What was printed before is `«repeated»`; the default. */
  readonly trackRepeated?: boolean;
  readonly maxDepth?: number;
  /** Limits for one whole printing, not for each set or list. */
  readonly maxAttrs?: number;
  readonly maxListItems?: number;
  /** In bytes. */
  readonly maxStringLength?: number;
  /** Spaces for each level; 0 prints on one line. */
  readonly indent?: number;
  /** What happens when forcing fails: print `«error: …»` (the default), throw, or throw only at the top. */
  readonly errors?: "print" | "throw" | "throw-top-level";
  /** Is given what was printed before an error that is thrown. */
  readonly interrupted?: (printed: string) => void;
}

const errorLimits: PrintOptions = { colors: true, maxDepth: 10, maxAttrs: 10, maxListItems: 10, maxStringLength: 1024 };

/** As in error messages: nothing is forced, ten levels deep at most (errorPrintOptions). */
export function printForError(evaluator: Evaluator, value: Slot): string {
  return printValue(evaluator, value, errorLimits);
}

/** As `builtins.trace` shows what is not a string: nothing is forced, nothing left out. */
export function printForTrace(evaluator: Evaluator, value: Slot): string {
  return printValue(evaluator, value);
}

export function printValue(evaluator: Evaluator, slot: Slot, options: PrintOptions = {}): string {
  const printer = new Printer(evaluator, options);
  try {
    printer.print(slot, 0);
  } catch (error) {
    options.interrupted?.(printer.output);
    throw error;
  }
  return printer.output;
}

const magenta = "\x1b[35;1m";
const cyan = "\x1b[36;1m";
const faint = "\x1b[2m";

class Printer {
  output = "";
  private readonly evaluator: Evaluator;
  private readonly options: PrintOptions;
  private readonly seen: Visited | undefined;
  private readonly maxDepth: number;
  private readonly maxAttrs: number;
  private readonly maxListItems: number;
  private attrsPrinted = 0;
  private itemsPrinted = 0;
  private indent = "";

  constructor(evaluator: Evaluator, options: PrintOptions) {
    this.evaluator = evaluator;
    this.options = options;
    this.seen = options.trackRepeated === false ? undefined : new Visited();
    this.maxDepth = options.maxDepth ?? Infinity;
    this.maxAttrs = options.maxAttrs ?? Infinity;
    this.maxListItems = options.maxListItems ?? Infinity;
  }

  print(slot: Slot, depth: number): void {
    if (depth > this.evaluator.maxCallDepth)
      throw callDepthReached(this.evaluator, positionOfSlot(this.evaluator, slot));
    const callDepth = this.evaluator.depth;
    try {
      const value = this.options.force ? force(slot, positionOfSlot(this.evaluator, slot)) : valueIfKnown(slot, depth);
      if (value === undefined) this.printUnforced(slot);
      else this.printKnown(slot, value, depth);
    } catch (error) {
      const mode = this.options.errors ?? "print";
      if (!(error instanceof BaseError) || isNeverShown(error)) throw error;
      if (mode === "throw" || (mode === "throw-top-level" && depth === 0)) throw error;
      this.evaluator.depth = callDepth;
      this.colored(ansi.red, `${open}error: ${filterAnsiEscapes(error.message, "all")}${close}`);
    }
  }

  private printKnown(slot: Slot, value: Value, depth: number): void {
    if (value === null) this.colored(cyan, "null");
    else if (typeof value === "string") this.printString(value);
    else if (typeof value !== "object") this.colored(cyan, String(value));
    else if (value instanceof NixString) this.printString(value.text);
    else if (value instanceof NixFloat) this.colored(cyan, printFloat(value));
    else if (value instanceof NixPath) this.colored(ansi.green, this.showPath(value.path));
    else if (value instanceof Attrs) this.printAttrs(value, depth);
    else if (value instanceof Lambda) this.colored(ansi.blue, this.describeLambda(value));
    else if (value instanceof PrimOp) this.colored(ansi.blue, `${open}primop ${value.name}${close}`);
    else if ((value as Slot) instanceof Thunk) this.printUnforced(value);
    else if (value instanceof PrimOpApp) {
      this.colored(ansi.blue, `${open}partially applied primop ${value.primOp.name}${close}`);
    } else this.printList(slot, value, depth);
  }

  private showPath(path: string): string {
    return this.evaluator.io.showPath?.(path) ?? path;
  }

  private colored(color: string, text: string): void {
    this.output += this.options.colors ? `${color}${text}${ansi.normal}` : text;
  }

  private printUnforced(slot: Slot): void {
    if (slot instanceof Thunk && slot.isBlackHole)
      this.colored(ansi.red, `${open}potential infinite recursion${close}`);
    else this.colored(magenta, `${open}thunk${close}`);
  }

  private printString(text: string): void {
    const limit = this.options.maxStringLength ?? Infinity;
    if (text.length <= limit) {
      this.colored(magenta, printStringLiteral(text));
      return;
    }
    if (this.options.colors) this.output += magenta;
    this.output += `${printStringLiteral(text.slice(0, limit))} `;
    this.printElided(text.length - limit, "byte", "bytes");
  }

  private printElided(count: number, single: string, plural: string): void {
    this.colored(faint, `${open}${count} ${count === 1 ? single : plural} elided${close}`);
  }

  private describeLambda(lambda: Lambda): string {
    const name = lambda.code.name === undefined ? "" : ` ${showIdentifier(lambda.code.name)}`;
    const position = this.evaluator.positions.resolve(lambda.code.pos);
    return `${open}lambda${name}${position === undefined ? "" : ` @ ${printPosition(position)}`}${close}`;
  }

  private space(isPretty: boolean): void {
    this.output += isPretty ? `\n${this.indent}` : " ";
  }

  private increaseIndent(): void {
    this.indent += " ".repeat(this.options.indent ?? 0);
  }

  private decreaseIndent(): void {
    this.indent = this.indent.slice(this.options.indent ?? 0);
  }

  private printAttrs(attrs: Attrs, depth: number): void {
    if (this.isRepeated(attrs)) return;
    if (this.options.force && this.options.derivationPaths && this.evaluator.isDerivation(attrs)) {
      this.printDerivation(attrs);
      return;
    }
    if (depth >= this.maxDepth) {
      this.output += "{ ... }";
      return;
    }
    const entries = this.orderedEntries(attrs);
    this.increaseIndent();
    this.output += "{";
    const isPretty = this.isPretty(entries.map(([, slot]) => slot));
    let printed = 0;
    for (const [name, slot] of entries) {
      this.space(isPretty);
      if (this.attrsPrinted >= this.maxAttrs) {
        this.printElided(entries.length - printed, "attribute", "attributes");
        break;
      }
      this.output += `${printAttrName(name)} = `;
      this.print(slot, depth + 1);
      this.output += ";";
      this.attrsPrinted++;
      printed++;
    }
    this.decreaseIndent();
    this.space(isPretty);
    this.output += "}";
  }

  /** By name; where not all may be shown, what tells the kind of a set comes first. */
  private orderedEntries(attrs: Attrs): [string, Slot][] {
    const entries = [...attrs.sortedEntries(this.evaluator.symbols)];
    if (this.maxAttrs === Infinity) return entries;
    return [...entries.filter(([name]) => isImportant(name)), ...entries.filter(([name]) => !isImportant(name))];
  }

  private printList(slot: Slot, list: NixList, depth: number): void {
    if (list.length > 0 && this.isRepeated(slot instanceof Thunk ? slot : list)) return;
    if (depth >= this.maxDepth) {
      this.output += "[ ... ]";
      return;
    }
    this.increaseIndent();
    this.output += "[";
    const isPretty = this.isPretty(list);
    let printed = 0;
    for (const item of list) {
      this.space(isPretty);
      if (this.itemsPrinted >= this.maxListItems) {
        this.printElided(list.length - printed, "item", "items");
        break;
      }
      this.print(item, depth + 1);
      this.itemsPrinted++;
      printed++;
    }
    this.decreaseIndent();
    this.space(isPretty);
    this.output += "]";
  }

  /** Whether elements go on lines of their own: more than one, or one that has elements itself. */
  private isPretty(slots: readonly Slot[]): boolean {
    if ((this.options.indent ?? 0) === 0 || slots.length === 0) return false;
    if (slots.length > 1) return true;
    const only = slots[0] as Slot;
    const value = force(only, positionOfSlot(this.evaluator, only));
    return value instanceof Attrs || Array.isArray(value);
  }

  private isRepeated(place: unknown): boolean {
    if (this.seen === undefined || this.seen.add(place)) return false;
    this.colored(magenta, `${open}repeated${close}`);
    return true;
  }

  private printDerivation(attrs: Attrs): void {
    const { drvPath } = this.evaluator.symbols.known;
    const slot = attrs.get(drvPath);
    let path = "";
    if (slot !== undefined) {
      const frame = "while evaluating the drvPath of a derivation";
      const pos = attrs.positionOf(drvPath);
      path = ` ${this.evaluator.coerceToStorePath(slot, new ContextCollector(), frame, pos)}`;
    }
    this.colored(ansi.green, `${open}derivation${path}${close}`);
  }
}

/** What a slot holds if Nix would hold a value there; at the top a value is always forced. */
function valueIfKnown(slot: Slot, depth: number): Value | undefined {
  if (slot instanceof Thunk) return isKnown(slot) ? slot.force() : undefined;
  if (slot instanceof Lambda && !slot.wasForced && depth > 0) return undefined;
  return slot;
}

/** `nix-instantiate --eval` without --json and --xml; what is not evaluated is `<CODE>`. */
export function printAmbiguous(evaluator: Evaluator, root: Slot): string {
  const seen = new Visited();
  const parts: string[] = [];
  print(root, 0);
  return parts.join("");

  function print(slot: Slot, depth: number): void {
    if (depth > evaluator.maxCallDepth) throw callDepthReached(evaluator, positionOfSlot(evaluator, slot));
    const value = valueIfKnown(slot, depth);
    if (value === undefined) {
      parts.push(slot instanceof Thunk && slot.isBlackHole ? `${open}potential infinite recursion${close}` : "<CODE>");
    } else if (value === null) parts.push("null");
    else if (typeof value === "string") parts.push(printStringLiteral(value));
    else if (typeof value !== "object") parts.push(String(value));
    else if (value instanceof NixString) parts.push(printStringLiteral(value.text));
    else if (value instanceof NixFloat) parts.push(printFloat(value));
    else if (value instanceof NixPath) parts.push(evaluator.io.showPath?.(value.path) ?? value.path);
    else if (value instanceof Attrs) printSet(value, depth);
    else if (value instanceof Lambda) parts.push("<LAMBDA>");
    else if (value instanceof PrimOp) parts.push("<PRIMOP>");
    else if (value instanceof PrimOpApp) parts.push("<PRIMOP-APP>");
    else printItems(slot, value, depth);
  }

  function printSet(attrs: Attrs, depth: number): void {
    if (!seen.add(attrs) && !attrs.isEmpty) {
      parts.push(`${open}repeated${close}`);
      return;
    }
    parts.push("{ ");
    for (const index of attrs.lexicalOrder(evaluator.symbols)) {
      parts.push(showIdentifier(evaluator.symbols.name(attrs.shape.symbols[index] as Symbol)), " = ");
      print(attrs.values[index] as Slot, depth + 1);
      parts.push("; ");
    }
    parts.push("}");
  }

  function printItems(slot: Slot, list: NixList, depth: number): void {
    const place = slot instanceof Thunk ? slot : list;
    if (!seen.add(place) && list.length > 0) {
      parts.push(`${open}repeated${close}`);
      return;
    }
    parts.push("[ ");
    for (const item of list) {
      print(item, depth + 1);
      parts.push(" ");
    }
    parts.push("]");
  }
}

/** What stops the printing wherever it happens. */
function isNeverShown(error: BaseError): boolean {
  return error instanceof StackOverflowError || error instanceof Interrupted;
}

function isImportant(name: string): boolean {
  return name === "type" || name === "_type";
}

const keywords = new Set(["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"]);

/** An attribute name as the printer writes it: bare if it can be, else quoted (printAttributeName). */
export function printAttrName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_'-]*$/.test(name) && !keywords.has(name) ? name : printStringLiteral(name);
}
