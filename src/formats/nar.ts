// What a NAR is: the canonical archive of one file, symlink or directory, with nothing of its metadata but the executable
// bit. This file has the words that its reader and its writer share: the tree, the sink, the limits and the complaints.
// Names, targets and file contents are bytes; names and targets come as byte strings.

import { FirnError } from "./error.ts";

export const narMagic = "nix-archive-1";
/** How deep nodes may nest, the root included. */
export const narMaxDepth = 64;
export const narMaxName = 255;
export const narMaxTarget = 4095;
/** No tag is longer than ten bytes; the slack keeps messages about garbage useful. */
export const narMaxTag = 32;
/** What `use-case-hack` puts behind a name that differs from another only in its case, before a number. */
export const caseHackSuffix = "~nix~case~hack~";

/** What a reader tells about an archive, in its order, and what a writer is told. */
export interface NarSink {
  startDirectory(): void;
  /** The node that follows is the directory's entry of that name; names come in the order of their bytes. */
  startEntry(name: string): void;
  endDirectory(): void;
  /** `narOffset` is where in the archive the first byte of the contents stands; a writer has no use for it. */
  regularFile(executable: boolean, size: number, narOffset: number): void;
  /** Some of the contents; `size` bytes come in all. The chunk may be reused after the call. */
  contents(chunk: Uint8Array): void;
  endRegularFile(): void;
  symlink(target: string): void;
}

/** A tree to be archived, which may be made while it is read: entries and contents are asked for once, in order. */
export type NarNode =
  | {
      readonly type: "regular";
      readonly executable: boolean;
      readonly size: number;
      readonly contents: Iterable<Uint8Array>;
    }
  | { readonly type: "symlink"; readonly target: string }
  /** The names have to come in the order of their bytes. */
  | { readonly type: "directory"; readonly entries: Iterable<readonly [name: string, node: NarNode]> };

/** Zero bytes behind a string of that length. */
export function narPadding(length: number): number {
  return (8 - (length % 8)) % 8;
}

export function isValidNarName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    name.length <= narMaxName &&
    !name.includes("/") &&
    !name.includes("\0")
  );
}

export function isValidNarTarget(target: string): boolean {
  return target !== "" && target.length <= narMaxTarget && !target.includes("\0");
}

/** Nix's badArchive. */
export function badArchive(complaint: string): FirnError {
  return new FirnError("bad-archive", `bad archive: ${complaint}`);
}

export function truncatedArchive(): FirnError {
  return new FirnError("bad-archive", "unexpected end-of-file");
}

export function overlongArchiveString(): FirnError {
  return new FirnError("bad-archive", "string is too long");
}

export function nonZeroPadding(): FirnError {
  return new FirnError("bad-archive", "non-zero padding");
}
