// Values to JSON text, written as nlohmann writes it: keys in the order of their bytes, floats with the fewest digits that
// read back the same, nothing escaped that need not be. Strings must be UTF-8; that is complained of only when the whole
// value has been evaluated, as there.

import { EvalError, hint, literalHint, TypeError } from "../../errors/index.ts";
import { enterCall } from "../../machine/depth.ts";
import type { Evaluator } from "../../machine/evaluator.ts";
import { addFrame } from "../../machine/failures.ts";
import { Attrs } from "../../values/attrs.ts";
import type { ContextCollector } from "../../values/context.ts";
import { Lambda } from "../../values/lambda.ts";
import { noPos, type Pos } from "../../values/position.ts";
import { printAttrName } from "../../values/print.ts";
import { force, Thunk } from "../../values/thunk.ts";
import { typeName } from "../../values/type-name.ts";
import type { Symbol } from "../../values/symbols.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, type Value } from "../../values/value.ts";
import { hexadecimal } from "./control-characters.ts";
import { printJsonFloat } from "./float.ts";
import { continuationRanges } from "./scanner.ts";

export interface JsonOptions {
  /** Paths are copied to the store and the copy is named (the default), or are their own text. */
  readonly copyToStore?: boolean;
  /** Everything is forced (the default); otherwise what is not evaluated yet is an error. */
  readonly strict?: boolean;
}

/** The value as JSON in one line (printValueAsJSON); contexts of its strings go to the collector. */
export function printJson(
  evaluator: Evaluator,
  slot: Slot,
  collector: ContextCollector,
  pos: Pos = noPos,
  options: JsonOptions = {},
): string {
  const printer = new JsonPrinter(evaluator, collector, options);
  printer.print(slot, pos);
  if (printer.invalid !== undefined) throw serializationError(printer.invalid);
  return printer.text;
}

class JsonPrinter {
  text = "";
  /** What is wrong with the first string that is not UTF-8. */
  invalid: string | undefined;
  /** Names of attributes with their colon, by their symbols: many sets have the same. */
  private readonly names = new Map<Symbol, string>();
  private readonly evaluator: Evaluator;
  private readonly collector: ContextCollector;
  private readonly copyToStore: boolean;
  private readonly strict: boolean;

  constructor(evaluator: Evaluator, collector: ContextCollector, options: JsonOptions) {
    this.evaluator = evaluator;
    this.collector = collector;
    this.copyToStore = options.copyToStore ?? true;
    this.strict = options.strict ?? true;
  }

  print(slot: Slot, pos: Pos): void {
    const depth = enterCall(this.evaluator, pos);
    if (!this.strict && slot instanceof Thunk && !slot.isForced) throw cannotConvertThunk();
    this.printValue(force(slot, pos), pos);
    this.evaluator.depth = depth;
  }

  private printValue(value: Value, pos: Pos): void {
    switch (typeof value) {
      case "number":
      case "bigint":
      case "boolean":
        this.text += String(value);
        return;
      case "string":
        this.text += this.quote(value);
        return;
      default:
        break;
    }
    if (value === null) this.text += "null";
    else if (value instanceof NixString) {
      this.collector.add(value.context);
      this.text += this.quote(value.text);
    } else if (value instanceof Attrs) this.printAttrs(value, pos);
    else if (Array.isArray(value)) this.printList(value as NixList, pos);
    else if (value instanceof NixFloat) this.text += printJsonFloat(value.value);
    else if (value instanceof NixPath) {
      const { path } = value;
      this.text += this.quote(this.copyToStore ? this.evaluator.copyPathToStore(this.collector, value) : path);
    } else throw cannotConvert(this.evaluator, value, pos);
  }

  private quote(text: string): string {
    if (isPlain(text)) return `"${text}"`;
    this.invalid ??= describeInvalidUtf8(text);
    return printJsonString(text);
  }

  private quoteName(symbol: Symbol): string {
    let quoted = this.names.get(symbol);
    if (quoted === undefined) this.names.set(symbol, (quoted = `${this.quote(this.evaluator.symbols.name(symbol))}:`));
    return quoted;
  }

  private printAttrs(attrs: Attrs, pos: Pos): void {
    const { evaluator } = this;
    const { toString, outPath } = evaluator.symbols.known;
    const convert = attrs.get(toString);
    if (convert !== undefined) {
      const result = evaluator.call1(convert, attrs, pos);
      const frame = "while evaluating the result of the `__toString` attribute";
      this.text += this.quote(evaluator.coerceToString(result, this.collector, frame, { copyToStore: false }, pos));
      return;
    }
    const out = attrs.get(outPath);
    if (out !== undefined) {
      this.print(out, attrs.positionOf(outPath));
      return;
    }
    const order = attrs.lexicalOrder(evaluator.symbols);
    for (let i = 0; i < order.length; i++) {
      const index = order[i] as number;
      const symbol = attrs.shape.symbols[index] as Symbol;
      const attrPos = attrs.shape.positionAt(index);
      try {
        this.text += (i === 0 ? "{" : ",") + this.quoteName(symbol);
        this.print(attrs.values[index] as Slot, attrPos);
      } catch (error) {
        const name = printAttrName(evaluator.symbols.name(symbol));
        addFrame(evaluator, error, attrPos, hint`while evaluating attribute '${name}'`);
        throw error;
      }
    }
    this.text += order.length === 0 ? "{}" : "}";
  }

  private printList(list: NixList, pos: Pos): void {
    for (let index = 0; index < list.length; index++) {
      try {
        this.text += index === 0 ? "[" : ",";
        this.print(list[index] as Slot, pos);
      } catch (error) {
        addFrame(this.evaluator, error, pos, hint`while evaluating list element at index ${index}`);
        throw error;
      }
    }
    this.text += list.length === 0 ? "[]" : "]";
  }
}

function cannotConvert(evaluator: Evaluator, value: Value, pos: Pos): TypeError {
  const where = value instanceof Lambda ? value.code.pos : pos;
  return new TypeError(hint`cannot convert ${typeName(value)} to JSON`, {
    position: evaluator.positions.resolve(where),
  });
}

function cannotConvertThunk(): TypeError {
  return new TypeError(hint`cannot convert ${"a thunk"} to JSON`);
}

const shorthands: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

/** Whether a text is in JSON as it is, between quotes: ASCII without quotes, backslashes and control characters. */
function isPlain(text: string): boolean {
  if (text.length > 64) return !/["\\\x00-\x1f\x80-\xff]/.test(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7f || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

/** A byte string as a JSON string; bytes above ASCII stay as they are. */
export function printJsonString(text: string): string {
  const escaped = text.replace(/["\\\x00-\x1f]/g, (char) => {
    return shorthands[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

function describeInvalidUtf8(text: string): string | undefined {
  if (!/[\x80-\xff]/.test(text)) return undefined;
  const invalidAt = (index: number): string =>
    `invalid UTF-8 byte at index ${index}: 0x${hexadecimal(text.charCodeAt(index), 2)}`;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    const ranges = continuationRanges(code);
    if (ranges === undefined) return invalidAt(at);
    for (const [low, high] of ranges) {
      at++;
      if (at >= text.length) {
        return `incomplete UTF-8 string; last byte: 0x${hexadecimal(text.charCodeAt(text.length - 1), 2)}`;
      }
      const next = text.charCodeAt(at);
      if (next < low || next > high) return invalidAt(at);
    }
  }
  return undefined;
}

function serializationError(detail: string): EvalError {
  return new EvalError(hint`JSON serialization error: ${literalHint(`[json.exception.type_error.316] ${detail}`)}`);
}
