// Attribute definitions and attribute paths. The token behind a `;` is read only when the definition before it is good.

import { ParseError } from "../errors/index.ts";
import type { AttrName, Expr, Offset } from "./ast.ts";
import {
  addAttr,
  addInheritFrom,
  documentLambda,
  finishAttrs,
  inheritAttr,
  inheritAttrFrom,
  type AttrsBuilder,
} from "./attrs-builder.ts";
import { StringParser } from "./string-parser.ts";
import { token } from "./tokens.ts";

export abstract class BindingParser extends StringParser {
  /** The rest of a set up to and with `}`. */
  protected parseAttrsBehind(attrs: AttrsBuilder): Expr {
    this.parseBindings(attrs);
    this.expect(token.braceClose);
    return finishAttrs(attrs);
  }

  protected parseBindings(attrs: AttrsBuilder): void {
    const scanner = this.scanner;
    for (;;) {
      switch (scanner.kind) {
        case token.inherit:
          this.parseInherit(attrs);
          break;
        case token.identifier:
        case token.orKeyword:
        case token.quote:
        case token.interpolation: {
          const pos = scanner.start;
          this.parseBinding(attrs, this.parseAttrPath(), pos);
          break;
        }
        default:
          return;
      }
    }
  }

  /** `= value;`, behind the path. */
  protected parseBinding(attrs: AttrsBuilder, path: AttrName[], pos: Offset): void {
    const scanner = this.scanner;
    this.expect(token.assign);
    const valueStart = scanner.start;
    const value = this.parseBound();
    if (!scanner.is(token.semicolon)) this.fail();
    addAttr(this, attrs, path, value, pos);
    const doc = scanner.docComments.get(pos);
    if (doc !== undefined) {
      if (value.kind === "lambda") documentLambda(value, doc);
      if (!scanner.docComments.has(valueStart)) scanner.docComments.set(valueStart, doc);
    }
    scanner.next();
  }

  private parseInherit(attrs: AttrsBuilder): void {
    const scanner = this.scanner;
    scanner.next();
    let source: Expr | undefined;
    if (scanner.is(token.parenOpen)) {
      scanner.next();
      source = this.parseBound();
      this.expect(token.parenClose);
    }
    const names: { readonly name: string; readonly pos: Offset }[] = [];
    while (this.startsAttr()) {
      const pos = scanner.start;
      const attr = this.parseAttr("inherit");
      if (attr.kind === "static") names.push({ name: attr.name, pos });
    }
    if (!scanner.is(token.semicolon)) this.fail();
    if (source === undefined) {
      for (const { name, pos } of names) inheritAttr(this, attrs, name, pos);
    } else {
      const from = addInheritFrom(attrs, source);
      for (const { name, pos } of names) inheritAttrFrom(this, attrs, { name, from, pos });
    }
    scanner.next();
  }

  private startsAttr(): boolean {
    switch (this.scanner.kind) {
      case token.identifier:
      case token.orKeyword:
      case token.quote:
      case token.interpolation:
        return true;
      default:
        return false;
    }
  }

  protected parseAttrPath(): AttrName[] {
    return this.parseAttrPathBehind(this.parseAttr("path"));
  }

  protected parseAttrPathBehind(first: AttrName): AttrName[] {
    const path = [first];
    while (this.scanner.is(token.dot)) {
      this.scanner.next();
      path.push(this.parseAttr("path"));
    }
    return path;
  }

  /** A name in an attribute path or of an `inherit`, where a dynamic one is an error at once. */
  private parseAttr(where: "path" | "inherit"): AttrName {
    const scanner = this.scanner;
    const start = scanner.start;
    let expr: Expr;
    switch (scanner.kind) {
      case token.identifier:
      case token.orKeyword: {
        const name = scanner.tokenText();
        this.names.add(name);
        scanner.next();
        return { kind: "static", name };
      }
      case token.quote:
        scanner.next();
        expr = this.parseStringParts();
        if (!scanner.is(token.quote)) this.fail();
        break;
      case token.interpolation:
        scanner.next();
        expr = this.parseExpr();
        if (!scanner.is(token.braceClose)) this.fail();
        break;
      default:
        return this.fail();
    }
    if (expr.kind !== "string" && where === "inherit") {
      throw new ParseError("dynamic attributes not allowed in inherit", { file: this.file, offset: start });
    }
    scanner.next();
    if (expr.kind !== "string") return { kind: "dynamic", expr };
    this.names.add(expr.text);
    return { kind: "static", name: expr.text };
  }
}
