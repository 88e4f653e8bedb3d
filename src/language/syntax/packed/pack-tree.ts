// Packs a syntax tree into a byte string; tags.ts has the format. Paths are packed as they were written, so that the same
// text packs to the same bytes wherever its file lies; only below the user's home (`~/x`)
// it is resolved too.

import { bytesToByteString } from "#formats";
import type { AttrDef, AttrPath, AttrsExpr, Expr, LambdaExpr, Offset } from "../ast.ts";
import { binaryOperators, definition, lambdaFlag, tag } from "./tags.ts";

/** Smaller nodes are read where they stand: skipping them is no gain. */
const smallestPart = 12;

/** What is made at once, and not when it is needed: making a function needs all but its body. */
const standsOpen: ReadonlySet<Expr["kind"]> = new Set(["int", "float", "string", "path", "var", "lambda"]);

/** `names`: those of the tree, in the order in which they become symbols; what desugaring made may be missing. */
export function packTree(expr: Expr, names: Iterable<string>): string {
  const tree = new Writer(names);
  tree.node(expr);
  const head = new Writer([]);
  head.number(tree.names.size);
  for (const name of tree.names.keys()) head.text(name);
  return head.finish() + tree.finish();
}

class Writer {
  private bytes = new Uint8Array(4096);
  private length = 0;
  /** With their places in the list of names. */
  readonly names = new Map<string, number>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.names.set(name, this.names.size);
  }

  finish(): string {
    return bytesToByteString(this.bytes.subarray(0, this.length));
  }

  node(expr: Expr): void {
    switch (expr.kind) {
      case "int":
        this.byte(tag.int);
        return this.text(String(expr.value));
      case "float":
        this.byte(tag.float);
        return this.text(String(expr.value));
      case "string":
        this.byte(tag.string);
        return this.text(expr.text);
      case "path":
        if (expr.literal.startsWith("~")) {
          this.byte(tag.homePath);
          this.text(expr.path);
        } else {
          this.byte(tag.path);
        }
        return this.text(expr.literal);
      case "var":
        this.byte(tag.variable);
        this.name(expr.name);
        return this.offset(expr.pos);
      case "select":
        this.byte(expr.or === undefined ? tag.select : tag.selectOr);
        this.node(expr.target);
        this.path(expr.path);
        this.offset(expr.pos);
        if (expr.or !== undefined) this.part(expr.or);
        return;
      case "hasAttr":
        this.byte(tag.hasAttr);
        this.node(expr.target);
        this.path(expr.path);
        return this.offset(expr.pos);
      case "attrs":
        return this.attrs(expr);
      case "list":
        this.byte(tag.list);
        this.offset(expr.pos);
        return this.parts(expr.items);
      case "lambda":
        return this.lambda(expr);
      case "call":
        this.byte(tag.call);
        this.node(expr.fn);
        this.offset(expr.pos);
        return this.parts(expr.args);
      case "let":
        this.byte(tag.let);
        this.attrs(expr.attrs);
        return this.node(expr.body);
      case "with":
        this.byte(tag.with);
        this.part(expr.scope);
        this.node(expr.body);
        return this.offset(expr.pos);
      case "if":
        this.byte(tag.if);
        this.node(expr.condition);
        this.part(expr.then);
        this.part(expr.else);
        return this.offset(expr.pos);
      case "assert":
        this.byte(tag.assert);
        this.node(expr.condition);
        this.node(expr.body);
        return this.offset(expr.pos);
      case "not":
        this.byte(tag.not);
        return this.node(expr.operand);
      case "binary":
        this.byte(tag.binary);
        this.byte(binaryOperators.indexOf(expr.op));
        this.node(expr.left);
        this.node(expr.right);
        return this.offset(expr.pos);
      case "concatStrings":
        this.byte(expr.forceString ? tag.joinStrings : tag.add);
        this.number(expr.parts.length);
        for (const part of expr.parts) {
          this.node(part.expr);
          this.offset(part.pos);
        }
        return this.offset(expr.pos);
      case "curPos":
        this.byte(tag.curPos);
        return this.offset(expr.pos);
      case "packed":
        return this.node(expr.unpack());
    }
  }

  private attrs(expr: AttrsExpr): void {
    this.byte(expr.recursive ? tag.recursiveAttrs : tag.attrs);
    this.offset(expr.pos);
    this.number(expr.attrs.size);
    for (const [name, def] of expr.attrs) this.definition(name, def);
    this.parts(expr.inheritFrom);
    this.number(expr.dynamic.length);
    for (const { name, value, pos } of expr.dynamic) {
      this.node(name);
      this.part(value);
      this.offset(pos);
    }
  }

  private definition(name: string, def: AttrDef): void {
    this.name(name);
    this.byte(definition[def.kind]);
    this.offset(def.pos);
    switch (def.kind) {
      case "plain":
        return this.part(def.value);
      case "inherited":
        return this.offset(def.value.pos);
      case "inheritedFrom":
        return this.number(def.from);
    }
  }

  private lambda(expr: LambdaExpr): void {
    const { argument, formals, name, doc } = expr;
    this.byte(tag.lambda);
    this.byte(
      (argument === undefined ? 0 : lambdaFlag.argument) |
        (formals === undefined ? 0 : lambdaFlag.formals) |
        (formals?.ellipsis ? lambdaFlag.ellipsis : 0) |
        (name === undefined ? 0 : lambdaFlag.name) |
        (doc === undefined ? 0 : lambdaFlag.doc),
    );
    this.offset(expr.pos);
    if (argument !== undefined) this.name(argument);
    if (formals !== undefined) {
      this.number(formals.formals.length);
      for (const formal of formals.formals) {
        this.name(formal.name);
        this.offset(formal.pos);
        this.byte(formal.fallback === undefined ? 0 : 1);
        if (formal.fallback !== undefined) this.part(formal.fallback);
      }
    }
    if (name !== undefined) this.name(name);
    if (doc !== undefined) {
      this.offset(doc.start);
      this.offset(doc.end);
    }
    this.part(expr.body);
  }

  private path(path: AttrPath): void {
    this.number(path.length);
    for (const name of path) {
      this.byte(name.kind === "static" ? 0 : 1);
      if (name.kind === "static") this.name(name.name);
      else this.node(name.expr);
    }
  }

  private parts(exprs: readonly Expr[]): void {
    this.number(exprs.length);
    for (const expr of exprs) this.part(expr);
  }

  /** A node that the reader may skip. */
  private part(expr: Expr): void {
    if (standsOpen.has(expr.kind)) return this.node(expr);
    const start = this.length;
    this.byte(tag.packed);
    for (let i = 0; i < 4; i++) this.byte(0);
    this.node(expr);
    const length = this.length - start - 5;
    if (length < smallestPart) {
      this.bytes.copyWithin(start, start + 5, this.length);
      this.length -= 5;
      return;
    }
    for (let i = 0; i < 4; i++) this.bytes[start + 1 + i] = (length >>> (8 * i)) & 255;
  }

  private name(name: string): void {
    let index = this.names.get(name);
    if (index === undefined) {
      index = this.names.size;
      this.names.set(name, index);
    }
    this.number(index);
  }

  private offset(offset: Offset): void {
    this.number(offset + 1);
  }

  text(text: string): void {
    this.number(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  number(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 128);
    this.byte(rest);
  }

  private byte(value: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }
}
