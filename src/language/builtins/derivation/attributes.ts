// The attributes of a derivation, read one by one in the order of their names: which go into the environment or the
// structured attributes of the builder, and which say what is built.

import { type ContentAddressMethod, type HashAlgorithm, isHashAlgorithm } from "#formats";
import { BaseError, hint } from "../../errors/index.ts";
import type { Evaluator } from "../../machine/evaluator.ts";
import { Attrs } from "../../values/attrs.ts";
import { ContextCollector } from "../../values/context.ts";
import type { Symbol } from "../../values/symbols.ts";
import { printAttrName } from "../../values/print.ts";
import { force } from "../../values/thunk.ts";
import { type Slot, type Value } from "../../values/value.ts";
import { evalError } from "../define.ts";
import { requireFeature } from "../features.ts";
import { JsonParseError, parseJson } from "../json/parse.ts";
import { printJson, printJsonString } from "../json/print.ts";

/** What has been read so far, in the end everything. */
export interface DerivationAttributes {
  readonly context: ContextCollector;
  readonly env: Map<string, string>;
  readonly args: string[];
  builder: string;
  system: string;
  /** Sorted, without doubles. */
  outputs: readonly string[];
  outputHash: string | undefined;
  outputHashAlgorithm: HashAlgorithm | undefined;
  method: ContentAddressMethod | undefined;
  isContentAddressed: boolean;
  isImpure: boolean;
  /** JSON text. */
  structured: string | undefined;
}

export function readAttributes(evaluator: Evaluator, drvName: string, attrs: Attrs): DerivationAttributes {
  const flag = (name: string): boolean => {
    const slot = attrs.get(evaluator.symbol(name));
    const frame = `while evaluating the \`${name}\` attribute passed to builtins.derivationStrict`;
    return slot !== undefined && evaluator.forceBool(slot, frame);
  };
  const isStructured = flag("__structuredAttrs");
  const ignoresNulls = flag("__ignoreNulls");
  const reader = new AttributeReader(evaluator, drvName, isStructured);
  for (const index of attrs.lexicalOrder(evaluator.symbols)) {
    const name = evaluator.symbols.name(attrs.shape.symbols[index] as Symbol);
    if (name === "__ignoreNulls") continue;
    const slot = attrs.values[index] as Slot;
    try {
      if (ignoresNulls && force(slot) === null) continue;
      reader.read(name, slot);
    } catch (error) {
      if (error instanceof BaseError) {
        const position = evaluator.position(attrs.shape.positionAt(index));
        error.addTrace(position, hint`while evaluating attribute '${printAttrName(name)}' of derivation '${drvName}'`);
      }
      throw error;
    }
  }
  return reader.finish();
}

/** Checks that `outputChecks` took over, which had another place before. */
const replacedByOutputChecks = new Set([
  "allowedReferences",
  "allowedRequisites",
  "disallowedReferences",
  "disallowedRequisites",
  "maxSize",
  "maxClosureSize",
]);

class AttributeReader {
  private readonly evaluator: Evaluator;
  private readonly drvName: string;
  private readonly json: string[] | undefined;
  private readonly result: DerivationAttributes = {
    context: new ContextCollector(),
    env: new Map(),
    args: [],
    builder: "",
    system: "",
    outputs: ["out"],
    outputHash: undefined,
    outputHashAlgorithm: undefined,
    method: undefined,
    isContentAddressed: false,
    isImpure: false,
    structured: undefined,
  };

  constructor(evaluator: Evaluator, drvName: string, isStructured: boolean) {
    this.evaluator = evaluator;
    this.drvName = drvName;
    this.json = isStructured ? [] : undefined;
  }

  finish(): DerivationAttributes {
    if (this.json !== undefined) this.result.structured = `{${this.json.join(",")}}`;
    return this.result;
  }

  read(name: string, slot: Slot): void {
    const { evaluator, result } = this;
    switch (name) {
      case "__contentAddressed":
        if (evaluator.forceBool(slot, "")) {
          result.isContentAddressed = true;
          requireFeature(evaluator, "ca-derivations");
        }
        return;
      case "__impure":
        if (evaluator.forceBool(slot, "")) {
          result.isImpure = true;
          requireFeature(evaluator, "impure-derivations");
        }
        return;
      case "args":
        return this.readArgs(slot);
    }
    if (this.json === undefined) this.readVariable(name, slot);
    else if (name !== "__structuredAttrs") this.readStructured(this.json, name, slot);
  }

  private readArgs(slot: Slot): void {
    const { evaluator, result } = this;
    for (const item of evaluator.forceList(slot, "")) {
      const frame = "while evaluating an element of the argument list";
      result.args.push(evaluator.coerceToString(item, result.context, frame, { coerceMore: true }));
    }
  }

  private readVariable(name: string, slot: Slot): void {
    const { evaluator, result } = this;
    const text = evaluator.coerceToString(slot, result.context, "", { coerceMore: true });
    if (name === "__json") return this.readDeprecatedJson(text);
    result.env.set(name, text);
    switch (name) {
      case "builder":
        result.builder = text;
        break;
      case "system":
        result.system = text;
        break;
      case "outputs":
        this.setOutputs(text.split(/[ \t\n\r]+/).filter((output) => output !== ""));
        break;
      default:
        this.readHashAttribute(name, () => text);
    }
  }

  private readStructured(json: string[], name: string, slot: Slot): void {
    const { evaluator, result } = this;
    json.push(`${printJsonString(name)}:${printJson(evaluator, slot, result.context)}`);
    switch (name) {
      case "builder":
        result.builder = evaluator.forceString(slot, "", result.context);
        break;
      case "system":
        result.system = evaluator.forceStringNoContext(slot, "");
        break;
      case "outputs":
        this.setOutputs(evaluator.forceList(slot, "").map((item) => evaluator.forceStringNoContext(item, "")));
        break;
      default:
        this.readHashAttribute(name, () => evaluator.forceStringNoContext(slot, ""));
    }
    if (replacedByOutputChecks.has(name)) this.warnWithoutEffect(name);
  }

  private readHashAttribute(name: string, text: () => string): void {
    const { result } = this;
    switch (name) {
      case "outputHash":
        result.outputHash = text();
        break;
      case "outputHashAlgo": {
        const algorithm = text();
        result.outputHashAlgorithm = isHashAlgorithm(algorithm) ? algorithm : undefined;
        break;
      }
      case "outputHashMode":
        result.method = this.parseMethod(text());
    }
  }

  private parseMethod(mode: string): ContentAddressMethod {
    switch (mode) {
      case "recursive":
      case "nar":
        return "nar";
      case "flat":
        return "flat";
      case "text":
        requireFeature(
          this.evaluator,
          "dynamic-derivations",
          `text-hashed derivation '${this.drvName}', outputHashMode = "text"`,
        );
        return "text";
      case "git":
        requireFeature(this.evaluator, "git-hashing");
        return "git";
      default:
        throw evalError(hint`invalid value '${mode}' for 'outputHashMode' attribute`);
    }
  }

  private setOutputs(outputs: readonly string[]): void {
    const seen = new Set<string>();
    for (const output of outputs) {
      if (seen.has(output)) throw evalError(hint`duplicate derivation output '${output}'`);
      if (output === "drvPath") throw evalError("invalid derivation output name 'drvPath'");
      seen.add(output);
    }
    if (seen.size === 0) throw evalError("derivation cannot have an empty set of outputs");
    this.result.outputs = [...seen].toSorted();
  }

  /** Attributes passed as one JSON text, as was done before `__structuredAttrs`. */
  private readDeprecatedJson(text: string): void {
    const { evaluator, result } = this;
    evaluator.io.emitMessage(
      "warn",
      `In derivation '${this.drvName}': setting structured attributes via '__json' is deprecated, and may be disallowed in future versions of Nix. Set '__structuredAttrs = true' instead.`,
    );
    result.structured = printJson(evaluator, this.parseObject(text), new ContextCollector());
  }

  private parseObject(text: string): Attrs {
    const fail = (problem: string): BaseError => new BaseError(hint`cannot process ${"__json"} attribute: ${problem}`);
    let value: Value;
    try {
      value = parseJson(this.evaluator, text);
    } catch (error) {
      throw error instanceof JsonParseError ? fail(error.message) : error;
    }
    if (value instanceof Attrs) return value;
    throw fail(`[json.exception.type_error.302] type must be object, but is ${jsonType(value)}`);
  }

  private warnWithoutEffect(name: string): void {
    this.evaluator.io.emitMessage(
      "warn",
      `In a derivation named '${this.drvName}', 'structuredAttrs' disables the effect of the derivation attribute '${name}'; use 'outputChecks.<output>.${name}' instead`,
    );
  }
}

/** As nlohmann names what is no object. */
function jsonType(value: Value): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean" || typeof value === "string") return typeof value;
  return "number";
}
