// The packed trees of files that were parsed before, by the hash of their text, in a SQLite file of the user's own. It only
// saves time: whatever is wrong with it (no permission, a full disk, a damaged or strange file) means parsing again.
// What is new is written in one transaction at the end of a run.

import { hash } from "node:crypto";
import { mkdirSync, rmSync, statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { hashByteString, printHash, toByteString } from "#formats";
import { preferNativeDigests } from "#host";
import type { EvalSettings } from "#language";
import { checksum } from "./checksum.ts";

/** Beyond this size, in bytes, it is begun anew. */
const largestFile = 512 * 1024 * 1024;

/** Of texts smaller than this, in bytes, none is looked for until a larger one is. */
const smallest = 4096;

const busyTimeout = 1000;

/** SQLite's codes for a file that is to be begun anew. */
const corrupt = 11;
const notDatabase = 26;

/** Set by the bundler to a digest of the sources; a tree is only read by the build that packed it. */
declare const FIRN_BUILD: string | undefined;

/** Undefined for sources that run as they stand, whose parser may change between two runs, and where literals are judged. */
export function openParsedFiles(folder: string, settings: Partial<EvalSettings>): ParsedFiles | undefined {
  if (typeof FIRN_BUILD === "undefined") return undefined;
  if (Object.values(settings.lints ?? {}).some((level) => level !== "ignore")) return undefined;
  // All that decides how a text is parsed, and which variables it may use.
  const { experimentalFeatures = [], pureEval, home } = settings;
  const settled = JSON.stringify({ features: [...experimentalFeatures].toSorted(), pureEval, home });
  const reading = printHash(hashByteString("sha256", toByteString(settled)), "base64");
  return new ParsedFiles(folder, { build: FIRN_BUILD, reading });
}

interface ParsedBy {
  /** The build of Firn that packs the trees; those of others are dropped when it writes. */
  readonly build: string;
  /** A digest of the settings that decide what a text means. */
  readonly reading: string;
}

export class ParsedFiles {
  private readonly folder: string;
  private readonly by: ParsedBy;
  private readonly added = new Map<string, string>();
  private database: DatabaseSync | undefined;
  private select: StatementSync | undefined;
  private isBroken = false;
  private hasKeys = false;

  constructor(folder: string, by: ParsedBy) {
    this.folder = folder;
    this.by = by;
  }

  /** A small text is parsed sooner than the file of trees is opened. */
  isWorthwhile(length: number): boolean {
    return this.hasKeys || length >= smallest;
  }

  keyOf(text: Uint8Array): string {
    this.hasKeys = true;
    preferNativeDigests();
    return `${this.by.reading}${hash("sha256", text, "base64")}`;
  }

  get(key: string): string | undefined {
    return this.guard(() => {
      const row = this.open().get(key, this.by.build);
      const tree = row?.["tree"];
      if (!(tree instanceof Uint8Array) || row?.["checksum"] !== checksum(tree)) return undefined;
      return Buffer.from(tree.buffer, tree.byteOffset, tree.byteLength).toString("latin1");
    });
  }

  add(key: string, packed: string): void {
    this.added.set(key, packed);
  }

  /** Writes what was added, and closes. */
  close(): void {
    if (this.added.size > 0) this.guard(() => this.write());
    this.guard(() => this.database?.close());
    this.database = undefined;
  }

  private write(): void {
    this.open();
    const database = this.database as DatabaseSync;
    const insert = database.prepare("insert or replace into Trees (key, build, checksum, tree) values (?, ?, ?, ?)");
    database.exec("begin immediate");
    database.prepare("delete from Trees where build <> ?").run(this.by.build);
    for (const [key, packed] of this.added) {
      const bytes = Buffer.from(packed, "latin1");
      insert.run(key, this.by.build, checksum(bytes), bytes);
    }
    database.exec("commit");
    this.added.clear();
  }

  private open(): StatementSync {
    if (this.select !== undefined) return this.select;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const file = `${this.folder}/parsed-v2.sqlite`;
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestFile) rmSync(file);
    // Loaded here, since a command that parses nothing does not need it.
    const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
    this.database = new Database(file, { timeout: busyTimeout });
    this.database.exec("pragma journal_mode = wal; pragma synchronous = off; pragma mmap_size = 536870912");
    this.database.exec(
      "create table if not exists Trees (key text primary key, build text, checksum integer, tree blob)",
    );
    this.select = this.database.prepare("select checksum, tree from Trees where key = ? and build = ?");
    return this.select;
  }

  /** After the first failure nothing more is tried. */
  private guard<T>(run: () => T): T | undefined {
    if (this.isBroken) return undefined;
    try {
      return run();
    } catch (error) {
      this.isBroken = true;
      const code = (error as { errcode?: unknown }).errcode;
      if (code === notDatabase || code === corrupt) rmSync(`${this.folder}/parsed-v2.sqlite`, { force: true });
      return undefined;
    }
  }
}
