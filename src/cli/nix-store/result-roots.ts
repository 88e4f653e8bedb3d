// --add-root: a link for each result, `LINK`, `LINK-2`, `LINK-2-dev`; without it a warning that nothing keeps them.

import { printStorePath, type StorePath } from "#formats";
import type { LocalStore } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import { warnAboutCollection } from "../stores/gc-warning.ts";
import type { StoreRequest } from "./request.ts";

export interface ResultName {
  /** The how manieth result it is, from 1. */
  readonly number: number;
  readonly output: string;
}

/** What to print for a result: its store path, or the link that now keeps it. */
export function keepResult(request: StoreRequest, store: LocalStore, path: StorePath, name: ResultName): string {
  const { root, context } = request;
  if (root === undefined) {
    warnAboutCollection(context);
    return printStorePath(store.storeDir, path);
  }
  const number = name.number > 1 ? `-${name.number}` : "";
  const output = name.output === "out" ? "" : `-${name.output}`;
  return store.addPermanentRoot(path, absolutePath(root) + number + output);
}
