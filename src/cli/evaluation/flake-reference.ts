// Flake references as people type them: a path is looked up on the disk, from the folder where the program was called.

import { findInput, isLockedNode, locatePath } from "#fetch";
import {
  type FlakeReference,
  type FlakeReferenceOptions,
  type FlakeReferenceWithFragment,
  parseFlakeReference,
  parseFlakeReferenceWithFragment,
} from "#formats";
import type { Flakes } from "#instantiate";
import { absolutePath } from "../text/absolute-path.ts";

export interface ReadOptions {
  /** The folder named by a path need not have a flake.nix. */
  readonly mayBeMissing?: boolean;
}

export function readFlakeReference(flakes: Flakes, text: string, options: ReadOptions = {}): FlakeReference {
  return parseFlakeReference(text, flakes.context, onDisk(flakes, options));
}

export function readFlakeReferenceWithFragment(
  flakes: Flakes,
  text: string,
  options: ReadOptions = {},
): FlakeReferenceWithFragment {
  return parseFlakeReferenceWithFragment(text, flakes.context, onDisk(flakes, options));
}

function onDisk(flakes: Flakes, { mayBeMissing = false }: ReadOptions): FlakeReferenceOptions {
  const baseFolder = absolutePath(".");
  const { warn } = flakes.context;
  const inform = (text: string): void => flakes.evaluator.io.emitMessage("info", text);
  return { baseFolder, locatePath: (path) => locatePath(path, { baseFolder, mayBeMissing, warn, inform }) };
}

/** `--override-flake`. */
export function overrideFlake(flakes: Flakes, from: string, to: string): void {
  const source = readFlakeReference(flakes, from, { mayBeMissing: true });
  const target = readFlakeReference(flakes, to, { mayBeMissing: true });
  flakes.registries.addFlag({
    from: source.input,
    to: target.input,
    folder: target.folder === "" ? undefined : target.folder,
    isExact: false,
  });
}

/** `--inputs-from`: names stand for what they stand for in a flake. */
export function addInputsFrom(flakes: Flakes, text: string): void {
  const { lockFile } = flakes.lock(readFlakeReference(flakes, text), { writeLockFile: false });
  for (const name of [...lockFile.root.inputs.keys()].toSorted()) {
    const node = findInput(lockFile, [name]);
    if (node === undefined || !isLockedNode(node)) continue;
    const { input, folder } = node.locked;
    flakes.registries.addFlag({
      from: new Map([
        ["type", "indirect"],
        ["id", name],
      ]),
      to: input,
      folder: folder === "" ? undefined : folder,
      isExact: false,
    });
  }
}
