// The door of language: the Nix expression language from text to value. No I/O here but through EvalIO, and no Node: this
// room runs in a page.

export * from "./io.ts";
export * from "./io-memory.ts";
export * from "./errors/index.ts";
export { canonicalPath, parseBindings, parseFile, printExpr, showIdentifier } from "./syntax/index.ts";
export type { LintLevel, ParsedFile, ParseRequest } from "./syntax/index.ts";
export type { AttrsExpr, Expr, LambdaExpr, Origin, SourceFile } from "./syntax/ast.ts";
export { Attrs, AttrsBuilder, emptyAttrs } from "./values/attrs.ts";
export * from "./values/context.ts";
export { Lambda } from "./values/lambda.ts";
export type { Pos, SourcePosition } from "./values/position.ts";
export { positionOfSlot } from "./values/position-of.ts";
export {
  type BuiltinTable,
  type ConstantDefinition,
  PrimOp,
  PrimOpApp,
  type PrimOpDefinition,
} from "./values/prim-op.ts";
export {
  printAmbiguous,
  printAttrName,
  printForError,
  printForTrace,
  printValue,
  type PrintOptions,
} from "./values/print.ts";
export type { Symbol } from "./values/symbols.ts";
export { force, Thunk } from "./values/thunk.ts";
export { typeName, typeTag } from "./values/type-name.ts";
export { NixFloat, type NixList, NixPath, NixString, type Slot, stringValue, type Value } from "./values/value.ts";
export { AttrPathNotFound, type FoundAttr, parseAttrPath } from "./machine/attr-path.ts";
export { GrowingScope, type ReplText, UnfinishedText } from "./machine/growing-scope.ts";
export { enterCall } from "./machine/depth.ts";
export { createEvaluator, type Evaluator, type EvaluatorOptions } from "./machine/evaluator.ts";
export { fetchFlakeSource } from "./machine/flake-source.ts";
export { derivationInternalPath } from "./machine/internal-paths.ts";
export {
  defaultEvalSettings,
  type EvalSettings,
  parseSearchPathEntry,
  type SearchPathEntry,
} from "./machine/settings.ts";
export * from "./instruments/index.ts";
export * from "./builtins/index.ts";
export { printFloat } from "./values/float-format.ts";
