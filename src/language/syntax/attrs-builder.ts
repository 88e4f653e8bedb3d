// Attribute sets while they are parsed: nested paths and sets given twice are merged into one tree, and what is defined
// twice is an error (ParserState::addAttr). The merging has a history: whether the set that comes second is recursive is
// forgotten, so its attributes join the first as they stand.

import { hint, ParseError, printPosition } from "../errors/index.ts";
import type { AttrDef, AttrName, AttrsExpr, Expr, LambdaExpr, Offset, SourceFile, VarExpr } from "./ast.ts";
import { noOffset } from "./ast.ts";
import { showAttrPath, showIdentifier } from "./print.ts";
import type { DocComment } from "./scanner.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is asked of the parser. */
export interface DefiningParse {
  readonly file: SourceFile;
  /** Names in the order of their symbols. */
  bySymbol(names: readonly string[]): string[];
}

/** An attribute set that still grows; it becomes the AttrsExpr that it looks like. */
export interface AttrsBuilder {
  readonly kind: "attrs";
  recursive: boolean;
  attrs: Map<string, AttrDef>;
  inheritFrom: Expr[];
  dynamic: { readonly name: Expr; readonly value: Expr; readonly pos: Offset }[];
  pos: Offset;
}

/** Shared by all the sets that have none, which many have: `{ }` is a common argument. Replaced at the first addition. */
const noAttrs = new Map<string, AttrDef>();
const none: never[] = [];

export function startAttrs(pos: Offset): AttrsBuilder {
  return { kind: "attrs", recursive: false, attrs: noAttrs, inheritFrom: none, dynamic: none, pos };
}

export function finishAttrs(builder: AttrsBuilder): AttrsExpr {
  return builder;
}

/** `path = value;` */
export function addAttr(parse: DefiningParse, attrs: AttrsBuilder, path: AttrName[], value: Expr, pos: Offset): void {
  let target = attrs;
  for (let i = 0; i < path.length - 1; i++) {
    target = enterAttr(parse, target, path, i, pos);
  }
  const last = path[path.length - 1];
  if (last === undefined) return;
  if (last.kind === "static") defineAttr(parse, target, path, last.name, { kind: "plain", value, pos });
  else addDynamic(target, { name: last.expr, value, pos });
}

/** The set that the path's part leads to, made if it is not there. */
function enterAttr(
  parse: DefiningParse,
  attrs: AttrsBuilder,
  path: AttrName[],
  index: number,
  pos: Offset,
): AttrsBuilder {
  const part = path[index] as AttrName;
  if (part.kind === "dynamic") {
    const nested = startAttrs(noOffset);
    addDynamic(attrs, { name: part.expr, value: finishAttrs(nested), pos });
    return nested;
  }
  const existing = attrs.attrs.get(part.name);
  if (existing === undefined) {
    const nested = startAttrs(noOffset);
    setAttr(attrs, part.name, { kind: "plain", value: finishAttrs(nested), pos });
    return nested;
  }
  return nestedAttrs(existing) ?? attrDefinedTwice(parse, showAttrPath(path.slice(0, index + 1)), pos, existing.pos);
}

/** `inherit name;` */
export function inheritAttr(parse: DefiningParse, attrs: AttrsBuilder, name: string, pos: Offset): void {
  const value: VarExpr = { kind: "var", name, pos };
  addInherited(parse, attrs, name, { kind: "inherited", value, pos });
}

/** `inherit (from) name;`, where `from` is what `addInheritFrom` gave. */
export function inheritAttrFrom(
  parse: DefiningParse,
  attrs: AttrsBuilder,
  inherited: { readonly name: string; readonly from: number; readonly pos: Offset },
): void {
  const { name, from, pos } = inherited;
  addInherited(parse, attrs, name, { kind: "inheritedFrom", from, pos });
}

function addInherited(parse: DefiningParse, attrs: AttrsBuilder, name: string, def: AttrDef): void {
  const existing = attrs.attrs.get(name);
  if (existing !== undefined) attrDefinedTwice(parse, showIdentifier(name), def.pos, existing.pos);
  setAttr(attrs, name, def);
}

/** The index by which attributes mean this source. */
export function addInheritFrom(attrs: AttrsBuilder, source: Expr): number {
  if (attrs.inheritFrom === none) attrs.inheritFrom = [];
  return attrs.inheritFrom.push(source) - 1;
}

function setAttr(attrs: AttrsBuilder, name: string, def: AttrDef): void {
  if (attrs.attrs === noAttrs) attrs.attrs = new Map();
  attrs.attrs.set(name, def);
}

function addDynamic(attrs: AttrsBuilder, def: AttrsBuilder["dynamic"][number]): void {
  if (attrs.dynamic === none) attrs.dynamic = [];
  attrs.dynamic.push(def);
}

function defineAttr(parse: DefiningParse, attrs: AttrsBuilder, path: AttrName[], name: string, def: AttrDef): void {
  const existing = attrs.attrs.get(name);
  if (existing === undefined) {
    setAttr(attrs, name, def);
    if (def.kind === "plain" && def.value.kind === "lambda") nameLambda(def.value, name);
    return;
  }
  const first = nestedAttrs(existing);
  const second = nestedAttrs(def);
  if (first === undefined || second === undefined) {
    attrDefinedTwice(parse, showAttrPath(path), def.pos, existing.pos);
  }
  mergeAttrs(parse, first, second, path);
}

function mergeAttrs(parse: DefiningParse, first: AttrsBuilder, second: AttrsBuilder, path: AttrName[]): void {
  const shift = first.inheritFrom.length;
  for (const name of mergeOrder(parse, first, second)) {
    const def = second.attrs.get(name) as AttrDef;
    const moved = def.kind === "inheritedFrom" ? { ...def, from: def.from + shift } : def;
    path.push({ kind: "static", name });
    defineAttr(parse, first, path, name, moved);
    path.pop();
  }
  for (const def of second.dynamic) addDynamic(first, def);
  for (const source of second.inheritFrom) addInheritFrom(first, source);
}

/** Nix goes by symbols, which shows where several cannot be merged. */
function mergeOrder(parse: DefiningParse, first: AttrsBuilder, second: AttrsBuilder): Iterable<string> {
  const inBoth = [...second.attrs.keys()].filter((name) => first.attrs.has(name));
  return inBoth.length < 2 ? second.attrs.keys() : new Set([...parse.bySymbol(inBoth), ...second.attrs.keys()]);
}

function nestedAttrs(def: AttrDef): AttrsBuilder | undefined {
  // Every set of the tree under construction was made by startAttrs.
  return def.kind === "plain" && def.value.kind === "attrs" ? (def.value as AttrsBuilder) : undefined;
}

function attrDefinedTwice({ file }: DefiningParse, path: string, pos: Offset, earlier: Offset): never {
  const place = printPosition({ file, offset: earlier });
  throw new ParseError(hint`attribute '${path}' already defined at ${place}`, { file, offset: pos });
}

/** Gives a function, and those that it returns at once, the name it is bound to (ExprLambda::setName). */
export function nameLambda(lambda: LambdaExpr, name: string): void {
  for (let inner: Expr = lambda; inner.kind === "lambda"; inner = inner.body) {
    (inner as Mutable<LambdaExpr>).name = name;
  }
}

/** A doc comment before a function documents those it returns as well, unless they have their own (RFC 145). */
export function documentLambda(lambda: LambdaExpr, doc: DocComment): void {
  for (let inner: Expr = lambda; inner.kind === "lambda" && inner.doc === undefined; inner = inner.body) {
    (inner as Mutable<LambdaExpr>).doc = doc;
  }
}
