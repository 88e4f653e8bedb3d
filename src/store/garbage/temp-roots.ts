// Temporary roots: the paths that this process is working with and that no collector may delete while it lives. They stand
// in `temproots/<pid>`, NUL-terminated, in a file that the process keeps locked; a collector that can lock it knows that
// the owner is dead. While a collection runs, each root is told to the collector over its socket first.

import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { constants } from "node:fs";
import type { StorePath } from "#formats";
import {
  type BlockingSocket,
  connectUnixSocket,
  errorCode,
  FileLock,
  hostPath,
  ifExists,
  isDiskFull,
  lockDescriptor,
  openLockFile,
  unlockDescriptor,
} from "#host";
import type { StoreLayout } from "../layout.ts";
import { cannotWrite } from "../store-errors.ts";

const acknowledged = "1".charCodeAt(0);
const retryDelay = 100;

export function gcLockPath(layout: StoreLayout): string {
  return `${layout.stateDir}/gc.lock`;
}

export function gcSocketPath(layout: StoreLayout): string {
  return `${layout.stateDir}/gc-socket/socket`;
}

export class TempRoots {
  readonly #layout: StoreLayout;
  readonly #known = new Set<StorePath>();
  #file: { readonly path: string; readonly lock: FileLock } | undefined;
  #gcLock: number | undefined;
  #socket: BlockingSocket | undefined;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /**
   * Records `path`. `tellCollector` is how to reach a collector that runs in this very thread, which cannot answer its
   * own socket. A path recorded before is not recorded again.
   */
  add(path: StorePath, tellCollector: ((path: StorePath) => void) | undefined): void {
    if (this.#known.has(path)) return;
    this.#file ??= claimTempRootsFile(this.#layout);
    if (tellCollector === undefined) this.#whileNoCollectorMisses(path, () => this.#write(path));
    else {
      tellCollector(path);
      this.#write(path);
    }
    this.#known.add(path);
  }

  close(): void {
    this.#socket?.close();
    if (this.#gcLock !== undefined) closeSync(this.#gcLock);
    if (this.#file !== undefined) {
      ifExists(() => unlinkSync(hostPath(this.#file?.path ?? "")));
      this.#file.lock.release();
    }
    this.#socket = undefined;
    this.#gcLock = undefined;
    this.#file = undefined;
    this.#known.clear();
  }

  /** Runs `record` under the shared collector lock, or after the running collector has acknowledged the root. */
  #whileNoCollectorMisses(path: StorePath, record: () => void): void {
    this.#gcLock ??= openLockFile(gcLockPath(this.#layout));
    for (;;) {
      if (lockDescriptor(this.#gcLock, "shared", false)) {
        try {
          record();
        } finally {
          unlockDescriptor(this.#gcLock);
        }
        return;
      }
      if (this.#tellRunningCollector(path)) {
        record();
        return;
      }
    }
  }

  /** False when there is no collector on the socket (yet, or any more), so that the lock has to be tried again. */
  #tellRunningCollector(path: StorePath): boolean {
    this.#socket ??= connectUnixSocket(gcSocketPath(this.#layout));
    if (this.#socket === undefined) {
      sleep(retryDelay);
      return false;
    }
    const line = Buffer.from(`${this.#layout.storeDir}/${path}\n`, "latin1");
    if (this.#socket.write(line) && this.#socket.readByte() === acknowledged) return true;
    this.#socket.close();
    this.#socket = undefined;
    return false;
  }

  #write(path: StorePath): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file.lock.descriptor, Buffer.from(`${this.#layout.storeDir}/${path}\0`, "latin1"));
    } catch (error) {
      throw cannotWrite(this.#file.path, error);
    }
  }
}

/** Creates and locks `temproots/<pid>`, or `<pid>-<n>` when another store of this process has that one. */
function claimTempRootsFile(layout: StoreLayout): { readonly path: string; readonly lock: FileLock } {
  for (let n = 0; ;) {
    const path = `${layout.tempRootsDir}/${process.pid}${n === 0 ? "" : `-${n}`}`;
    const lock = new FileLock(openLockFile(path));
    if (!lockDescriptor(lock.descriptor, "exclusive", false)) {
      lock.release();
      n++;
      continue;
    }
    const ours = fstatSync(lock.descriptor);
    const there = statSync(hostPath(path), { throwIfNoEntry: false });
    if (ours.size === 0 && there?.ino === ours.ino && there.dev === ours.dev) return { path, lock };
    // Left by a dead process that had our number, or deleted by a collector between opening and locking.
    if (there?.ino === ours.ino) ifExists(() => unlinkSync(hostPath(path)));
    lock.release();
  }
}

export interface TempRoot {
  readonly path: string;
  readonly pid: number;
}

/** The temporary roots of all living processes, as printed paths; files of dead ones are deleted (findTempRoots). */
export function readTempRoots(layout: StoreLayout): TempRoot[] {
  const roots: TempRoot[] = [];
  for (const name of readdirSync(hostPath(layout.tempRootsDir), "latin1")) {
    const pid = Number.parseInt(name, 10);
    if (Number.isNaN(pid)) continue;
    const file = `${layout.tempRootsDir}/${name}`;
    let lock: FileLock;
    try {
      lock = new FileLock(openSync(hostPath(file), constants.O_RDWR));
    } catch (error) {
      if (errorCode(error) === "ENOENT") continue;
      throw error;
    }
    try {
      if (lockDescriptor(lock.descriptor, "exclusive", false)) {
        ifExists(() => unlinkSync(hostPath(file)));
        markAsDeleted(lock);
        continue;
      }
      const recorded = readFileSync(lock.descriptor, "latin1").split("\0");
      for (const path of recorded.slice(0, -1)) roots.push({ path, pid });
    } finally {
      lock.release();
    }
  }
  return roots;
}

/** Tells who opened the file before that it is gone; without room for the byte it sees so by itself. */
function markAsDeleted(lock: FileLock): void {
  try {
    writeSync(lock.descriptor, "d");
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
