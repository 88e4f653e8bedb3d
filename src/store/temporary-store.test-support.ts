// For tests: a store in a temporary folder that is deleted again, and trees to put into it.

import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emit, LogEvent } from "#formats";
import { deleteTree, hostPath } from "#host";
import type { LocalStore } from "./local-store.ts";
import { type LocalStoreOptions, openLocalStore } from "./open-local-store.ts";

export interface TemporaryStore {
  readonly folder: string;
  /** The chroot directory, `<folder>/root`. */
  readonly root: string;
  readonly store: LocalStore;
  /** Another connection, as another process would have. */
  readonly open: (options?: LocalStoreOptions) => LocalStore;
}

interface TestContext {
  after(cleanUp: () => void): void;
}

export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "firn-store-"));
  test.after(() => deleteTree(folder));
  return folder;
}

export function temporaryStore(test: TestContext, options: LocalStoreOptions = {}): TemporaryStore {
  const folder = temporaryFolder(test);
  const root = `${folder}/root`;
  const opened: LocalStore[] = [];
  const open = (more: LocalStoreOptions = {}) => {
    const all = { root, ...options, ...more };
    const store = openLocalStore({ ...all, settings: { gcReservedSpace: 4096, ...all.settings } });
    opened.push(store);
    return store;
  };
  const store = open();
  test.after(() => {
    for (const each of opened) each.close();
  });
  return { folder, root, store, open };
}

/** A tree by its paths: text for a file, `{ link }`, `{ run }` for an executable, `{}` for an empty directory. */
export type TreeDescription = Readonly<
  Record<string, string | { readonly link: string } | { readonly run: string } | Record<string, never>>
>;

export function makeTree(folder: string, tree: TreeDescription): string {
  mkdirSync(hostPath(folder), { recursive: true });
  for (const [name, what] of Object.entries(tree)) {
    const path = `${folder}/${name}`;
    mkdirSync(hostPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
    if (typeof what === "string") writeFileSync(hostPath(path), what, "latin1");
    else if ("link" in what) symlinkSync(hostPath(what.link), hostPath(path));
    else if ("run" in what) {
      writeFileSync(hostPath(path), what.run, "latin1");
      chmodSync(hostPath(path), 0o755);
    } else mkdirSync(hostPath(path), { recursive: true });
  }
  return folder;
}

/** Collects what a room says. */
export function listen(): { readonly emit: Emit; readonly texts: string[] } {
  const texts: string[] = [];
  const emit = (event: LogEvent) => {
    if (event.kind === "message") texts.push(event.text);
  };
  return { emit, texts };
}
