// Writes a NAR (dumpPath). Short strings are gathered into larger chunks; big pieces of contents go through as they are,
// uncopied. It keeps the archive's own rules (order, names, sizes, depth), so that whatever it wrote can be read again.

import { byteStringToBytes } from "./byte-string.ts";
import { FirnError } from "./error.ts";
import { badArchive, isValidNarName, isValidNarTarget, narMagic, narMaxDepth, narPadding } from "./nar.ts";
import type { NarNode, NarSink } from "./nar.ts";

const firstBuffer = 1024;
const largestBuffer = 64 * 1024;
/** Contents of at least so many bytes are passed on and not copied. */
const passedOn = 16 * 1024;

/**
 * Call it as a reader would, then `finish`. `write` gets the archive piece by piece: its chunks are its own to keep, except
 * that contents may be the very chunk that `contents` was given.
 */
export class NarWriter implements NarSink {
  private readonly write: (chunk: Uint8Array) => void;
  private buffer = new Uint8Array(firstBuffer);
  private used = 0;
  /** The name last written in each open directory. */
  private readonly names: string[] = [];
  private contentsLeft = 0;
  private contentsPadding = 0;

  constructor(write: (chunk: Uint8Array) => void) {
    this.write = write;
    this.put(magic);
  }

  startDirectory(): void {
    this.checkDepth();
    this.put(directoryOpen);
    this.names.push("");
  }

  startEntry(name: string): void {
    if (!isValidNarName(name)) throw badArchive(`NAR contains invalid file name '${name}'`);
    if (name <= (this.names.at(-1) as string)) throw badArchive("NAR directory is not sorted");
    this.names[this.names.length - 1] = name;
    this.put(entryOpen);
    this.putString(name);
    this.put(nodeTag);
  }

  endDirectory(): void {
    this.names.pop();
    this.put(close);
    this.endNode();
  }

  regularFile(executable: boolean, size: number): void {
    this.checkDepth();
    this.put(executable ? executableOpen : regularOpen);
    this.putNumber(size);
    this.contentsLeft = size;
    this.contentsPadding = narPadding(size);
  }

  contents(chunk: Uint8Array): void {
    this.contentsLeft -= chunk.length;
    if (this.contentsLeft < 0) throw changedWhileRead(this.path());
    if (chunk.length < passedOn) this.put(chunk);
    else {
      this.flush();
      this.write(chunk);
    }
  }

  endRegularFile(): void {
    if (this.contentsLeft !== 0) throw changedWhileRead(this.path());
    this.put(zeros.subarray(0, this.contentsPadding));
    this.put(close);
    this.endNode();
  }

  symlink(target: string): void {
    this.checkDepth();
    if (!isValidNarTarget(target)) throw badArchive("NAR contains invalid symlink target");
    this.put(symlinkOpen);
    this.putString(target);
    this.put(close);
    this.endNode();
  }

  /** Hands on what is still gathered. */
  finish(): void {
    this.flush();
  }

  private endNode(): void {
    if (this.names.length > 0) this.put(close);
  }

  private checkDepth(): void {
    if (this.names.length >= narMaxDepth) {
      throw new FirnError(
        "archive-too-deep",
        `path '${this.path()}' exceeds maximum NAR directory depth of ${narMaxDepth}`,
      );
    }
  }

  private path(): string {
    return `/${this.names.join("/")}`;
  }

  private putString(text: string): void {
    this.putNumber(text.length);
    const padding = narPadding(text.length);
    this.reserve(text.length + padding);
    for (let i = 0; i < text.length; i++) this.buffer[this.used + i] = text.charCodeAt(i);
    this.buffer.fill(0, this.used + text.length, this.used + text.length + padding);
    this.used += text.length + padding;
  }

  private putNumber(number: number): void {
    this.reserve(8);
    let left = number;
    for (let i = 0; i < 8; i++) {
      this.buffer[this.used + i] = left % 256;
      left = Math.floor(left / 256);
    }
    this.used += 8;
  }

  private put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Makes room for so many bytes, by handing on what is there or by growing. */
  private reserve(count: number): void {
    if (this.used + count <= this.buffer.length) return;
    const used = this.used;
    if (used + count > largestBuffer) {
      this.flush();
      if (this.buffer.length < count) this.buffer = new Uint8Array(Math.max(count, largestBuffer));
      return;
    }
    const grown = new Uint8Array(Math.min(largestBuffer, Math.max(this.buffer.length * 4, used + count)));
    grown.set(this.buffer.subarray(0, used));
    this.buffer = grown;
  }

  private flush(): void {
    if (this.used === 0) return;
    const chunk = this.buffer.subarray(0, this.used);
    this.buffer = new Uint8Array(this.buffer.length);
    this.used = 0;
    this.write(chunk);
  }
}

/** The archive of a tree, made as it is asked for. Chunks of contents have to be used before the next one is asked for. */
export function* writeNar(node: NarNode): Generator<Uint8Array, void> {
  const queue: Uint8Array[] = [];
  const writer = new NarWriter((chunk) => queue.push(chunk));
  yield* writeNode(writer, queue, node);
  writer.finish();
  yield* queue;
}

function* writeNode(writer: NarWriter, queue: Uint8Array[], node: NarNode): Generator<Uint8Array, void> {
  switch (node.type) {
    case "directory":
      writer.startDirectory();
      for (const [name, child] of node.entries) {
        writer.startEntry(name);
        yield* writeNode(writer, queue, child);
      }
      writer.endDirectory();
      return;
    case "symlink":
      writer.symlink(node.target);
      return;
    case "regular":
      writer.regularFile(node.executable, node.size);
      for (const chunk of node.contents) {
        writer.contents(chunk);
        if (queue.length > 0) yield* queue.splice(0);
      }
      writer.endRegularFile();
      return;
  }
}

function encodeStrings(...texts: string[]): Uint8Array {
  let bytes = "";
  for (const text of texts) {
    bytes += `${String.fromCharCode(text.length)}${"\0".repeat(7)}${text}${"\0".repeat(narPadding(text.length))}`;
  }
  return byteStringToBytes(bytes);
}

const zeros = new Uint8Array(8);
const magic = encodeStrings(narMagic);
const directoryOpen = encodeStrings("(", "type", "directory");
const entryOpen = encodeStrings("entry", "(", "name");
const nodeTag = encodeStrings("node");
const regularOpen = encodeStrings("(", "type", "regular", "contents");
const executableOpen = encodeStrings("(", "type", "regular", "executable", "", "contents");
const symlinkOpen = encodeStrings("(", "type", "symlink", "target");
const close = encodeStrings(")");

function changedWhileRead(path: string): FirnError {
  return new FirnError("file-changed", `Cannot archive the file '${path}': its size changed while it was read`);
}
