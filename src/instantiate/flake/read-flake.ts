// Reads a flake.nix without evaluating it (readFlake): it has to be a literal set, and of what is in it only `outputs` may
// compute. Attributes are looked at in the order in which Nix looks at them, which is that of their names' first mention.

import { type InputPath, parseInputPath } from "#fetch";
import {
  type FlakeReference,
  flakeReferenceFromAttributes,
  type InputAttribute,
  type InputAttributes,
  type InputContext,
  parseFlakeReference,
  printFlakeReference,
  printStorePath,
} from "#formats";
import {
  type AttrsExpr,
  BaseError,
  EvalError,
  type Evaluator,
  type Expr,
  hint,
  inputContext,
  lineAndColumn,
  literalHint,
  printOrigin,
  PrimOp,
  requireFeature,
  type SourceFile,
  TypeError,
  withLanguageErrors,
} from "#language";
import type { FlakeConfig, FlakeDescription, FlakeInput, FlakeInputs } from "./flake.ts";
import {
  type TrivialAttr,
  trivialAttrs,
  trivialTypeName,
  type TrivialValue,
  trivialValue,
  valueAtRest,
} from "./trivial-value.ts";

export interface ReadFlakeRequest {
  /** Below the store folder: the folder that has the flake.nix. */
  readonly folder: string;
  /** The store object it lies in; paths that inputs name have to lie in it, too. */
  readonly root: string;
  /** What messages call the flake. */
  readonly reference: FlakeReference;
  /** Where this flake is in the lock file; what its inputs follow is counted from there. */
  readonly inputPath: InputPath;
}

export function readFlake(evaluator: Evaluator, request: ReadFlakeRequest): FlakeDescription {
  return new FlakeReader(evaluator, request).read();
}

class FlakeReader {
  private readonly evaluator: Evaluator;
  private readonly request: ReadFlakeRequest;
  private readonly context: InputContext;
  private file: SourceFile = { origin: { kind: "string" }, text: "" };

  constructor(evaluator: Evaluator, request: ReadFlakeRequest) {
    this.evaluator = evaluator;
    this.request = request;
    this.context = inputContext(evaluator);
  }

  read(): FlakeDescription {
    const path = `${this.request.folder}/flake.nix`;
    const { expr, file } = this.evaluator.files.parseAt(path);
    this.file = file;
    const top = this.value(expr);
    if (expr.kind !== "attrs") throw notASet(printOrigin(file.origin));
    const attrs = top.kind === "set" ? top.attrs : this.withDynamicNames(expr, path);
    const find = (name: string): TrivialAttr | undefined => attrs.find((attr) => attr.name === name);

    const description = find("description");
    const text = description === undefined ? undefined : this.expect("string", description).text;
    const inputs = find("inputs");
    const { named, self } =
      inputs === undefined ? { named: new Map<string, FlakeInput>(), self: new Map() } : this.readInputs(inputs, true);
    const outputs = find("outputs");
    if (outputs === undefined) throw lacksOutputs(this.request.reference);
    this.addFormals(named, outputs);
    const nixConfig = find("nixConfig");
    const config = nixConfig === undefined ? new Map<string, string>() : this.readConfig(nixConfig);
    for (const attr of this.inSymbolOrder(attrs)) {
      if (!["description", "inputs", "outputs", "nixConfig"].includes(attr.name)) {
        throw unsupportedAttribute(this.request.reference, attr.name, this.position(attr.pos));
      }
    }
    return { description: text, inputs: sorted(named), selfAttributes: self, config };
  }

  /** Names at the top may be computed, although no attribute that a flake may have can be had that way. */
  private withDynamicNames(expr: AttrsExpr, path: string): readonly TrivialAttr[] {
    const known = trivialAttrs(expr);
    const value = this.evaluator.forceAttrs(this.evaluator.evalFile(path), "");
    const computed = value.symbols
      .filter((symbol) => !expr.attrs.has(this.evaluator.symbols.name(symbol)))
      .map((symbol): TrivialAttr => {
        const pos = this.evaluator.position(value.positionOf(symbol))?.offset ?? expr.pos;
        const unknown: Expr = { kind: "select", target: expr, path: [], or: undefined, pos };
        return { name: this.evaluator.symbols.name(symbol), expr: unknown, pos };
      });
    return [...known, ...computed];
  }

  private value(expr: Expr): TrivialValue {
    return trivialValue(expr, this.constant);
  }

  private readonly constant = (name: string): TrivialValue | undefined => {
    const slot = this.evaluator.base.lookUp(name);
    if (slot === undefined) return undefined;
    if (typeof slot === "boolean") return { kind: "bool", value: slot };
    if (slot === null) return { kind: "null" };
    if (slot instanceof PrimOp) return { kind: "lambda", expr: undefined };
    if (name === "builtins") return { kind: "set", attrs: [] };
    return undefined;
  };

  private expect<K extends TrivialValue["kind"]>(
    kind: K,
    { expr, pos }: Pick<TrivialAttr, "expr" | "pos">,
  ): Extract<TrivialValue, { kind: K }> {
    const value = this.value(expr);
    if (value.kind === kind) return value as Extract<TrivialValue, { kind: K }>;
    const wanted = trivialTypeName({ kind } as TrivialValue);
    throw new BaseError(hint`expected ${wanted} but got ${trivialTypeName(value)} at ${this.position(pos)}`);
  }

  private position(pos: number): string {
    const { line, column } = lineAndColumn({ file: this.file, offset: pos });
    return `${printOrigin(this.file.origin)}:${line}:${column}`;
  }

  /** Sets are ordered by when their names were first seen. */
  private inSymbolOrder(attrs: readonly TrivialAttr[]): readonly TrivialAttr[] {
    const order = new Map(attrs.map(({ name }) => [name, this.evaluator.symbol(name)]));
    return attrs.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  }

  private framed<T>(pos: number, text: ReturnType<typeof hint>, run: () => T): T {
    try {
      return withLanguageErrors(run);
    } catch (error) {
      if (error instanceof BaseError) error.addTrace({ file: this.file, offset: pos }, text);
      throw error;
    }
  }

  // Inputs.

  private readInputs(
    attr: TrivialAttr,
    mayHaveSelf: boolean,
  ): { readonly named: Map<string, FlakeInput>; readonly self: InputAttributes } {
    const named = new Map<string, FlakeInput>();
    const self = new Map<string, InputAttribute>();
    for (const input of this.inSymbolOrder(this.expect("set", attr).attrs)) {
      if (input.name !== "self") named.set(input.name, this.readInput(input));
      else if (!mayHaveSelf) throw selfNotAllowed(this.position(input.pos));
      else for (const one of this.inSymbolOrder(this.expect("set", input).attrs)) this.readAttribute(one, self);
    }
    return { named, self };
  }

  private readInput(attr: TrivialAttr): FlakeInput {
    const attributes = new Map<string, InputAttribute>();
    let url: string | undefined;
    let isFlake = true;
    let follows: InputPath | undefined;
    let overrides: FlakeInputs = new Map();
    for (const part of this.inSymbolOrder(this.expect("set", attr).attrs)) {
      this.framed(part.pos, hint`while evaluating flake attribute '${part.name}'`, () => {
        switch (part.name) {
          case "url":
            url = this.readUrl(part);
            attributes.set("url", url);
            break;
          case "flake":
            isFlake = this.expect("bool", part).value;
            break;
          case "inputs":
            overrides = sorted(this.readInputs(part, false).named);
            break;
          case "follows":
            follows = [...this.request.inputPath, ...parseInputPath(this.expect("string", part).text)];
            break;
          default:
            this.readAttribute(part, attributes);
        }
      });
    }
    const reference = this.readReference(attr, attributes, url, isFlake);
    if (reference !== undefined && follows !== undefined) throw referenceAndFollows(this.position(attr.pos));
    return { reference, isFlake, follows, overrides };
  }

  private readUrl(attr: TrivialAttr): string {
    const value = this.value(attr.expr);
    if (value.kind === "string") return value.text;
    if (value.kind !== "path") throw notAUrl(trivialTypeName(value), this.position(attr.pos));
    const { root, folder } = this.request;
    if (value.path !== root && !value.path.startsWith(`${root}/`)) {
      const shown = this.evaluator.io.showPath?.(folder) ?? folder;
      throw otherTree(value.path, this.position(attr.pos), folder === root ? `${shown}/` : shown);
    }
    return `path:${relativePath(folder, value.path)}`;
  }

  private readReference(
    attr: TrivialAttr,
    attributes: ReadonlyMap<string, InputAttribute>,
    url: string | undefined,
    isFlake: boolean,
  ): FlakeReference | undefined {
    if (attributes.has("type")) {
      return this.framed(attr.pos, hint`while evaluating flake input`, () =>
        flakeReferenceFromAttributes(attributes, this.context),
      );
    }
    const [other] = [...attributes.keys()].filter((name) => name !== "url").toSorted();
    if (other !== undefined) throw unexpectedAttribute(other, this.position(attr.pos));
    if (url === undefined) return undefined;
    const text = url;
    return withLanguageErrors(() =>
      parseFlakeReference(text, this.context, { requireTree: isFlake, mayBeRelative: true }),
    );
  }

  private readAttribute(attr: TrivialAttr, attributes: Map<string, InputAttribute>): void {
    const { name, expr } = attr;
    const value = valueAtRest(expr, this.constant);
    switch (value.kind) {
      case "string":
        attributes.set(name, value.text);
        break;
      case "bool":
        attributes.set(name, value.value);
        break;
      case "int":
        attributes.set(name, BigInt(value.value));
        break;
      default:
        if (name === "publicKeys") requireFeature(this.evaluator, "verified-fetches");
        throw wrongAttribute(name, trivialTypeName(value));
    }
  }

  /** Formals of `outputs` that are no inputs yet are looked up by their names. */
  private addFormals(named: Map<string, FlakeInput>, outputs: TrivialAttr): void {
    const { expr } = this.expect("lambda", outputs);
    for (const { name } of expr?.formals?.formals ?? []) {
      if (name === "self" || named.has(name)) continue;
      const reference = withLanguageErrors(() => parseFlakeReference(name, this.context));
      named.set(name, { reference, isFlake: true, follows: undefined, overrides: new Map() });
    }
  }

  // nixConfig.

  private readConfig(attr: TrivialAttr): FlakeConfig {
    const config = new Map<string, string>();
    for (const setting of this.inSymbolOrder(this.expect("set", attr).attrs)) {
      config.set(setting.name, this.readSetting(setting));
    }
    return sorted(config);
  }

  private readSetting({ name, expr }: TrivialAttr): string {
    const value = this.value(expr);
    switch (value.kind) {
      case "string":
        return value.text;
      case "path":
        return this.copyToStore(value.path);
      case "int":
        return String(value.value);
      case "bool":
        return String(value.value);
      case "list":
        return value.items
          .map((item) => this.readListItem(name, item))
          .reduce((text, item) => (text === "" ? item : `${text} ${item}`), "");
      default:
        throw new TypeError(hint`flake configuration setting '${name}' is ${trivialTypeName(value)}`);
    }
  }

  private readListItem(name: string, item: Expr): string {
    const value = valueAtRest(item, this.constant);
    if (value.kind === "string") return value.text;
    throw new TypeError(
      hint`list element in flake configuration setting '${name}' is a list while a string is expected`,
    );
  }

  private copyToStore(path: string): string {
    const { io } = this.evaluator;
    return withLanguageErrors(() => printStorePath(io.storeDir, io.addPath(path, { name: "source", method: "nar" })));
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The way from a folder to a path, as `./x` or `../x` would be without its first dot (CanonPath::makeRelative). */
function relativePath(folder: string, path: string): string {
  const from = folder.split("/").filter((part) => part !== "");
  const to = path.split("/").filter((part) => part !== "");
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  const parts = [...from.slice(common).map(() => ".."), ...to.slice(common)];
  return parts.length === 0 ? "." : parts.join("/");
}

function notASet(path: string): BaseError {
  const error = new EvalError(hint`file '${path}' must be an attribute set`);
  return error.addTrace(undefined, hint`while evaluating the file '${path}':`);
}

function lacksOutputs(reference: FlakeReference): BaseError {
  return new BaseError(hint`flake '${printFlakeReference(reference)}' lacks attribute 'outputs'`);
}

function unsupportedAttribute(reference: FlakeReference, name: string, at: string): BaseError {
  const flake = printFlakeReference(reference);
  return new BaseError(hint`flake '${flake}' has an unsupported attribute '${name}', at ${at}`);
}

function selfNotAllowed(at: string): BaseError {
  return new BaseError(hint`'self' input attribute not allowed at ${at}`);
}

function referenceAndFollows(at: string): BaseError {
  return new BaseError(hint`flake input has both a flake reference and a follows attribute, at ${at}`);
}

function notAUrl(type: string, at: string): BaseError {
  return new BaseError(hint`expected a string or a path but got ${type} at ${at}`);
}

function otherTree(path: string, at: string, folder: string): BaseError {
  return new BaseError(hint`input attribute path '${path}' at ${at} must be in the same source tree as ${folder}`);
}

function unexpectedAttribute(name: string, at: string): BaseError {
  return new BaseError(hint`unexpected flake input attribute '${name}', at ${at}`);
}

function wrongAttribute(name: string, type: string): TypeError {
  return new TypeError(
    hint`flake input attribute '${name}' is ${literalHint(type)} while a string, Boolean, or integer is expected`,
  );
}
