// JSON text to values, without recursion, so that depth is limited by memory alone. Of a key given twice the last counts.

import { EvalError, hint, literalHint } from "../../errors/index.ts";
import type { Evaluator } from "../../machine/evaluator.ts";
import { type Attrs, AttrsBuilder, emptyAttrs } from "../../values/attrs.ts";
import { normaliseInteger } from "../../values/integer.ts";
import type { Symbol } from "../../values/symbols.ts";
import { NixFloat, type Slot, type Value } from "../../values/value.ts";
import { nullByteInString } from "../null-byte.ts";
import { readNames } from "./read-names.ts";
import { JsonScanner, type Token } from "./scanner.ts";

/** The text is not JSON; the message is nlohmann's. */
export class JsonParseError extends EvalError {}

interface OpenList {
  readonly kind: "list";
  readonly items: Slot[];
}
interface OpenObject {
  readonly kind: "object";
  readonly attrs: AttrsBuilder;
  key: Symbol;
}
type Open = OpenList | OpenObject;

/** From this length on it is tried whether the text is one set of strings. */
const large = 256 * 1024;

export function parseJson(evaluator: Evaluator, text: string): Value {
  const isLarge = text.length >= large && evaluator.leavesNamesInText;
  return (isLarge ? readNames(evaluator.symbols, text) : undefined) ?? new JsonParser(evaluator, text).parse();
}

class JsonParser {
  private readonly evaluator: Evaluator;
  private readonly scanner: JsonScanner;
  private token: Token = "end";
  /** The object that was read last: many have the same keys. */
  private last: Attrs = emptyAttrs;

  constructor(evaluator: Evaluator, text: string) {
    this.evaluator = evaluator;
    this.scanner = new JsonScanner(text);
  }

  parse(): Value {
    const open: Open[] = [];
    this.advance();
    for (;;) {
      let value: Value | undefined = this.beginValue(open);
      // A value that is complete may complete what it stands in, and so on.
      while (value !== undefined) {
        const top = open.at(-1);
        if (top === undefined) {
          if (this.advance() !== "end") throw this.unexpected("end of input", "value");
          return value;
        }
        value = top.kind === "list" ? this.continueList(top, value) : this.continueObject(top, value);
        if (value !== undefined) open.pop();
      }
    }
  }

  private advance(): Token {
    return (this.token = this.scanner.next());
  }

  /** A scalar or empty container; undefined when a container was opened and its first value comes next. */
  private beginValue(open: Open[]): Value | undefined {
    const { scanner } = this;
    switch (this.token) {
      case "literal":
        return scanner.literal;
      case "string":
        return this.text();
      case "unsigned":
      case "integer":
      case "float":
        return this.number(scanner.string, this.token);
      case "[":
        if (this.advance() === "]") return [];
        open.push({ kind: "list", items: [] });
        return undefined;
      case "{": {
        if (this.advance() === "}") return new AttrsBuilder().build();
        const object: OpenObject = { kind: "object", attrs: new AttrsBuilder(), key: 0 };
        this.readKey(object);
        open.push(object);
        return undefined;
      }
      case "error":
        throw this.unexpected(undefined, "value");
      case "end":
        if (scanner.isEmptyInput) throw this.emptyInput();
        throw this.unexpected(valueName, "value");
      case "]":
      case "}":
      case ":":
      case ",":
        throw this.unexpected(valueName, "value");
    }
  }

  private continueList(list: OpenList, value: Value): Value | undefined {
    list.items.push(value);
    switch (this.advance()) {
      case ",":
        this.advance();
        return undefined;
      case "]":
        return list.items;
      default:
        throw this.unexpected("']'", "array");
    }
  }

  private continueObject(object: OpenObject, value: Value): Value | undefined {
    object.attrs.set(object.key, value);
    switch (this.advance()) {
      case ",":
        this.advance();
        this.readKey(object);
        return undefined;
      case "}":
        return (this.last = object.attrs.buildLike(this.last));
      default:
        throw this.unexpected("'}'", "object");
    }
  }

  private readKey(object: OpenObject): void {
    if (this.token !== "string") throw this.unexpected("string literal", "object key");
    object.key = this.evaluator.symbols.intern(this.text());
    if (this.advance() !== ":") throw this.unexpected("':'", "object separator");
    this.advance();
  }

  private text(): string {
    const { string, isEscaped } = this.scanner;
    if (isEscaped && string.includes("\0")) throw nullByteInString(string);
    return string;
  }

  /** Integers that do not fit are floats, except that between 2^63 and 2^64 Nix refuses them. */
  private number(text: string, token: "unsigned" | "integer" | "float"): Value {
    if (token !== "float") {
      const small = Number(text);
      if (Number.isSafeInteger(small)) return small + 0;
      const value = BigInt(text);
      const integer = normaliseInteger(value);
      if (integer !== undefined) return integer;
      if (token === "unsigned" && value < 2n ** 64n) {
        throw new EvalError(hint`unsigned json number ${text} outside of Nix integer range`);
      }
    }
    const value = Number(text);
    if (!Number.isFinite(value)) {
      throw new JsonParseError(
        hint`${literalHint(`[json.exception.out_of_range.406] number overflow parsing '${text}'`)}`,
      );
    }
    return new NixFloat(value);
  }

  private emptyInput(): JsonParseError {
    const advice = "check that your input string or stream contains the expected JSON";
    return this.parseError(`attempting to parse an empty input; ${advice}`);
  }

  private unexpected(expected: string | undefined, context: string): JsonParseError {
    const { scanner, token } = this;
    const what =
      token === "error" ? `${scanner.complaint}; last read: '${scanner.lastRead}'` : `unexpected ${this.tokenName()}`;
    const wanted = expected === undefined ? "" : `; expected ${expected}`;
    return this.parseError(`syntax error while parsing ${context} - ${what}${wanted}`);
  }

  private parseError(message: string): JsonParseError {
    const where = this.scanner.describePosition(this.token);
    return new JsonParseError(literalHint(`[json.exception.parse_error.101] parse error at ${where}: ${message}`));
  }

  private tokenName(): string {
    switch (this.token) {
      case "literal":
        return `${String(this.scanner.literal)} literal`;
      case "string":
        return "string literal";
      case "unsigned":
      case "integer":
      case "float":
        return "number literal";
      case "end":
        return "end of input";
      case "error":
        return "<parse error>";
      case "[":
      case "{":
      case "]":
      case "}":
      case ":":
      case ",":
        return `'${this.token}'`;
    }
  }
}

const valueName = "'[', '{', or a literal";
