// Compares what the database says with what is on disk (LocalStore::verifyStore): paths that disappeared are forgotten when
// nothing valid refers to them, and with `checkContents` every file is read and hashed again.

import { readdirSync, unlinkSync } from "node:fs";
import {
  createHasher,
  type Emit,
  FirnError,
  hashesEqual,
  parseStorePathIfValid,
  printHash,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { hostPath, ifExists, lockFile } from "#host";
import type { StoreLayout } from "./layout.ts";
import { hashOfFile } from "./objects/optimise.ts";
import { archivePath } from "./objects/read-tree.ts";
import type { Store, VerifyOptions } from "./store.ts";
import { gcLockPath } from "./garbage/temp-roots.ts";

export interface VerifiedStore extends Store {
  readonly layout: StoreLayout;
  invalidatePath(path: StorePath): void;
  updatePathInfo(info: ValidPathInfo): void;
}

export function verifyStore(store: VerifiedStore, options: VerifyOptions, emit: Emit): boolean {
  const verification = new Verification(store, options, emit);
  verification.note("reading the Nix store...");
  const lock = lockFile(gcLockPath(store.layout), "shared", { wait: true });
  try {
    verification.checkExistence();
    if (options.checkContents === true) {
      verification.checkLinks();
      verification.checkContents();
    }
  } finally {
    lock?.release();
  }
  return verification.errors;
}

class Verification {
  errors = false;
  readonly #store: VerifiedStore;
  readonly #options: VerifyOptions;
  readonly #emit: Emit;
  readonly #valid = new Set<StorePath>();

  constructor(store: VerifiedStore, options: VerifyOptions, emit: Emit) {
    this.#store = store;
    this.#options = options;
    this.#emit = emit;
  }

  note(text: string): void {
    this.#emit({ kind: "message", level: "info", text });
  }

  checkExistence(): void {
    const { storeDir, layout } = this.#store;
    const onDisk = new Set<StorePath>();
    for (const name of readdirSync(hostPath(layout.realStoreDir), "latin1")) {
      const path = parseStorePathIfValid(storeDir, `${storeDir}/${name}`);
      if (path !== undefined) onDisk.add(path);
    }
    this.note("checking path existence...");
    const done = new Set<StorePath>();
    for (const path of this.#store.queryAllValidPaths()) this.#checkExists(path, onDisk, done);
  }

  #checkExists(path: StorePath, onDisk: ReadonlySet<StorePath>, done: Set<StorePath>): void {
    if (done.has(path)) return;
    done.add(path);
    if (onDisk.has(path)) {
      this.#valid.add(path);
      return;
    }
    // If what refers to it can be forgotten, so can this.
    let canForget = true;
    for (const referrer of this.#store.queryReferrers(path)) {
      if (referrer === path) continue;
      this.#checkExists(referrer, onDisk, done);
      if (this.#valid.has(referrer)) canForget = false;
    }
    const printed = `${this.#store.storeDir}/${path}`;
    if (canForget) {
      this.note(`path '${printed}' disappeared, removing from database...`);
      this.#store.invalidatePath(path);
    } else {
      this.#complain(`path '${printed}' disappeared, but it still has valid referrers!`);
      this.#repair(path);
    }
  }

  checkLinks(): void {
    this.note("checking link hashes...");
    const { linksDir } = this.#store.layout;
    for (const name of readdirSync(hostPath(linksDir), "latin1")) {
      const link = `${linksDir}/${name}`;
      const hash = ifExists(() => hashOfFile(link));
      if (hash === undefined || hash === name) continue;
      this.#complain(`link "${link}" was modified! expected hash ${name}, got '${hash}'`);
      if (this.#options.repairPath === undefined) this.errors = true;
      else {
        ifExists(() => unlinkSync(hostPath(link)));
        this.note(`removed link "${link}"`);
      }
    }
  }

  checkContents(): void {
    this.note("checking store hashes...");
    for (const path of this.#valid) {
      try {
        this.#checkPath(path);
      } catch (error) {
        const level = this.#store.isValidPath(path) ? "error" : "warn";
        const text = error instanceof Error ? error.message : String(error);
        this.#emit({ kind: "message", level, text });
        this.errors = true;
      }
    }
  }

  #checkPath(path: StorePath): void {
    const info = this.#store.queryPathInfo(path);
    const printed = `${this.#store.storeDir}/${path}`;
    this.#emit({ kind: "message", level: "talkative", text: `checking contents of '${printed}'` });
    const hasher = createHasher(info.narHash.algorithm);
    let size = 0;
    for (const chunk of archivePath(this.#store.realPath(path))) {
      hasher.update(chunk);
      size += chunk.length;
    }
    const current = hasher.digest();
    const isKnown = info.narHash.bytes.some((byte) => byte !== 0);
    if (isKnown && !hashesEqual(info.narHash, current)) {
      const expected = printHash(info.narHash, "nix32", { prefix: true });
      const got = printHash(current, "nix32", { prefix: true });
      this.#complain(`path '${printed}' was modified! expected hash '${expected}', got '${got}'`);
      this.#repair(path);
      return;
    }
    if (!isKnown) this.note(`fixing missing hash on '${printed}'`);
    if (info.narSize === 0) this.note(`updating size field on '${printed}' to ${size}`);
    if (!isKnown || info.narSize === 0) {
      this.#store.updatePathInfo({ ...info, narHash: current, narSize: info.narSize === 0 ? size : info.narSize });
    }
  }

  #repair(path: StorePath): void {
    if (this.#options.repairPath === undefined) {
      this.errors = true;
      return;
    }
    try {
      if (!this.#options.repairPath(path)) this.errors = true;
    } catch (error) {
      if (!(error instanceof FirnError)) throw error;
      this.#emit({ kind: "message", level: "warn", text: error.message });
      this.errors = true;
    }
  }

  #complain(text: string): void {
    this.#emit({ kind: "message", level: "error", text });
  }
}
