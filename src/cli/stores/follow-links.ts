// Store paths as people name them: by their name, or by any link that leads to one (Nix's followLinksToStorePath).

import { lstatSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, isInStore, parsePathInStore, type StorePath } from "#formats";
import { hostPath } from "#host";
import type { Store } from "#store";
import { absolutePath } from "../text/absolute-path.ts";

/** The store path that `text` is in, its links followed until they get there. */
export function followLinksToStorePath(store: Store, text: string): StorePath {
  return parsePathInStore(store.storeDir, followLinksToStore(store, text)).path;
}

/** A store path with the outputs that are wanted of it, `….drv!out,dev`; none named means all. */
export interface PathWithOutputs {
  readonly path: StorePath;
  readonly outputs: readonly string[];
}

export function followLinksToPathWithOutputs(store: Store, text: string): PathWithOutputs {
  const mark = text.indexOf("!");
  const [path, outputs] = mark < 0 ? [text, ""] : [text.slice(0, mark), text.slice(mark + 1)];
  return { path: followLinksToStorePath(store, path), outputs: outputs.split(",").filter((name) => name !== "") };
}

function followLinksToStore(store: Store, text: string): string {
  let path = absolutePath(text);
  while (!isInStore(store.storeDir, path)) {
    const status = lstatSync(hostPath(path), { throwIfNoEntry: false });
    if (status?.isSymbolicLink() !== true) throw notInStore(path);
    path = posix.resolve(posix.dirname(path), readlinkSync(hostPath(path), { encoding: "latin1" }));
  }
  return path;
}

function notInStore(path: string): FirnError {
  return new FirnError("not-in-store", `path "${path}" is not in the Nix store`);
}
