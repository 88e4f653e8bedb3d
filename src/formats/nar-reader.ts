// Reads a NAR as its bytes come, in whatever pieces (parseDump). It holds no more than one short string at a time, whatever
// the archive says: file contents go on to the sink in the pieces they came in, and nothing is allocated by a length that
// was read. Each name, target and order is checked before the sink hears of it.

import {
  badArchive,
  caseHackSuffix,
  isValidNarName,
  isValidNarTarget,
  narMagic,
  narMaxDepth,
  narMaxName,
  narMaxTag,
  narMaxTarget,
  narPadding,
  nonZeroPadding,
  overlongArchiveString,
  truncatedArchive,
} from "./nar.ts";
import type { NarSink } from "./nar.ts";

export interface NarReaderOptions {
  /** Rename entries whose names differ from a sibling's only in case, for file systems that ignore case. */
  readonly caseHack?: boolean;
}

/** What the next string in the archive has to be. */
type Expecting =
  | "magic"
  | "node-open"
  | "type-tag"
  | "type"
  | "regular-tag"
  | "executable-value"
  | "contents-tag"
  | "contents"
  | "regular-close"
  | "target-tag"
  | "target"
  | "symlink-close"
  | "entry-or-close"
  | "entry-open"
  | "name-tag"
  | "name"
  | "node-tag"
  | "entry-close"
  | "nothing";

interface OpenDirectory {
  previousName: string;
  /** With the case hack: how many entries had each name, in lower case. */
  readonly namesWithoutCase: Map<string, number>;
}

const lengthSize = 8;

/** Push the bytes, then call `finish`. All methods throw `bad-archive` with Nix's words. */
export class NarReader {
  private readonly sink: NarSink;
  private readonly caseHack: boolean;
  private readonly directories: OpenDirectory[] = [];
  private expecting: Expecting = "magic";
  private executable = false;

  /** The string that is being gathered, first its length and then its bytes with the padding. */
  private readonly scratch = new Uint8Array(narMaxTarget + narPadding(narMaxTarget));
  private gathered = 0;
  private needed = lengthSize;
  /** The length of the string whose bytes are being gathered; -1 while that itself is. */
  private stringLength = -1;

  /** Bytes of file contents still to come, and of the padding behind them. */
  private contentsLeft = 0;
  private contentsPadding = 0;
  private consumed = 0;

  constructor(sink: NarSink, options: NarReaderOptions = {}) {
    this.sink = sink;
    this.caseHack = options.caseHack ?? false;
  }

  /** Whether the archive has come to its end. */
  get done(): boolean {
    return this.expecting === "nothing";
  }

  /** How many bytes of the archive have been read. */
  get offset(): number {
    return this.consumed;
  }

  /** Reads on, and returns how many bytes of the chunk belonged to the archive: fewer than all only behind its end. */
  push(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && this.expecting !== "nothing") {
      at += this.contentsLeft > 0 ? this.takeContents(chunk, at) : this.takeString(chunk, at);
    }
    return at;
  }

  /** Throws when the archive is not complete. */
  finish(): void {
    if (!this.done) throw truncatedArchive();
  }

  private takeContents(chunk: Uint8Array, at: number): number {
    const count = Math.min(this.contentsLeft, chunk.length - at);
    this.sink.contents(at === 0 && count === chunk.length ? chunk : chunk.subarray(at, at + count));
    this.contentsLeft -= count;
    this.consumed += count;
    if (this.contentsLeft === 0) this.expectContentsPadding();
    return count;
  }

  private takeString(chunk: Uint8Array, at: number): number {
    const count = Math.min(this.needed - this.gathered, chunk.length - at);
    for (let i = 0; i < count; i++) this.scratch[this.gathered + i] = chunk[at + i] as number;
    this.gathered += count;
    this.consumed += count;
    if (this.gathered === this.needed) this.haveGathered();
    return count;
  }

  private haveGathered(): void {
    if (this.contentsPadding > 0) this.haveContentsPadding();
    else if (this.stringLength < 0) this.haveLength(this.gatheredNumber());
    else this.haveString();
  }

  private gather(count: number): void {
    this.gathered = 0;
    this.needed = count;
  }

  private gatheredNumber(): number {
    let number = 0;
    for (let i = lengthSize - 1; i >= 0; i--) number = number * 256 + (this.scratch[i] as number);
    return number;
  }

  private haveLength(length: number): void {
    if (this.expecting === "contents") {
      this.startContents(length);
      return;
    }
    if (length > maxLength(this.expecting)) {
      throw this.expecting === "magic" ? notAnArchive() : overlongArchiveString();
    }
    this.stringLength = length;
    this.gather(length + narPadding(length));
    if (length === 0) this.haveString();
  }

  private haveString(): void {
    const length = this.stringLength;
    for (let i = length; i < this.needed; i++) {
      if (this.scratch[i] !== 0) throw this.expecting === "magic" ? notAnArchive() : nonZeroPadding();
    }
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.scratch[i] as number);
    this.stringLength = -1;
    this.gather(lengthSize);
    this.expecting = this.accept(text);
  }

  private startContents(size: number): void {
    if (!Number.isSafeInteger(size)) throw badArchive(`a file cannot have ${size} bytes`);
    this.sink.regularFile(this.executable, size, this.consumed);
    this.contentsLeft = size;
    this.contentsPadding = narPadding(size);
    if (size === 0) this.expectContentsPadding();
  }

  private expectContentsPadding(): void {
    this.expecting = "regular-close";
    this.gather(this.contentsPadding === 0 ? lengthSize : this.contentsPadding);
  }

  private haveContentsPadding(): void {
    for (let i = 0; i < this.contentsPadding; i++) if (this.scratch[i] !== 0) throw nonZeroPadding();
    this.contentsPadding = 0;
    this.gather(lengthSize);
  }

  /** Takes the string that was expected, and says what is expected next. */
  private accept(text: string): Expecting {
    switch (this.expecting) {
      case "magic":
        if (text !== narMagic) throw notAnArchive();
        return "node-open";
      case "node-open":
        expectTag("(", text);
        return "type-tag";
      case "type-tag":
        expectTag("type", text);
        return "type";
      case "type":
        return this.acceptType(text);
      case "regular-tag":
        if (text === "executable") return "executable-value";
        this.executable = false;
        expectTag("contents", text);
        return "contents";
      case "executable-value":
        this.executable = true;
        return "contents-tag";
      case "contents-tag":
        expectTag("contents", text);
        return "contents";
      case "regular-close":
        expectTag(")", text);
        this.sink.endRegularFile();
        return this.afterNode();
      case "target-tag":
        expectTag("target", text);
        return "target";
      case "target":
        if (!isValidNarTarget(text)) throw badArchive("NAR contains invalid symlink target");
        this.sink.symlink(text);
        return "symlink-close";
      case "symlink-close":
        expectTag(")", text);
        return this.afterNode();
      case "entry-or-close":
        return this.acceptEntryOrClose(text);
      case "entry-open":
        expectTag("(", text);
        return "name-tag";
      case "name-tag":
        expectTag("name", text);
        return "name";
      case "name":
        this.sink.startEntry(this.acceptName(text));
        return "node-tag";
      case "node-tag":
        expectTag("node", text);
        if (this.directories.length >= narMaxDepth) {
          throw badArchive(`NAR directory nesting exceeds maximum depth of ${narMaxDepth}`);
        }
        return "node-open";
      case "entry-close":
        expectTag(")", text);
        return "entry-or-close";
      case "contents":
      case "nothing":
        throw badArchive("no string is expected here");
    }
  }

  private acceptType(type: string): Expecting {
    switch (type) {
      case "regular":
        return "regular-tag";
      case "symlink":
        return "target-tag";
      case "directory":
        this.directories.push({ previousName: "", namesWithoutCase: new Map() });
        this.sink.startDirectory();
        return "entry-or-close";
      default:
        throw badArchive(`unknown file type '${type}'`);
    }
  }

  private acceptEntryOrClose(tag: string): Expecting {
    if (tag === "entry") return "entry-open";
    if (tag !== ")") throw badArchive(`expected tag 'entry' or ')', got '${tag}'`);
    this.directories.pop();
    this.sink.endDirectory();
    return this.afterNode();
  }

  private afterNode(): Expecting {
    return this.directories.length === 0 ? "nothing" : "entry-close";
  }

  private acceptName(name: string): string {
    if (!isValidNarName(name)) throw badArchive(`NAR contains invalid file name '${name}'`);
    const directory = this.directories[this.directories.length - 1] as OpenDirectory;
    if (name <= directory.previousName) throw badArchive("NAR directory is not sorted");
    directory.previousName = name;
    return this.caseHack ? hackCase(name, directory.namesWithoutCase) : name;
  }
}

/** Reads one archive and nothing behind it. */
export function parseNar(source: Iterable<Uint8Array>, sink: NarSink, options?: NarReaderOptions): void {
  const reader = new NarReader(sink, options);
  for (const chunk of source) pushWhole(reader, chunk);
  reader.finish();
}

export async function parseNarStream(
  source: AsyncIterable<Uint8Array>,
  sink: NarSink,
  options?: NarReaderOptions,
): Promise<void> {
  const reader = new NarReader(sink, options);
  for await (const chunk of source) pushWhole(reader, chunk);
  reader.finish();
}

function pushWhole(reader: NarReader, chunk: Uint8Array): void {
  if (reader.push(chunk) < chunk.length) throw badArchive("there are bytes behind the end of the archive");
}

function maxLength(expecting: Expecting): number {
  switch (expecting) {
    case "magic":
      return narMagic.length;
    case "name":
      return narMaxName;
    case "target":
      return narMaxTarget;
    case "executable-value":
      return 0;
    default:
      return narMaxTag;
  }
}

function expectTag(expected: string, got: string): void {
  if (got !== expected) throw badArchive(`expected tag '${expected}', got '${got}'`);
}

function notAnArchive(): Error {
  return badArchive("input doesn't look like a Nix archive");
}

/** `seen` has -1 for names that were made here: a later entry of that very name has nowhere to go. */
function hackCase(name: string, seen: Map<string, number>): string {
  const key = lowerCase(name);
  const count = seen.get(key);
  if (count === undefined) {
    seen.set(key, 0);
    return name;
  }
  const hacked = `${name}${caseHackSuffix}${count + 1}`;
  if (count < 0 || seen.has(lowerCase(hacked))) {
    throw badArchive(
      `NAR contains file name '${name}' that collides with case-hacked file name '${count < 0 ? name : hacked}'`,
    );
  }
  seen.set(key, count + 1);
  seen.set(lowerCase(hacked), -1);
  return hacked;
}

/** Only A to Z, as strcasecmp does in the C locale: the other bytes may be parts of anything. */
function lowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
