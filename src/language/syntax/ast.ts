// The syntax tree: what the parser yields and what printer, compiler and editors read. Shapes follow Nix's ExprX classes,
// because `nix-instantiate --parse`, error positions and evaluation order are theirs; desugaring that the C++ parser does
// (`<`, `-`, `<x>`, nested attribute paths merged into sets) is done by ours as well.
//
// All text is byte strings. A position is the byte offset of the node in its file; line and column are computed only when
// an error or `__curPos` asks. Nodes are plain data, never changed after parsing.

/**
 * Where source text came from; `path` is absolute, and messages call it `shownAs` where that is another name. Where its lines
 * are, Nix looks up in the file again, for which it follows no link: one that is `behindLink` is all one line, and not shown.
 */
export type Origin =
  | { readonly kind: "path"; readonly path: string; readonly shownAs?: string; readonly behindLink?: true }
  | { readonly kind: "string" }
  | { readonly kind: "stdin" };

export interface SourceFile {
  readonly origin: Origin;
  readonly text: string;
}

export type Offset = number;

/** The offset of nodes that desugaring made and that have no place of their own (noPos). */
export const noOffset: Offset = -1;

export type Expr =
  | IntExpr
  | FloatExpr
  | StringExpr
  | PathExpr
  | VarExpr
  | SelectExpr
  | HasAttrExpr
  | AttrsExpr
  | ListExpr
  | LambdaExpr
  | CallExpr
  | LetExpr
  | WithExpr
  | IfExpr
  | AssertExpr
  | NotExpr
  | BinaryExpr
  | ConcatStringsExpr
  | CurPosExpr
  | PackedExpr;

interface IntExpr {
  readonly kind: "int";
  /** A number when it is a safe integer, else a bigint; within 64 bits. */
  readonly value: number | bigint;
}
interface FloatExpr {
  readonly kind: "float";
  readonly value: number;
}
interface StringExpr {
  readonly kind: "string";
  readonly text: string;
}
/** A path without interpolation, made absolute and canonical against the file's folder or home. */
interface PathExpr {
  readonly kind: "path";
  readonly path: string;
  /** As it was written. */
  readonly literal: string;
}
export interface VarExpr {
  readonly kind: "var";
  readonly name: string;
  readonly pos: Offset;
}
export type AttrName =
  | { readonly kind: "static"; readonly name: string }
  | { readonly kind: "dynamic"; readonly expr: Expr };
export type AttrPath = readonly AttrName[];
export interface SelectExpr {
  readonly kind: "select";
  readonly target: Expr;
  readonly path: AttrPath;
  readonly or: Expr | undefined;
  readonly pos: Offset;
}
export interface HasAttrExpr {
  readonly kind: "hasAttr";
  readonly target: Expr;
  readonly path: AttrPath;
  readonly pos: Offset;
}

export type AttrDef =
  /** `name = value;` */
  | { readonly kind: "plain"; readonly value: Expr; readonly pos: Offset }
  /** `inherit name;`: looked up outside of the set, even when it is recursive; `value` is the variable. */
  | { readonly kind: "inherited"; readonly value: VarExpr; readonly pos: Offset }
  /** `inherit (from) name;`: `from` is an index into `inheritFrom`, which all names of the clause share. */
  | { readonly kind: "inheritedFrom"; readonly from: number; readonly pos: Offset };

export interface AttrsExpr {
  readonly kind: "attrs";
  readonly recursive: boolean;
  readonly attrs: ReadonlyMap<string, AttrDef>;
  /** The expressions of `inherit (e) …` clauses, in order; evaluated at most once each, in the scope of the set if recursive. */
  readonly inheritFrom: readonly Expr[];
  readonly dynamic: readonly { readonly name: Expr; readonly value: Expr; readonly pos: Offset }[];
  readonly pos: Offset;
}
export interface ListExpr {
  readonly kind: "list";
  readonly items: readonly Expr[];
  readonly pos: Offset;
}
export interface Formal {
  readonly name: string;
  readonly fallback: Expr | undefined;
  readonly pos: Offset;
}
export interface LambdaExpr {
  readonly kind: "lambda";
  /** `x: …` or the name beside `@`. */
  readonly argument: string | undefined;
  readonly formals: { readonly formals: readonly Formal[]; readonly ellipsis: boolean } | undefined;
  readonly body: Expr;
  readonly pos: Offset;
  /** The attribute or variable it is bound to, for traces and printing (ExprLambda::name). */
  readonly name: string | undefined;
  /** Offsets of the doc comment that precedes it. */
  readonly doc: { readonly start: Offset; readonly end: Offset } | undefined;
}
export interface CallExpr {
  readonly kind: "call";
  readonly fn: Expr;
  /** All arguments of `f a b c` in one node. */
  readonly args: readonly Expr[];
  readonly pos: Offset;
}
export interface LetExpr {
  readonly kind: "let";
  /** `recursive` is set; dynamic names cannot occur. */
  readonly attrs: AttrsExpr;
  readonly body: Expr;
}
export interface WithExpr {
  readonly kind: "with";
  readonly scope: Expr;
  readonly body: Expr;
  readonly pos: Offset;
}
export interface IfExpr {
  readonly kind: "if";
  readonly condition: Expr;
  readonly then: Expr;
  readonly else: Expr;
  readonly pos: Offset;
}
export interface AssertExpr {
  readonly kind: "assert";
  readonly condition: Expr;
  readonly body: Expr;
  readonly pos: Offset;
}
export interface NotExpr {
  readonly kind: "not";
  readonly operand: Expr;
}
export interface BinaryExpr {
  readonly kind: "binary";
  readonly op: "==" | "!=" | "&&" | "||" | "->" | "//" | "++";
  readonly left: Expr;
  readonly right: Expr;
  readonly pos: Offset;
}
/** String interpolation (`forceString`), interpolated paths, and `+` of any kind. */
export interface ConcatStringsExpr {
  readonly kind: "concatStrings";
  readonly forceString: boolean;
  readonly parts: readonly { readonly expr: Expr; readonly pos: Offset }[];
  readonly pos: Offset;
}
interface CurPosExpr {
  readonly kind: "curPos";
  readonly pos: Offset;
}
/** A part of a packed tree (packed/) that nobody has looked at yet; never made by the parser. */
export interface PackedExpr {
  readonly kind: "packed";
  /** The node, with smaller packed parts in it. */
  unpack(): Expr;
}
