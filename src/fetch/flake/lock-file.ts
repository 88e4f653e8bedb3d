// flake.lock: versions 5 to 7 are read, 7 is written, byte for byte as Nix writes it (LockFile). What stands in it comes
// from outside: a node that lacks, a cycle, an input that is not locked is refused. That the text is JSON at all is for
// the caller to say, who has the words for it.

import {
  attributesEqual,
  FirnError,
  flakeReferenceAttributes,
  type FlakeReference,
  flakeReferenceFromAttributes,
  type InputAttribute,
  type InputAttributes,
  type InputContext,
  isFinalInput,
  isLockedInput,
  jsonObjectOf,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  fromByteString,
  narHashOf,
  optionalJsonMember,
  printAttributes,
  printFlakeReference,
  printIndentedJson,
  relativeInputPath,
  toByteString,
  withoutFinalMark,
} from "#formats";
import {
  type InputPath,
  isLockedNode,
  type LockEdge,
  type LockedNode,
  type LockNode,
  printInputPath,
  sortedInputs,
} from "./lock-node.ts";

export interface LockFile {
  readonly root: LockNode;
}

export function emptyLockFile(): LockFile {
  return { root: { inputs: new Map() } };
}

// Reading.

/** `path` is what messages call the file. */
export function lockFileFromJson(json: JsonValue, path: string, context: InputContext): LockFile {
  return new LockReader(json, path, context).read();
}

class LockReader {
  private readonly json: JsonValue;
  private readonly path: string;
  private readonly context: InputContext;
  private readonly root: LockNode = { inputs: new Map() };
  private readonly nodes = new Map<string, LockNode>();
  /** The nodes on the way to the one that is being read. */
  private readonly open = new Set<string>();

  constructor(json: JsonValue, path: string, context: InputContext) {
    this.json = json;
    this.path = path;
    this.context = context;
  }

  read(): LockFile {
    const top = jsonObjectOf(this.json);
    if (top === undefined) throw wrongJson(306, `cannot use value() with ${jsonTypeName(this.json)}`);
    const version = readVersion(optionalJsonMember(top, "version"));
    if (version < 5 || version > 7) throw unsupportedVersion(this.path, version);
    const rootKey = readText(optionalJsonMember(top, "root") ?? null);
    this.nodes.set(rootKey, this.root);
    const nodes = optionalJsonMember(top, "nodes") ?? null;
    const all = nodes === null ? {} : jsonObjectOf(nodes);
    if (all === undefined) {
      throw wrongJson(305, `cannot use operator[] with a string argument with ${jsonTypeName(nodes)}`);
    }
    this.readInputs(this.root, optionalJsonMember(all, rootKey) ?? null, all);
    return { root: this.root };
  }

  private readInputs(node: LockNode, json: JsonValue, all: JsonObject): void {
    const object = jsonObjectOf(json);
    const inputs = object === undefined ? undefined : optionalJsonMember(object, "inputs");
    if (inputs === undefined) return;
    for (const [name, edge] of members(inputs)) node.inputs.set(toByteString(name), this.readEdge(edge, all));
  }

  private readEdge(json: JsonValue, all: JsonObject): LockEdge {
    if (Array.isArray(json)) return { kind: "follows", follows: json.map(readText) };
    const key = readText(json);
    let node = this.nodes.get(key);
    if (node === undefined) node = this.readNode(key, all);
    else if (this.open.has(key)) throw cycleBetweenNodes(key);
    if (!isLockedNode(node)) throw cycleToRoot();
    return { kind: "node", node };
  }

  private readNode(key: string, all: JsonObject): LockNode {
    const json = optionalJsonMember(all, fromByteString(key));
    if (json === undefined) throw missingNode(key);
    const node = readLockedNode(jsonObjectOf(json) ?? {}, this.context);
    this.nodes.set(key, node);
    this.open.add(key);
    this.readInputs(node, json, all);
    this.open.delete(key);
    return node;
  }
}

function readLockedNode(json: JsonObject, context: InputContext): LockedNode {
  const locked = readReference(json, "locked", context, optionalJsonMember(json, "info"));
  const original = readReference(json, "original", context);
  const flake = optionalJsonMember(json, "flake");
  if (flake !== undefined && typeof flake !== "boolean") throw wrongType("boolean", flake);
  const parent = optionalJsonMember(json, "parent");
  if (parent !== undefined && !Array.isArray(parent)) throw wrongType("array", parent);
  checkLocked(locked, context);
  return {
    inputs: new Map(),
    // Whatever a lock file says is complete.
    locked: { ...locked, input: new Map([...locked.input, ["__final", true]]) },
    original,
    isFlake: flake ?? true,
    parent: (parent as readonly JsonValue[] | undefined)?.map(readText),
  };
}

/** `info` has further attributes in files of version 5. */
function readReference(json: JsonObject, name: string, context: InputContext, info?: JsonValue): FlakeReference {
  const value = optionalJsonMember(json, name);
  if (value === undefined) throw attributeMissing(name);
  const attributes = new Map([...readAttributes(value), ...(info === undefined ? [] : readAttributes(info))]);
  if (attributes.has("__final")) throw finalMark(attributes);
  return flakeReferenceFromAttributes(attributes, context);
}

function checkLocked({ input, folder }: FlakeReference, context: InputContext): void {
  if (isLockedInput(input) || relativeInputPath(input) !== undefined) return;
  if (narHashOf(input) === undefined) throw unlockedInput(input);
  context.warn(
    `Lock file entry '${printFlakeReference({ input, folder })}' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not reproducible and will break after garbage collection or when shared.`,
  );
}

/** Attributes as a lock file or registry has them (jsonToAttrs). */
export function readAttributes(json: JsonValue): InputAttributes {
  return new Map(members(json).map(([name, value]) => [toByteString(name), readAttribute(value)]));
}

function readAttribute(value: JsonValue): InputAttribute {
  if (typeof value === "string") return toByteString(value);
  if (typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint" || value instanceof JsonNumber) {
    return BigInt.asUintN(64, wholePart(value));
  }
  throw new FirnError("lock-file", "unsupported input attribute type in lock file");
}

/** Nix takes a number with a fraction for one without. */
function wholePart(value: number | bigint | JsonNumber): bigint {
  if (typeof value === "bigint") return value;
  const text = value instanceof JsonNumber ? value.source : String(value);
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : BigInt(Math.trunc(Number(text)));
}

function readVersion(value: JsonValue | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "number" && !(value instanceof JsonNumber)) throw wrongType("number", value);
  const whole = wholePart(value);
  // As C++ fits it into 32 bits.
  return whole >= 2n ** 64n || whole < -(2n ** 63n) ? -(2 ** 31) : Number(BigInt.asIntN(32, whole));
}

function readText(value: JsonValue): string {
  if (typeof value !== "string") throw wrongType("string", value);
  return toByteString(value);
}

/** Of anything that is no container Nix takes the value itself for the only member. */
function members(value: JsonValue): (readonly [name: string, value: JsonValue])[] {
  const object = jsonObjectOf(value);
  if (object !== undefined) return Object.entries(object);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item, index) => [String(index), item] as const);
  return value === null ? [] : [["", value]];
}

function jsonTypeName(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof JsonNumber || typeof value === "bigint") return "number";
  return typeof value;
}

// Writing.

export interface PrintedLockFile {
  readonly json: JsonObject;
  /** The name that each node has got. */
  readonly keys: ReadonlyMap<LockNode, string>;
}

/** Names nodes after the inputs that lead to them; a second one of a name gets `_2` (LockFile::toJSON). */
export function lockFileToJson({ root }: LockFile): PrintedLockFile {
  const keys = new Map<LockNode, string>();
  const used = new Set<string>();
  const nodes = new Map<string, JsonValue>();
  const name = (wanted: string): string => {
    let key = wanted;
    for (let n = 2; used.has(key); n++) key = `${wanted}_${n}`;
    used.add(key);
    return key;
  };
  const add = (wanted: string, node: LockNode): string => {
    const known = keys.get(node);
    if (known !== undefined) return known;
    const key = name(wanted);
    keys.set(node, key);
    const inputs = sortedInputs(node).map(
      ([input, edge]) =>
        [
          fromByteString(input),
          edge.kind === "node" ? fromByteString(add(input, edge.node)) : edge.follows.map(fromByteString),
        ] as const,
    );
    nodes.set(key, {
      ...(inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs) }),
      ...(isLockedNode(node) ? lockedNodeToJson(node) : {}),
    });
    return key;
  };
  const rootKey = add("root", root);
  const json = {
    version: 7,
    root: rootKey,
    nodes: Object.fromEntries([...nodes].map(([key, node]) => [fromByteString(key), node])),
  };
  return { json, keys };
}

function lockedNodeToJson({ locked, original, isFlake, parent }: LockedNode): JsonObject {
  return {
    original: attributesToJson(flakeReferenceAttributes(original)),
    locked: attributesToJson(withoutFinalMark(flakeReferenceAttributes(locked))),
    ...(isFlake ? {} : { flake: false }),
    ...(parent === undefined ? {} : { parent: parent.map(fromByteString) }),
  };
}

export function attributesToJson(attributes: InputAttributes): JsonObject {
  const entries = [...attributes].map(
    ([name, value]) => [fromByteString(name), typeof value === "string" ? fromByteString(value) : value] as const,
  );
  return Object.fromEntries(entries);
}

/** Without a line end behind it. */
export function printLockFile(lockFile: LockFile): string {
  return printIndentedJson(lockFileToJson(lockFile).json, 2);
}

// Looking at it.

/** All edges by the path that leads to them, in order; each node is entered once (LockFile::getAllInputs). */
export function allInputs({ root }: LockFile): (readonly [path: InputPath, edge: LockEdge])[] {
  const found: (readonly [InputPath, LockEdge])[] = [];
  const entered = new Set<LockNode>();
  const enter = (prefix: InputPath, node: LockNode): void => {
    if (entered.has(node)) return;
    entered.add(node);
    for (const [name, edge] of sortedInputs(node)) {
      const path = [...prefix, name];
      found.push([path, edge]);
      if (edge.kind === "node") enter(path, edge.node);
    }
  };
  enter([], root);
  return found.toSorted(([a], [b]) => compareInputPaths(a, b));
}

export function compareInputPaths(a: InputPath, b: InputPath): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left = "", right = ""] = [a[i], b[i]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

/** The node that a path leads to, over inputs that follow others; undefined when it leads nowhere. */
export function findInput({ root }: LockFile, path: InputPath): LockNode | undefined {
  return follow(root, path, []);
}

function follow(root: LockNode, path: InputPath, visited: InputPath[]): LockNode | undefined {
  const start = visited.findIndex((earlier) => compareInputPaths(earlier, path) === 0);
  if (start >= 0) throw followCycle([...visited.slice(start), path]);
  visited.push(path);
  let node: LockNode | undefined = root;
  for (const name of path) {
    const edge: LockEdge | undefined = node.inputs.get(name);
    if (edge === undefined) return undefined;
    node = edge.kind === "node" ? edge.node : follow(root, edge.follows, visited);
    if (node === undefined) return undefined;
  }
  return node;
}

/** Throws when an input follows one that is not there. */
export function checkFollows(lockFile: LockFile): void {
  for (const [path, edge] of allInputs(lockFile)) {
    if (edge.kind !== "follows" || edge.follows.length === 0) continue;
    if (findInput(lockFile, edge.follows) === undefined) throw followsNothing(path, edge.follows);
  }
}

/** The first input that another machine could not fetch, or not to the same content. */
export function findUnlocked(lockFile: LockFile, allowDirtyLocks: boolean): FlakeReference | undefined {
  for (const [, edge] of allInputs(lockFile)) {
    if (edge.kind !== "node") continue;
    const { locked } = edge.node;
    if (relativeInputPath(locked.input) !== undefined) continue;
    const isLocked = isLockedInput(locked.input) || (allowDirtyLocks && narHashOf(locked.input) !== undefined);
    if (!isLocked || !isFinalInput(locked.input)) return locked;
  }
  return undefined;
}

export function edgesEqual(a: LockEdge, b: LockEdge): boolean {
  if (a.kind === "node") {
    return (
      b.kind === "node" &&
      a.node.locked.folder === b.node.locked.folder &&
      attributesEqual(a.node.locked.input, b.node.locked.input)
    );
  }
  return b.kind === "follows" && compareInputPaths(a.follows, b.follows) === 0;
}

function wrongType(wanted: string, value: JsonValue): FirnError {
  return wrongJson(302, `type must be ${wanted}, but is ${jsonTypeName(value)}`);
}

/** nlohmann's own errors, which Nix lets through as they are. */
function wrongJson(id: number, message: string): FirnError {
  return new FirnError("json-type", `[json.exception.type_error.${id}] ${message}`);
}

function unsupportedVersion(path: string, version: number): FirnError {
  return new FirnError("lock-file", `lock file '${path}' has unsupported version ${version}`);
}

function missingNode(key: string): FirnError {
  return new FirnError("lock-file", `lock file references missing node '${key}'`);
}

function cycleToRoot(): FirnError {
  return new FirnError("lock-file", "lock file contains cycle to root node");
}

/** Nix has no words for it: it would not end. */
function cycleBetweenNodes(key: string): FirnError {
  return new FirnError("lock-file", `lock file contains cycle to node '${key}'`);
}

function attributeMissing(name: string): FirnError {
  return new FirnError("lock-file", `attribute '${name}' missing in lock file`);
}

function finalMark(attributes: InputAttributes): FirnError {
  return new FirnError(
    "lock-file",
    `lock file contains the internal attribute '__final': ${printAttributes(attributes)}`,
  );
}

function unlockedInput(input: InputAttributes): FirnError {
  return new FirnError(
    "lock-file",
    `Lock file contains unlocked input '${printAttributes(input)}'. Use '--allow-dirty-locks' to accept this lock file.`,
  );
}

function followCycle(paths: readonly InputPath[]): FirnError {
  return new FirnError("lock-file", `follow cycle detected: [${paths.map(printInputPath).join(" -> ")}]`);
}

function followsNothing(path: InputPath, follows: InputPath): FirnError {
  return new FirnError(
    "lock-file",
    `input '${printInputPath(path)}' follows a non-existent input '${printInputPath(follows)}'`,
  );
}
