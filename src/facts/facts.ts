// The facts of an evaluation: each question that it asked of the world, with the answer or a digest of it. While all of them
// hold, evaluating again can only give the same. They are plain data, so that a file can keep them.

import type { SourceFileType } from "#store";
import type { StorePath } from "#formats";
import type { Stamp } from "./file-stamp.ts";

/** What lies at a path. */
export type Kind = SourceFileType | "absent";

/** What was asked about one path of this machine; what was not asked is absent. */
export interface FileFact {
  /** A byte string. */
  readonly path: string;
  /** Of the entry itself, a link not followed. */
  type?: Kind;
  executable?: boolean;
  size?: number;
  /** Where the link points. */
  target?: string;
  /** What is there when links are followed. */
  followed?: Kind;
  /** Where it really is when links are followed; null when nowhere. */
  real?: string | null;
  /** Digest of the bytes, links followed. */
  contents?: string;
  /** Digest of the names and types in the folder, links followed. */
  listing?: string;
  /** Of what `contents` or `listing` was read from. Absent when it would prove nothing; then they are read again. */
  stamp?: Stamp;
}

/** A file tree that was copied into the store, or only named as if it had been. */
export interface TreeFact {
  readonly path: string;
  readonly name: string;
  readonly method: "nar" | "flat";
  readonly references: readonly StorePath[];
  /** Digest of what the filter was asked and what it answered, in order. */
  readonly asked: string;
  /** What the filter left out, relative to `path`. */
  readonly omitted: readonly string[];
  /** Everything that was read, relative to `path`; null where a stamp would prove nothing. */
  readonly members: readonly (readonly [path: string, stamp: Stamp | null])[];
  readonly result: StorePath;
}

export interface Facts {
  readonly files: readonly FileFact[];
  readonly trees: readonly TreeFact[];
  /** Environment variables by a digest of their value; null for those that are not set. */
  readonly variables: readonly (readonly [name: string, digest: string | null])[];
  /** Store paths that must be valid. What those refer to is then valid too. */
  readonly valid: readonly StorePath[];
  readonly invalid: readonly StorePath[];
  /** Of valid paths: a digest of what they refer to. */
  readonly references: readonly (readonly [path: StorePath, digest: string])[];
  /** Milliseconds since the epoch, after which something downloaded is to be asked for again; null for never. */
  readonly expires: number | null;
}
