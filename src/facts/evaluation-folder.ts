// The folder of remembered evaluations: a file each, named by a digest of the question. It is this user's alone; a folder
// or a file that belongs to somebody else, or that others may write to, is not believed. Files appear whole by a rename, so
// any number of processes may use the folder at once. It is kept small: what was not used for long goes first.
//
// Nothing here ever fails a command: a cache that cannot be used is none.

import {
  closeSync,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:fs";
import { hostPath } from "#host";
import { decodeEntry, encodeEntry, type RememberedEntry } from "./remembered-entry.ts";

interface FolderLimits {
  readonly files: number;
  readonly bytes: number;
  /** In milliseconds, since the last use. */
  readonly age: number;
}

const day = 24 * 60 * 60 * 1000;
const usualLimits: FolderLimits = { files: 400, bytes: 256 * 1024 ** 2, age: 30 * day };

/** A temporary file older than this was left by a process that was killed. */
const longestWrite = 60 * 60 * 1000;

export class EvaluationFolder {
  private readonly path: string;
  private readonly limits: FolderLimits;

  /** `path` is a byte string. */
  constructor(path: string, limits: FolderLimits = usualLimits) {
    this.path = path;
    this.limits = limits;
  }

  read(key: string): RememberedEntry | undefined {
    return quietly(() => {
      if (!this.isOurs()) return undefined;
      const file = openSync(this.fileOf(key), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const status = fstatSync(file);
        if (!status.isFile() || !isPrivate(status)) return undefined;
        const entry = decodeEntry(readFileSync(file));
        // When it was used last.
        if (entry !== undefined) quietly(() => futimesSync(file, Date.now() / 1000, Date.now() / 1000));
        return entry;
      } finally {
        closeSync(file);
      }
    });
  }

  write(key: string, entry: RememberedEntry): void {
    quietly(() => {
      const bytes = encodeEntry(entry);
      // One that would fill the folder alone is not worth its place.
      if (bytes.length > this.limits.bytes / 8) return;
      mkdirSync(hostPath(this.path), { recursive: true, mode: 0o700 });
      if (!this.isOurs()) return;
      const temporary = this.fileOf(`${key}.new-${process.pid}-${process.hrtime.bigint()}`);
      try {
        writeFileSync(temporary, bytes, { mode: 0o600, flag: "wx" });
        renameSync(temporary, this.fileOf(key));
      } catch (error) {
        quietly(() => unlinkSync(temporary));
        throw error;
      }
      this.prune();
    });
  }

  private fileOf(name: string): string | Buffer {
    return hostPath(`${this.path}/${name}`);
  }

  private isOurs(): boolean {
    const status = lstatSync(hostPath(this.path), { throwIfNoEntry: false });
    return status !== undefined && status.isDirectory() && isPrivate(status);
  }

  private prune(): void {
    const now = Date.now();
    const kept: { readonly name: string; readonly size: number; readonly used: number }[] = [];
    for (const name of readdirSync(hostPath(this.path), "latin1")) {
      const status = lstatSync(this.fileOf(name), { throwIfNoEntry: false });
      if (status === undefined) continue;
      const used = status.mtimeMs;
      if (now - used > (name.includes(".") ? longestWrite : this.limits.age)) this.remove(name);
      else if (!name.includes(".")) kept.push({ name, size: status.size, used });
    }
    kept.sort((a, b) => b.used - a.used);
    let bytes = 0;
    kept.forEach(({ name, size }, index) => {
      bytes += size;
      if (index >= this.limits.files || bytes > this.limits.bytes) this.remove(name);
    });
  }

  private remove(name: string): void {
    quietly(() => unlinkSync(this.fileOf(name)));
  }
}

/** Belongs to this user, and only this user may write. */
function isPrivate(status: { readonly uid: number; readonly mode: number }): boolean {
  return status.uid === process.geteuid?.() && (status.mode & 0o022) === 0;
}

function quietly<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
