// The value of a locked flake: its outputs, called with its inputs, which are fetched when they are needed (callFlake).

import { isLockedNode, lockFileToJson } from "#fetch";
import { parsePathInStore, printIndentedJson } from "#formats";
import { AttrsBuilder, type Slot, treeAttributes, type Value } from "#language";
import { guarded } from "../guarded.ts";
import { callFlakePath } from "./call-flake-text.ts";
import type { Flakes } from "./flakes.ts";
import type { LockedFlake } from "./lock-flake.ts";

export function callFlake({ evaluator }: Flakes, { flake, lockFile, places }: LockedFlake): Value {
  const { json, keys } = lockFileToJson(lockFile);
  const known = new AttrsBuilder();
  for (const [node, folder] of places) {
    const { path, rest } = guarded(() => parsePathInStore(evaluator.io.storeDir, folder));
    const attributes = isLockedNode(node) ? node.locked.input : flake.locked.input;
    const forceDirty = !isLockedNode(node) && flake.forceDirty;
    const sourceInfo = treeAttributes(evaluator, { path, attributes }, { forceDirty });
    const entry: Slot = evaluator.attrs({ sourceInfo, dir: rest.replace(/^\//, "") });
    known.set(evaluator.symbol(keys.get(node) ?? ""), entry);
  }
  const call = evaluator.evalFile(callFlakePath);
  const fetchFinalTree = evaluator.internalPrimOp("fetchFinalTree");
  return evaluator.call(call, [printIndentedJson(json, 2), known.build(), fetchFinalTree]);
}
