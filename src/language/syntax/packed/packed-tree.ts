// Reads a packed tree (tags.ts has the format) bit by bit: what nobody looks at is skipped, which is most of a file such as
// all-packages.nix. The bytes must be what `packTree` wrote; whoever keeps them sees to that.

import type { AttrDef, AttrName, AttrsExpr, Expr, Formal, LambdaExpr, PackedExpr } from "../ast.ts";
import { resolvePathLiteral } from "../literals.ts";
import { binaryOperators, definition, lambdaFlag, tag } from "./tags.ts";

export class PackedTree {
  /** In the order in which they become symbols. */
  readonly names: readonly string[];
  private readonly bytes: string;
  /** Where paths of the file start. */
  private readonly baseDirectory: string;
  private readonly start: number;
  /** The place that is read next. */
  private at = 0;

  constructor(bytes: string, baseDirectory: string) {
    this.bytes = bytes;
    this.baseDirectory = baseDirectory;
    const names: string[] = [];
    for (let left = this.number(); left > 0; left--) names.push(this.text());
    this.names = names;
    this.start = this.at;
  }

  get root(): Expr {
    return this.nodeAt(this.start);
  }

  nodeAt(place: number): Expr {
    this.at = place;
    return this.node();
  }

  private node(): Expr {
    const kind = this.byte();
    switch (kind) {
      case tag.int: {
        const text = this.text();
        const value = Number(text);
        return { kind: "int", value: Number.isSafeInteger(value) ? value : BigInt(text) };
      }
      case tag.float:
        return { kind: "float", value: Number(this.text()) };
      case tag.string:
        return { kind: "string", text: this.text() };
      case tag.path: {
        const literal = this.text();
        return { kind: "path", path: resolvePathLiteral(literal, this.baseDirectory), literal };
      }
      case tag.homePath:
        return { kind: "path", path: this.text(), literal: this.text() };
      case tag.variable:
        return { kind: "var", name: this.name(), pos: this.offset() };
      case tag.select:
      case tag.selectOr: {
        const target = this.node();
        const path = this.path();
        const pos = this.offset();
        return { kind: "select", target, path, or: kind === tag.selectOr ? this.node() : undefined, pos };
      }
      case tag.hasAttr:
        return { kind: "hasAttr", target: this.node(), path: this.path(), pos: this.offset() };
      case tag.attrs:
        return this.attrs(false);
      case tag.recursiveAttrs:
        return this.attrs(true);
      case tag.list: {
        const pos = this.offset();
        return { kind: "list", items: this.nodes(), pos };
      }
      case tag.lambda:
        return this.lambda();
      case tag.call: {
        const fn = this.node();
        const pos = this.offset();
        return { kind: "call", fn, args: this.nodes(), pos };
      }
      case tag.let: {
        this.byte();
        const attrs = this.attrs(true);
        return { kind: "let", attrs, body: this.node() };
      }
      case tag.with:
        return { kind: "with", scope: this.node(), body: this.node(), pos: this.offset() };
      case tag.if:
        // oxlint-disable-next-line no-thenable -- the branch is named as in the language
        return { kind: "if", condition: this.node(), then: this.node(), else: this.node(), pos: this.offset() };
      case tag.assert:
        return { kind: "assert", condition: this.node(), body: this.node(), pos: this.offset() };
      case tag.not:
        return { kind: "not", operand: this.node() };
      case tag.binary: {
        const op = binaryOperators[this.byte()] as (typeof binaryOperators)[number];
        return { kind: "binary", op, left: this.node(), right: this.node(), pos: this.offset() };
      }
      case tag.joinStrings:
      case tag.add: {
        const parts = [];
        for (let left = this.number(); left > 0; left--) parts.push({ expr: this.node(), pos: this.offset() });
        return { kind: "concatStrings", forceString: kind === tag.joinStrings, parts, pos: this.offset() };
      }
      case tag.curPos:
        return { kind: "curPos", pos: this.offset() };
      case tag.packed:
        return this.skip();
      default:
        throw new Error(`a packed tree has no node ${kind} at byte ${this.at - 1}`);
    }
  }

  private skip(): PackedExpr {
    let length = 0;
    for (let shift = 0; shift < 32; shift += 8) length |= this.byte() << shift;
    const part = new Part(this, this.at);
    this.at += length;
    return part;
  }

  private nodes(): Expr[] {
    const nodes: Expr[] = [];
    for (let left = this.number(); left > 0; left--) nodes.push(this.node());
    return nodes;
  }

  private attrs(recursive: boolean): AttrsExpr {
    const pos = this.offset();
    const attrs = new Map<string, AttrDef>();
    for (let left = this.number(); left > 0; left--) {
      const name = this.name();
      attrs.set(name, this.definition(name));
    }
    const inheritFrom = this.nodes();
    const dynamic = [];
    for (let left = this.number(); left > 0; left--) {
      dynamic.push({ name: this.node(), value: this.node(), pos: this.offset() });
    }
    return { kind: "attrs", recursive, attrs, inheritFrom, dynamic, pos };
  }

  private definition(name: string): AttrDef {
    const kind = this.byte();
    const pos = this.offset();
    switch (kind) {
      case definition.plain:
        return { kind: "plain", value: this.node(), pos };
      case definition.inherited:
        return { kind: "inherited", value: { kind: "var", name, pos: this.offset() }, pos };
      default:
        return { kind: "inheritedFrom", from: this.number(), pos };
    }
  }

  private lambda(): LambdaExpr {
    const flags = this.byte();
    const pos = this.offset();
    const argument = (flags & lambdaFlag.argument) === 0 ? undefined : this.name();
    let formals: Formal[] | undefined;
    if ((flags & lambdaFlag.formals) !== 0) {
      formals = [];
      for (let left = this.number(); left > 0; left--) formals.push(this.formal());
    }
    const name = (flags & lambdaFlag.name) === 0 ? undefined : this.name();
    const doc = (flags & lambdaFlag.doc) === 0 ? undefined : { start: this.offset(), end: this.offset() };
    return {
      kind: "lambda",
      argument,
      formals: formals && { formals, ellipsis: (flags & lambdaFlag.ellipsis) !== 0 },
      body: this.node(),
      pos,
      name,
      doc,
    };
  }

  private formal(): Formal {
    const name = this.name();
    const pos = this.offset();
    return { name, fallback: this.byte() === 0 ? undefined : this.node(), pos };
  }

  private path(): AttrName[] {
    const path: AttrName[] = [];
    for (let left = this.number(); left > 0; left--) {
      path.push(this.byte() === 0 ? { kind: "static", name: this.name() } : { kind: "dynamic", expr: this.node() });
    }
    return path;
  }

  private name(): string {
    return this.names[this.number()] as string;
  }

  private offset(): number {
    return this.number() - 1;
  }

  private text(): string {
    const length = this.number();
    const start = this.at;
    this.at = start + length;
    return this.bytes.slice(start, this.at);
  }

  private number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  private byte(): number {
    return this.bytes.charCodeAt(this.at++);
  }
}

class Part implements PackedExpr {
  readonly kind = "packed";
  private readonly tree: PackedTree;
  private readonly place: number;

  constructor(tree: PackedTree, place: number) {
    this.tree = tree;
    this.place = place;
  }

  unpack(): Expr {
    return this.tree.nodeAt(this.place);
  }
}
