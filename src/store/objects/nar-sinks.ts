// Sinks that a tree is fed to on its way into the store: several at once, kept in memory up to a bound, hashed flat.

import { createHasher, type Hash, type HashAlgorithm, type Hasher, type NarSink, NarWriter } from "#formats";
import { FirnError } from "#formats";

/** Tells each of `sinks`, in order. */
export class TeeSink implements NarSink {
  readonly #sinks: readonly NarSink[];

  constructor(sinks: readonly NarSink[]) {
    this.#sinks = sinks;
  }

  startDirectory(): void {
    for (const sink of this.#sinks) sink.startDirectory();
  }

  startEntry(name: string): void {
    for (const sink of this.#sinks) sink.startEntry(name);
  }

  endDirectory(): void {
    for (const sink of this.#sinks) sink.endDirectory();
  }

  regularFile(executable: boolean, size: number, narOffset: number): void {
    for (const sink of this.#sinks) sink.regularFile(executable, size, narOffset);
  }

  contents(chunk: Uint8Array): void {
    for (const sink of this.#sinks) sink.contents(chunk);
  }

  endRegularFile(): void {
    for (const sink of this.#sinks) sink.endRegularFile();
  }

  symlink(target: string): void {
    for (const sink of this.#sinks) sink.symlink(target);
  }
}

/** Keeps what it is told, to tell it again; chunks are kept as they are unless `copyChunks`. */
export class RecordingSink implements NarSink {
  /** Bytes of contents kept. */
  size = 0;
  readonly #copyChunks: boolean;
  #calls: ((sink: NarSink) => void)[] = [];

  constructor(options: { readonly copyChunks: boolean }) {
    this.#copyChunks = options.copyChunks;
  }

  startDirectory(): void {
    this.#calls.push((sink) => sink.startDirectory());
  }

  startEntry(name: string): void {
    this.#calls.push((sink) => sink.startEntry(name));
  }

  endDirectory(): void {
    this.#calls.push((sink) => sink.endDirectory());
  }

  regularFile(executable: boolean, size: number, narOffset: number): void {
    this.#calls.push((sink) => sink.regularFile(executable, size, narOffset));
  }

  contents(chunk: Uint8Array): void {
    this.size += chunk.length;
    const kept = this.#copyChunks ? chunk.slice() : chunk;
    this.#calls.push((sink) => sink.contents(kept));
  }

  endRegularFile(): void {
    this.#calls.push((sink) => sink.endRegularFile());
  }

  symlink(target: string): void {
    this.#calls.push((sink) => sink.symlink(target));
  }

  replay(sink: NarSink): void {
    for (const call of this.#calls) call(sink);
  }

  forget(): void {
    this.#calls = [];
    this.size = 0;
  }
}

export interface TreeHash {
  readonly narHash: Hash;
  readonly narSize: number;
  /** By the algorithm and method asked for. */
  readonly contentHash: Hash;
}

/** Hashes a tree: its archive by SHA-256, and its content as a content address wants it. */
export class HashingSink extends NarWriter {
  readonly #state: { size: number; readonly nar: Hasher; readonly content: Hasher | undefined };
  readonly #flat: boolean;

  /** `flat`: the content is that of a single regular file, without the archive around it. */
  constructor(algorithm: HashAlgorithm, flat: boolean) {
    const nar = createHasher("sha256");
    const content = !flat && algorithm === "sha256" ? undefined : createHasher(algorithm);
    const state = { size: 0, nar, content };
    super((chunk) => {
      state.size += chunk.length;
      nar.update(chunk);
      if (!flat) content?.update(chunk);
    });
    this.#state = state;
    this.#flat = flat;
  }

  override startDirectory(): void {
    if (this.#flat) throw notARegularFile();
    super.startDirectory();
  }

  override symlink(target: string): void {
    if (this.#flat) throw notARegularFile();
    super.symlink(target);
  }

  override regularFile(executable: boolean, size: number): void {
    super.regularFile(this.#flat ? false : executable, size);
  }

  override contents(chunk: Uint8Array): void {
    super.contents(chunk);
    if (this.#flat) this.#state.content?.update(chunk);
  }

  result(): TreeHash {
    this.finish();
    const narHash = this.#state.nar.digest();
    return { narHash, narSize: this.#state.size, contentHash: this.#state.content?.digest() ?? narHash };
  }
}

/** Passes a flat file on as one that is not executable, as its content address does not say more. */
export class FlatSink extends TeeSink {
  override regularFile(_executable: boolean, size: number, narOffset: number): void {
    super.regularFile(false, size, narOffset);
  }
}

function notARegularFile(): FirnError {
  return new FirnError("not-a-regular-file", "Cannot add this as a flat file: it is not a regular file");
}
