// Operands: single words and brackets, what is selected from them, and applications of functions to them.

import { printPosition, snippet } from "../errors/index.ts";
import type { Expr, Offset, VarExpr } from "./ast.ts";
import { noOffset } from "./ast.ts";
import { finishAttrs, startAttrs, type AttrsBuilder } from "./attrs-builder.ts";
import { BindingParser } from "./binding-parser.ts";
import { callDesugared, makeCall, makeVariable } from "./calls.ts";
import { lintUri } from "./lints.ts";
import { startsSimple } from "./operators.ts";
import { token } from "./tokens.ts";

export abstract class OperandParser extends BindingParser {
  /** Behind the `or` when the expression just parsed is `f or`, otherwise noOffset. */
  private cursedOrEnd: Offset = noOffset;

  protected parseApplication(first: Expr, start: Offset): Expr {
    const scanner = this.scanner;
    let fn = first;
    while (startsSimple[scanner.kind] === 1) {
      const argumentStart = scanner.start;
      const argument = this.parseSelection(this.parseSimple(argumentStart), argumentStart);
      this.warnIfCursedOr(argument);
      fn = makeCall(start, fn, argument);
    }
    return fn;
  }

  /** `x`, `x.a.b`, `x.a or y`, and `x or`, which is a call with a variable of that name. */
  protected parseSelection(simple: Expr, start: Offset): Expr {
    const scanner = this.scanner;
    this.cursedOrEnd = noOffset;
    if (scanner.is(token.dot)) {
      scanner.next();
      const path = this.parseAttrPath();
      let or: Expr | undefined;
      if (scanner.is(token.orKeyword)) {
        scanner.next();
        const orStart = scanner.start;
        or = this.parseSelection(this.parseSimple(orStart), orStart);
        this.warnIfCursedOr(or);
        this.cursedOrEnd = noOffset;
      }
      return { kind: "select", target: simple, path, or, pos: start };
    }
    if (scanner.is(token.orKeyword)) {
      const end = scanner.end;
      scanner.next();
      this.cursedOrEnd = end;
      return { kind: "call", fn: simple, args: [{ kind: "var", name: "or", pos: start }], pos: start };
    }
    return simple;
  }

  private warnIfCursedOr(expr: Expr): void {
    if (this.cursedOrEnd === noOffset || expr.kind !== "call") return;
    const place = printPosition({ file: this.file, offset: expr.pos });
    const text = snippet(this.file, expr.pos, this.cursedOrEnd);
    this.request.warn?.(
      `at ${place}: This expression uses \`or\` as an identifier in a way that will change in a future Nix release.\n` +
        `Wrap this entire expression in parentheses to preserve its current meaning:\n    (${text})\n` +
        "Give feedback at https://github.com/NixOS/nix/pull/11121",
    );
  }

  protected parsedVariable(name: string, start: Offset): Expr {
    this.names.add(name);
    return makeVariable(name, start);
  }

  protected parseSimple(start: Offset): Expr {
    const scanner = this.scanner;
    switch (scanner.kind) {
      case token.identifier: {
        const name = scanner.tokenText();
        scanner.next();
        return this.parsedVariable(name, start);
      }
      case token.integer: {
        const value = scanner.number;
        scanner.next();
        return { kind: "int", value };
      }
      case token.float: {
        const value = Number(scanner.number);
        scanner.next();
        return { kind: "float", value };
      }
      case token.quote:
        return this.parseString();
      case token.indentedStringOpen:
        return this.parseIndentedString(start);
      case token.path:
      case token.homePath:
        return this.parsePath(start);
      case token.searchPath: {
        const path = scanner.text.slice(start + 1, scanner.end - 1);
        scanner.next();
        const nixPath: VarExpr = { kind: "var", name: "__nixPath", pos: noOffset };
        return callDesugared("__findFile", [nixPath, { kind: "string", text: path }], start);
      }
      case token.uri: {
        const text = scanner.tokenText();
        lintUri(this.file, this.request, text, start);
        scanner.next();
        return { kind: "string", text };
      }
      case token.parenOpen: {
        scanner.next();
        // Parentheses leave nothing in the tree.
        this.ascend();
        const expr = this.parseExpr();
        this.descend();
        this.expect(token.parenClose);
        return expr;
      }
      case token.let:
        scanner.next();
        return this.parseOldLet(start);
      case token.rec: {
        scanner.next();
        const attrs = this.parseRecursiveAttrs(start);
        return finishAttrs(attrs);
      }
      case token.braceOpen: {
        scanner.next();
        const attrs = startAttrs(start);
        return this.parseAttrsBehind(attrs);
      }
      case token.bracketOpen:
        return this.parseList(start);
      default:
        return this.fail();
    }
  }

  /** `let { …; body = e; }`, behind the `let`. */
  protected parseOldLet(start: Offset): Expr {
    const target = finishAttrs(this.parseRecursiveAttrs(start));
    return { kind: "select", target, path: [{ kind: "static", name: "body" }], or: undefined, pos: noOffset };
  }

  private parseRecursiveAttrs(start: Offset): AttrsBuilder {
    this.expect(token.braceOpen);
    const attrs = startAttrs(start);
    attrs.recursive = true;
    this.parseAttrsBehind(attrs);
    return attrs;
  }

  private parseList(start: Offset): Expr {
    this.descend();
    const scanner = this.scanner;
    scanner.next();
    const items: Expr[] = [];
    while (startsSimple[scanner.kind] === 1) {
      const itemStart = scanner.start;
      const item = this.parseSelection(this.parseSimple(itemStart), itemStart);
      this.warnIfCursedOr(item);
      items.push(item);
    }
    this.expect(token.bracketClose);
    this.ascend();
    return { kind: "list", items, pos: start };
  }
}
