// A package as nix-env sees it: a derivation of the language with its name, system, outputs and meta, each read from the
// evaluator when it is asked for (Nix's PackageInfo, get-drvs.cc). It can also stand for a bare store path, or be altered
// by --set-flag and --force-name; altering makes a new one.

import {
  derivationOutputPath,
  FirnError,
  isDerivationPath,
  parseStorePathIfValid,
  storePathName,
  type StorePath,
} from "#formats";
import {
  Attrs,
  AttrsBuilder,
  ContextCollector,
  enterCall,
  EvalError,
  NixFloat,
  NixString,
  positionOfSlot,
  type Evaluator,
  type Slot,
  type Value,
} from "#language";
import type { Store } from "#store";

/** Output name → path, or undefined where paths were not asked for. In byte order of the names. */
export type PackageOutputs = ReadonlyMap<string, StorePath | undefined>;

interface Known {
  readonly name?: string;
  readonly outPath?: StorePath;
  readonly derivationPath?: StorePath;
  readonly outputName?: string;
  readonly meta?: Attrs;
}

export class PackageInfo {
  readonly attrPath: string;
  private readonly evaluator: Evaluator;
  private readonly attrs: Attrs | undefined;
  private readonly known: Known;

  constructor(evaluator: Evaluator, attrPath: string, attrs: Attrs | undefined, known: Known = {}) {
    this.evaluator = evaluator;
    this.attrPath = attrPath;
    this.attrs = attrs;
    this.known = known;
  }

  withName(name: string): PackageInfo {
    return new PackageInfo(this.evaluator, this.attrPath, this.attrs, { ...this.known, name });
  }

  /** With one attribute of meta replaced. */
  withMeta(name: string, value: Value): PackageInfo {
    const { evaluator } = this;
    const builder = new AttrsBuilder();
    for (const [other, slot] of this.meta()?.sortedEntries(evaluator.symbols) ?? [])
      builder.set(evaluator.symbol(other), slot);
    builder.set(evaluator.symbol(name), value);
    return new PackageInfo(evaluator, this.attrPath, this.attrs, { ...this.known, meta: builder.build() });
  }

  name(): string {
    if (this.known.name !== undefined || this.attrs === undefined) return this.known.name ?? "";
    const slot = this.attribute("name");
    if (slot === undefined) throw nameMissing();
    return this.evaluator.forceStringNoContext(slot, "while evaluating the 'name' attribute of a derivation");
  }

  /** "" for a bare store path, "unknown" for a derivation that does not say. */
  system(): string {
    if (this.attrs === undefined) return "";
    const slot = this.attribute("system");
    if (slot === undefined) return "unknown";
    return this.evaluator.forceStringNoContext(
      slot,
      "while evaluating the 'system' attribute of a derivation",
      this.positionOf("system"),
    );
  }

  derivationPath(): StorePath | undefined {
    if (this.known.derivationPath !== undefined) return this.known.derivationPath;
    const slot = this.attribute("drvPath");
    if (slot === undefined) return undefined;
    const context = "while evaluating the 'drvPath' attribute of a derivation";
    const path = this.storePathOf(slot, context, "drvPath");
    if (!isDerivationPath(path)) throw notADerivation(path).addTrace(this.place("drvPath"), context);
    return path;
  }

  requireDerivationPath(): StorePath {
    const path = this.derivationPath();
    if (path === undefined) throw derivationPathMissing();
    return path;
  }

  outPath(): StorePath {
    if (this.known.outPath !== undefined) return this.known.outPath;
    const slot = this.attribute("outPath");
    if (slot === undefined) throw outPathMissing();
    return this.storePathOf(slot, "while evaluating the output path of a derivation", "outPath");
  }

  /** "" when the derivation does not say. */
  outputName(): string {
    if (this.known.outputName !== undefined) return this.known.outputName;
    const slot = this.attribute("outputName");
    if (slot === undefined) return "";
    return this.evaluator.forceStringNoContext(slot, "while evaluating the output name of a derivation");
  }

  /** All outputs; with paths only when asked, since paths force the derivation to be computed. */
  outputs(withPaths: boolean): PackageOutputs {
    const { evaluator, attrs } = this;
    const list = this.attribute("outputs");
    if (attrs === undefined || list === undefined) return new Map([["out", withPaths ? this.outPath() : undefined]]);
    const pos = this.positionOf("outputs");
    const found = new Map<string, StorePath | undefined>();
    const names = evaluator.forceList(list, "while evaluating the 'outputs' attribute of a derivation", pos);
    for (const element of names) {
      const name = evaluator.forceStringNoContext(
        element,
        "while evaluating the name of an output of a derivation",
        pos,
      );
      if (!withPaths) {
        found.set(name, undefined);
        continue;
      }
      const slot = attrs.get(evaluator.symbol(name));
      if (slot === undefined) continue;
      const output = evaluator.forceAttrs(slot, "while evaluating an output of a derivation", pos);
      const outPath = output.get(evaluator.symbol("outPath"));
      if (outPath === undefined) continue;
      const outPos = output.positionOf(evaluator.symbol("outPath"));
      const text = this.coerce(outPath, "while evaluating an output path of a derivation", outPos);
      found.set(name, this.parse(text, "while evaluating an output path of a derivation", outPos));
    }
    return sortedMap(found);
  }

  /** The outputs that an installation takes: the one selected, or those of meta.outputsToInstall, or all. */
  outputsToInstall(): ReadonlyMap<string, StorePath> {
    const all = this.outputs(true) as ReadonlyMap<string, StorePath>;
    if (this.attrs === undefined) return all;
    const specified = this.attribute("outputSpecified");
    if (
      specified !== undefined &&
      this.evaluator.forceBool(
        specified,
        "while evaluating the 'outputSpecified' attribute of a derivation",
        this.positionOf("outputSpecified"),
      )
    ) {
      const name = this.outputName();
      const path = all.get(name);
      if (path === undefined) throw outputMissing(name);
      return new Map([[name, path]]);
    }
    const wanted = this.metaValue("outputsToInstall");
    if (wanted === undefined) return all;
    if (!Array.isArray(wanted)) throw badOutputsToInstall();
    const chosen = new Map<string, StorePath>();
    for (const element of wanted as readonly Slot[]) {
      const name = stringOf(this.evaluator.force(element));
      const path = name === undefined ? undefined : all.get(name);
      if (name === undefined || path === undefined) throw badOutputsToInstall();
      chosen.set(name, path);
    }
    return sortedMap(chosen);
  }

  /** In byte order. */
  metaNames(): string[] {
    return [...(this.meta()?.sortedEntries(this.evaluator.symbols) ?? [])].map(([name]) => name);
  }

  /** Undefined when absent, or when it holds what meta must not: functions, paths, derivations. */
  metaValue(name: string): Value | undefined {
    const slot = this.meta()?.get(this.evaluator.symbol(name));
    if (slot === undefined) return undefined;
    return this.isPlainMeta(slot) ? this.evaluator.force(slot) : undefined;
  }

  /** "" when absent or no string. */
  metaString(name: string): string {
    const value = this.metaValue(name);
    return value === undefined ? "" : (stringOf(value) ?? "");
  }

  /** An integer, or a string that reads as one. */
  metaInteger(name: string, otherwise: number | bigint): number | bigint {
    const value = this.metaValue(name);
    if (typeof value === "number" || typeof value === "bigint") return value;
    const text = value === undefined ? undefined : stringOf(value);
    return text !== undefined && /^-?[0-9]+$/.test(text) ? BigInt(text) : otherwise;
  }

  /** A boolean, or the strings "true" and "false". */
  metaBoolean(name: string, otherwise: boolean): boolean {
    const value = this.metaValue(name);
    if (typeof value === "boolean") return value;
    const text = value === undefined ? undefined : stringOf(value);
    return text === "true" ? true : text === "false" ? false : otherwise;
  }

  private meta(): Attrs | undefined {
    if (this.known.meta !== undefined) return this.known.meta;
    const slot = this.attribute("meta");
    if (slot === undefined) return undefined;
    return this.evaluator.forceAttrs(
      slot,
      "while evaluating the 'meta' attribute of a derivation",
      this.positionOf("meta"),
    );
  }

  private isPlainMeta(slot: Slot): boolean {
    // It may hold itself.
    const depth = enterCall(this.evaluator, positionOfSlot(this.evaluator, slot));
    const isPlain = this.isPlainValue(this.evaluator.force(slot, positionOfSlot(this.evaluator, slot)));
    this.evaluator.depth = depth;
    return isPlain;
  }

  private isPlainValue(value: Value): boolean {
    if (Array.isArray(value)) return (value as readonly Slot[]).every((element) => this.isPlainMeta(element));
    if (value instanceof Attrs) {
      if (value.has(this.evaluator.symbol("outPath"))) return false;
      return value.flat().values.every((element) => this.isPlainMeta(element));
    }
    return (
      typeof value === "number" ||
      typeof value === "bigint" ||
      typeof value === "boolean" ||
      value instanceof NixFloat ||
      stringOf(value) !== undefined
    );
  }

  private attribute(name: string): Slot | undefined {
    return this.attrs?.get(this.evaluator.symbol(name));
  }

  private positionOf(name: string): number {
    return this.attrs?.positionOf(this.evaluator.symbol(name)) ?? 0;
  }

  private place(name: string) {
    return this.evaluator.position(this.positionOf(name));
  }

  private storePathOf(slot: Slot, context: string, attribute: string): StorePath {
    const pos = this.positionOf(attribute);
    return this.parse(this.coerce(slot, context, pos), context, pos);
  }

  private coerce(slot: Slot, context: string, pos: number): string {
    return this.evaluator.coerceToString(slot, new ContextCollector(), context, { copyToStore: false }, pos);
  }

  private parse(text: string, context: string, pos: number): StorePath {
    const path = parseStorePathIfValid(this.evaluator.io.storeDir, text);
    if (path === undefined) throw notInStore(text).addTrace(this.evaluator.position(pos), context);
    return path;
  }
}

/** A package that is only a store path, named on the command line. */
export function packageOfStorePath(evaluator: Evaluator, store: Store, path: StorePath): PackageInfo {
  const name = storePathName(path);
  if (!isDerivationPath(path)) return new PackageInfo(evaluator, "", undefined, { name, outPath: path });
  const derivation = store.readDerivation(path);
  const outPath = derivationOutputPath(store.storeDir, derivation, "out");
  if (outPath === undefined) throw outputMissing("out");
  return new PackageInfo(evaluator, "", undefined, { name, outPath, derivationPath: path });
}

/** The text of a string value, with or without context. */
export function stringOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof NixString ? value.text : undefined;
}

function sortedMap<V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function nameMissing(): EvalError {
  return new EvalError("derivation name missing");
}

function notADerivation(path: StorePath): EvalError {
  return new EvalError(`path '${path}' is not a valid derivation path`);
}

function notInStore(text: string): EvalError {
  return new EvalError(`path '${text}' is not in the Nix store`);
}

function derivationPathMissing(): FirnError {
  return new FirnError("derivation-path-missing", "derivation does not contain a 'drvPath' attribute");
}

function outPathMissing(): FirnError {
  return new FirnError("output-path-missing", "derivation does not have attribute 'outPath'");
}

function outputMissing(name: string): FirnError {
  return new FirnError("output-missing", `derivation does not have output '${name}'`);
}

function badOutputsToInstall(): FirnError {
  return new FirnError("bad-outputs-to-install", "this derivation has bad 'meta.outputsToInstall'");
}
