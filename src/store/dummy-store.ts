// The store `dummy://` (Nix's DummyStore, read-only as it is unless told otherwise): nothing is in it and nothing can be
// put into it. An evaluation that writes nothing needs no more, and leaves no trace on the machine.

import { FirnError, type Derivation, type StoreDir, type StorePath, type ValidPathInfo } from "#formats";
import { pathNotValid } from "./store-errors.ts";
import type { EvaluationStore } from "./store.ts";

export class DummyStore implements EvaluationStore {
  readonly storeDir: StoreDir;
  readonly uri = "dummy://";
  /** It claims to take writes, so that who tries one is told. */
  readonly readOnly = false;
  readonly address = undefined;

  constructor(storeDir: StoreDir = "/nix/store") {
    this.storeDir = storeDir;
  }

  /** Paths of the store are looked for where their names say. */
  get realStoreDir(): string {
    return this.storeDir;
  }

  isValidPath(): boolean {
    return false;
  }

  queryPathInfo(path: StorePath): ValidPathInfo {
    throw pathNotValid(this.storeDir, path);
  }

  queryPathInfoIfValid(): undefined {
    return undefined;
  }

  queryReferrers(): StorePath[] {
    return [];
  }

  queryValidDerivers(): StorePath[] {
    return [];
  }

  queryAllValidPaths(): StorePath[] {
    throw unsupported("queryAllValidPaths");
  }

  queryPathFromHashPart(): StorePath | undefined {
    throw unsupported("queryPathFromHashPart");
  }

  queryDerivationOutputs(): ReadonlyMap<string, StorePath> {
    return new Map();
  }

  addTextToStore(): StorePath {
    throw unsupported("addToStoreFromDump");
  }

  addToStore(): ValidPathInfo {
    throw unsupported("addToStoreFromDump");
  }

  addDumpToStore(): ValidPathInfo {
    throw unsupported("addToStoreFromDump");
  }

  addNarToStore(): void {
    throw unsupported("addToStore");
  }

  narFromPath(path: StorePath): Iterable<Uint8Array> {
    throw pathNotValid(this.storeDir, path);
  }

  readDerivation(derivation: StorePath): Derivation {
    throw derivationNotValid(`${this.storeDir}/${derivation}`);
  }

  writeDerivation(): StorePath {
    throw unsupported("writeDerivation");
  }

  realPath(path: StorePath, rest = ""): string {
    return `${this.storeDir}/${path}${rest}`;
  }

  beginWriting(): void {}

  addTempRoot(): void {}

  addPermanentRoot(): string {
    throw unsupported("addPermRoot");
  }

  close(): void {}
}

function unsupported(operation: string): FirnError {
  return new FirnError("store-operation", `operation '${operation}' is not supported by store 'dummy://'`);
}

function derivationNotValid(path: string): FirnError {
  return new FirnError("path-not-valid", `derivation '${path}' is not valid`);
}
