// Syntax: from source text to the tree, and back to what `nix-instantiate --parse` prints.

export * from "./ast.ts";
export { nameLambda } from "./attrs-builder.ts";
export * from "./parser.ts";
export * from "./print.ts";
export type { LintLevel, Lints } from "./lints.ts";
export { canonicalPath } from "./literals.ts";
export { packTree } from "./packed/pack-tree.ts";
export { PackedTree } from "./packed/packed-tree.ts";
