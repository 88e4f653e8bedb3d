// Writes a tree as it is told of, with the metadata that store paths have. Every name is made inside the open directory it
// belongs to and must be new (O_EXCL, O_NOFOLLOW), so that no archive and no process can lead the writing elsewhere.

import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import type { NarSink } from "#formats";
import { hostPath, pathInDirectory } from "#host";
import { storeModificationTime } from "./canonicalise.ts";
import { cannotWrite } from "../store-errors.ts";

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const existingDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

export interface TreeWriterOptions {
  /** Waits for each file to be on the device. */
  readonly sync?: boolean;
}

export class TreeWriter implements NarSink {
  readonly #sync: boolean;
  /** For errors. */
  readonly #path: string;
  /** The open directories, the one that holds the root first. */
  readonly #directories: number[];
  #name: string;
  #file: number | undefined;
  #fileMode = 0o444;

  /** The tree's root becomes `path` (real, absolute, byte string), which must not exist. `close` has to be called. */
  constructor(path: string, options: TreeWriterOptions = {}) {
    const slash = path.lastIndexOf("/");
    this.#name = path.slice(slash + 1);
    this.#directories = [openSync(hostPath(path.slice(0, slash) || "/"), constants.O_RDONLY | constants.O_DIRECTORY)];
    this.#sync = options.sync ?? false;
    this.#path = path;
  }

  startDirectory(): void {
    const path = this.#here();
    mkdirSync(path, 0o700);
    this.#directories.push(openSync(path, existingDirectory));
  }

  startEntry(name: string): void {
    this.#name = name;
  }

  endDirectory(): void {
    const directory = this.#directories.pop();
    if (directory !== undefined) this.#finish(directory, 0o555);
  }

  regularFile(executable: boolean): void {
    this.#fileMode = executable ? 0o555 : 0o444;
    this.#file = openSync(this.#here(), newFile, this.#fileMode);
  }

  contents(chunk: Uint8Array): void {
    if (this.#file === undefined) return;
    try {
      for (let at = 0; at < chunk.length;) at += writeSync(this.#file, chunk, at);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  endRegularFile(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) this.#finish(file, this.#fileMode);
  }

  symlink(target: string): void {
    const path = this.#here();
    symlinkSync(hostPath(target), path);
    lutimesSync(path, storeModificationTime, storeModificationTime);
  }

  /** Closes what is open; a tree that is complete has nothing left but the directory that holds it. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    for (const directory of this.#directories.splice(0)) closeSync(directory);
  }

  #here(): string | Buffer {
    return pathInDirectory(this.#directories.at(-1) ?? -1, this.#name);
  }

  #finish(descriptor: number, mode: number): void {
    try {
      fchmodSync(descriptor, mode);
      futimesSync(descriptor, storeModificationTime, storeModificationTime);
      if (this.#sync) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}
