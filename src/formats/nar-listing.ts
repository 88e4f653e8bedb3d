// The table of contents of a NAR: its tree with sizes and where in the archive each file's bytes begin. Binary caches keep
// it as `<hash>.ls`, and `nix nar ls --json` prints it.

import { fromByteString } from "./byte-string.ts";
import type { JsonValue } from "./json.ts";
import { NarReader } from "./nar-reader.ts";
import type { NarSink } from "./nar.ts";

export type NarListing =
  | { readonly type: "regular"; readonly size: number; readonly executable: boolean; readonly narOffset: number }
  | { readonly type: "symlink"; readonly target: string }
  | { readonly type: "directory"; readonly entries: ReadonlyMap<string, NarListing> };

/** Gathers the listing while an archive is read; `result` is there once the archive is complete. */
export class NarListingSink implements NarSink {
  private root: NarListing | undefined;
  private readonly directories: Map<string, NarListing>[] = [];
  private name = "";

  get result(): NarListing | undefined {
    return this.root;
  }

  startDirectory(): void {
    const entries = new Map<string, NarListing>();
    this.add({ type: "directory", entries });
    this.directories.push(entries);
  }

  startEntry(name: string): void {
    this.name = name;
  }

  endDirectory(): void {
    this.directories.pop();
  }

  regularFile(executable: boolean, size: number, narOffset: number): void {
    this.add({ type: "regular", size, executable, narOffset });
  }

  contents(): void {
    // The listing has no contents.
  }

  endRegularFile(): void {
    // All is said at its beginning.
  }

  symlink(target: string): void {
    this.add({ type: "symlink", target });
  }

  private add(listing: NarListing): void {
    const directory = this.directories.at(-1);
    if (directory === undefined) this.root = listing;
    else directory.set(this.name, listing);
  }
}

/** Reads a whole archive for its listing (parseNarListing). */
export function listNar(source: Iterable<Uint8Array>): NarListing {
  const sink = new NarListingSink();
  const reader = new NarReader(sink);
  for (const chunk of source) reader.push(chunk);
  reader.finish();
  return sink.result as NarListing;
}

/** The whole tree; `executable` is only there where it is true. */
export function narListingToJson(listing: NarListing): JsonValue {
  switch (listing.type) {
    case "directory":
      return {
        type: "directory",
        entries: Object.fromEntries(
          [...listing.entries].map(([name, entry]) => [fromByteString(name), narListingToJson(entry)]),
        ),
      };
    case "symlink":
      return { type: "symlink", target: fromByteString(listing.target) };
    case "regular":
      return {
        type: "regular",
        size: listing.size,
        ...(listing.executable ? { executable: true } : {}),
        narOffset: listing.narOffset,
      };
  }
}

/** The same for one node, with nothing said about a directory's entries but their names. */
export function shallowNarListingToJson(listing: NarListing): JsonValue {
  if (listing.type !== "directory") return narListingToJson(listing);
  return {
    type: "directory",
    entries: Object.fromEntries([...listing.entries.keys()].map((name) => [fromByteString(name), {}])),
  };
}

/** The file `<hash>.ls` of a binary cache. */
export function narListingFileToJson(listing: NarListing): JsonValue {
  return { version: 1, root: narListingToJson(listing) };
}
