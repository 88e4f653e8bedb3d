// The door of facts: what an evaluation saw of the world, taken down, kept, and checked again.

export { checkFacts, type CheckOptions, type Verdict } from "./check-facts.ts";
export { type CopiedTree, CopiedTrees } from "./copied-trees.ts";
export { EvaluationFolder } from "./evaluation-folder.ts";
export { FactRecorder, type TreeRecorder } from "./fact-recorder.ts";
export type { Facts, Kind } from "./facts.ts";
export type { RememberedEntry } from "./remembered-entry.ts";
