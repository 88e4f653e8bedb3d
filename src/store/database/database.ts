// A store's SQLite database: opened with the pragmas that Nix uses, every statement prepared once, every change in one
// transaction that takes the write lock at its start (so that no writer has to be retried). Paths are stored with the
// store directory in front. node:sqlite cannot make the WAL file outlive the last connection, as Nix does; SQLite makes it
// anew when needed.

import { accessSync, constants } from "node:fs";
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import {
  fromByteString,
  parseContentAddress,
  parsePrefixedHash,
  parseStorePathBaseName,
  printContentAddress,
  printHash,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { hostPath } from "#host";
import type { StoreLayout } from "../layout.ts";
import { migrationsTable, schema } from "./schema.ts";
import type { StoreSettings } from "../settings.ts";
import { databaseFailed, pathNotValid, referenceCycle } from "../store-errors.ts";
import { sortReferencesFirst } from "./topological-sort.ts";

const busyTimeout = 60 * 60 * 1000;
const journalSizeLimit = 2 ** 40;
const pagesBeforeCheckpoint = 40000;

export type DatabaseMode = "create" | "read-write" | "read-only" | "immutable";

type Row = Record<string, SQLOutputValue>;

const statements = {
  queryPathInfo:
    "select id, hash, registrationTime, deriver, narSize, ultimate, sigs, ca from ValidPaths where path = ?",
  isValidPath: "select 1 from ValidPaths where path = ?",
  queryId: "select id from ValidPaths where path = ?",
  queryReferences: "select path from Refs join ValidPaths on reference = id where referrer = ?",
  queryReferrers:
    "select path from Refs join ValidPaths on referrer = id where reference = (select id from ValidPaths where path = ?)",
  queryValidDerivers: "select v.path from DerivationOutputs d join ValidPaths v on d.drv = v.id where d.path = ?",
  queryDerivationOutputs:
    "select d.id, d.path from DerivationOutputs d join ValidPaths v on d.drv = v.id where v.path = ?",
  queryPathFromHashPart: "select path from ValidPaths where path >= ? limit 1",
  queryAllValidPaths: "select path from ValidPaths",
  registerValidPath:
    "insert into ValidPaths (path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca) values (?, ?, ?, ?, ?, ?, ?, ?)",
  updatePathInfo: "update ValidPaths set narSize = ?, hash = ?, ultimate = ?, sigs = ?, ca = ? where path = ?",
  addReference: "insert or replace into Refs (referrer, reference) values (?, ?)",
  addDerivationOutput: "insert or replace into DerivationOutputs (drv, id, path) values (?, ?, ?)",
  invalidatePath: "delete from ValidPaths where path = ?",
} as const;

type StatementName = keyof typeof statements;

/** What registering needs to know of a derivation: its outputs that have a path, by name. Throws when they are wrong. */
export type OutputsOfDerivation = (derivation: StorePath) => ReadonlyMap<string, StorePath>;

export class StoreDatabase {
  readonly file: string;
  readonly #layout: StoreLayout;
  readonly #prefix: string;
  readonly #connection: DatabaseSync;
  readonly #prepared = new Map<StatementName, StatementSync>();
  #inTransaction = false;

  constructor(layout: StoreLayout, settings: StoreSettings, mode: DatabaseMode) {
    this.file = `${layout.databaseDir}/db.sqlite`;
    this.#layout = layout;
    this.#prefix = `${fromByteString(layout.storeDir)}/`;
    this.#connection = this.#guard(() => open(this.file, mode));
    this.#guard(() => configure(this.#connection, settings, mode));
  }

  close(): void {
    if (this.#connection.isOpen) this.#guard(() => this.#connection.close());
  }

  isValidPath(path: StorePath): boolean {
    return this.#row("isValidPath", this.#print(path)) !== undefined;
  }

  queryPathInfo(path: StorePath): ValidPathInfo | undefined {
    const row = this.#row("queryPathInfo", this.#print(path));
    if (row === undefined) return undefined;
    const { deriver, ca, sigs } = row;
    return {
      path,
      narHash: parsePrefixedHash(text(row["hash"])),
      narSize: Number(row["narSize"] ?? 0),
      references: this.#paths("queryReferences", row["id"] as number).toSorted(compareBytes),
      ...(typeof deriver === "string" && deriver !== "" ? { deriver: this.#parse(deriver) } : {}),
      registrationTime: Number(row["registrationTime"]),
      ultimate: row["ultimate"] === 1,
      signatures: typeof sigs === "string" ? sigs.split(" ").filter((signature) => signature !== "") : [],
      ...(typeof ca === "string" && ca !== "" ? { ca: parseContentAddress(ca) } : {}),
    };
  }

  queryReferrers(path: StorePath): StorePath[] {
    return this.#paths("queryReferrers", this.#print(path)).toSorted(compareBytes);
  }

  queryValidDerivers(path: StorePath): StorePath[] {
    return this.#paths("queryValidDerivers", this.#print(path)).toSorted(compareBytes);
  }

  queryAllValidPaths(): StorePath[] {
    return this.#paths("queryAllValidPaths").toSorted(compareBytes);
  }

  queryDerivationOutputs(derivation: StorePath): Map<string, StorePath> {
    const rows = this.#rows("queryDerivationOutputs", this.#print(derivation));
    return new Map(rows.map((row) => [text(row["id"]), this.#parse(text(row["path"]))]));
  }

  queryPathFromHashPart(hashPart: string): StorePath | undefined {
    const wanted = `${this.#prefix}${hashPart}`;
    const row = this.#row("queryPathFromHashPart", wanted);
    const found = row === undefined ? undefined : text(row["path"]);
    return found?.startsWith(wanted) === true ? this.#parse(found) : undefined;
  }

  /**
   * Registers all of `infos` or none (LocalStore::registerValidPaths): paths first, then references, then a check that
   * the new ones refer to each other without a cycle. A path that is valid already gets its information renewed.
   */
  registerValidPaths(infos: readonly ValidPathInfo[], outputsOfDerivation: OutputsOfDerivation): void {
    this.transaction(() => {
      for (const info of infos) {
        if (this.isValidPath(info.path)) this.updatePathInfo(info);
        else this.#insert(info, outputsOfDerivation);
      }
      for (const info of infos) {
        const referrer = this.#id(info.path);
        for (const reference of info.references) this.#run("addReference", referrer, this.#id(reference));
      }
      const byPath = new Map(infos.map((info) => [info.path, info]));
      sortReferencesFirst(
        byPath.keys(),
        (path) => byPath.get(path)?.references ?? [],
        (path, parent) => referenceCycle(this.#layout.storeDir, path, parent),
      );
    });
  }

  /** Writes hash, size, trust, signatures and content address of a valid path anew. */
  updatePathInfo(info: ValidPathInfo): void {
    this.#run(
      "updatePathInfo",
      info.narSize === 0 ? null : info.narSize,
      printHash(info.narHash, "base16", { prefix: true }),
      info.ultimate ? 1 : null,
      info.signatures.length === 0 ? null : info.signatures.join(" "),
      info.ca === undefined ? null : printContentAddress(info.ca),
      this.#print(info.path),
    );
  }

  /** Forgets `path`. The database itself refuses when a valid path refers to it. */
  invalidatePath(path: StorePath): void {
    this.#run("invalidatePath", this.#print(path));
  }

  /** Runs `body` so that all of its changes are made or none; inside another one it is part of that. */
  transaction<T>(body: () => T): T {
    if (this.#inTransaction) return body();
    this.#guard(() => this.#connection.exec("begin immediate"));
    this.#inTransaction = true;
    try {
      const result = body();
      this.#guard(() => this.#connection.exec("commit"));
      return result;
    } catch (error) {
      if (this.#connection.isTransaction) this.#connection.exec("rollback");
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  #insert(info: ValidPathInfo, outputsOfDerivation: OutputsOfDerivation): void {
    const inserted = this.#run(
      "registerValidPath",
      this.#print(info.path),
      printHash(info.narHash, "base16", { prefix: true }),
      info.registrationTime === 0 ? Math.floor(Date.now() / 1000) : info.registrationTime,
      info.deriver === undefined ? null : this.#print(info.deriver),
      info.narSize === 0 ? null : info.narSize,
      info.ultimate ? 1 : null,
      info.signatures.length === 0 ? null : info.signatures.join(" "),
      info.ca === undefined ? null : printContentAddress(info.ca),
    );
    if (!info.path.endsWith(".drv")) return;
    for (const [name, path] of outputsOfDerivation(info.path)) {
      this.#run("addDerivationOutput", inserted, name, this.#print(path));
    }
  }

  #id(path: StorePath): number {
    const row = this.#row("queryId", this.#print(path));
    if (row === undefined) throw pathNotValid(this.#layout.storeDir, path);
    return row["id"] as number;
  }

  #print(path: StorePath): string {
    return this.#prefix + path;
  }

  #parse(stored: string): StorePath {
    if (!stored.startsWith(this.#prefix)) {
      throw databaseFailed(this.file, new Error(`the path '${stored}' is not in '${this.#layout.storeDir}'`));
    }
    return parseStorePathBaseName(stored.slice(this.#prefix.length));
  }

  #paths(name: StatementName, ...values: SQLInputValue[]): StorePath[] {
    return this.#rows(name, ...values).map((row) => this.#parse(text(row["path"])));
  }

  #row(name: StatementName, ...values: SQLInputValue[]): Row | undefined {
    try {
      return this.#statement(name).get(...values);
    } catch (error) {
      throw databaseFailed(this.file, error);
    }
  }

  #rows(name: StatementName, ...values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#statement(name).all(...values));
  }

  #run(name: StatementName, ...values: SQLInputValue[]): number {
    return this.#guard(() => Number(this.#statement(name).run(...values).lastInsertRowid));
  }

  #statement(name: StatementName): StatementSync {
    let statement = this.#prepared.get(name);
    if (statement === undefined) {
      statement = this.#connection.prepare(statements[name]);
      this.#prepared.set(name, statement);
    }
    return statement;
  }

  #guard<T>(use: () => T): T {
    try {
      return use();
    } catch (error) {
      throw databaseFailed(this.file, error);
    }
  }
}

/** SQLite is loaded here, so that what asks the database nothing starts without it. */
function open(file: string, mode: DatabaseMode): DatabaseSync {
  const sqlite = process.getBuiltinModule("node:sqlite");
  const options = { timeout: busyTimeout, enableForeignKeyConstraints: true };
  if (mode === "immutable") {
    const url = pathToFileURL(fromByteString(file));
    url.search = "immutable=1";
    return new sqlite.DatabaseSync(url, { ...options, readOnly: true });
  }
  if (mode !== "create") accessSync(hostPath(file), constants.R_OK);
  return new sqlite.DatabaseSync(hostPath(file), { ...options, readOnly: mode === "read-only" });
}

function configure(connection: DatabaseSync, settings: StoreSettings, mode: DatabaseMode): void {
  if (mode === "immutable" || mode === "read-only") return;
  connection.exec(`pragma synchronous = ${settings.fsyncMetadata ? "normal" : "off"}`);
  const wanted = settings.useSqliteWal ? "wal" : "truncate";
  const current = connection.prepare("pragma main.journal_mode").get()?.["journal_mode"];
  if (current !== wanted) connection.exec(`pragma main.journal_mode = ${wanted}`);
  if (settings.useSqliteWal) {
    connection.exec(`pragma main.journal_size_limit = ${journalSizeLimit}`);
    connection.exec(`pragma wal_autocheckpoint = ${pagesBeforeCheckpoint}`);
  }
  if (mode === "create") connection.exec(schema);
  connection.exec(migrationsTable);
}

function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== "string") throw new TypeError("a column that should hold text does not");
  return value;
}

/** Store paths are ASCII, so comparing UTF-16 units compares bytes. */
function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
