// Which store a user means: the texts that `--store` and NIX_REMOTE take (StoreReference, resolveStoreConfig).

import { accessSync, constants, mkdirSync } from "node:fs";
import { FirnError } from "#formats";
import { byteStringOfHostText, hostPath, ifExists } from "#host";
import { statSync } from "node:fs";
import type { LocalStore } from "./local-store.ts";
import { openLocalStore } from "./open-local-store.ts";
import { absolutePath } from "./garbage/roots.ts";
import type { StoreSettings } from "./settings.ts";

export interface ResolveOptions {
  /** As process.env is: text, not byte strings. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings?: Partial<StoreSettings>;
  readonly readOnly?: boolean;
  /** Told when a chroot store is made because there is no /nix. */
  readonly warn?: (text: string) => void;
  readonly userIsRoot?: boolean;
  readonly workingDirectory?: string;
  /** Where the system's store keeps its state when nothing else is said: /nix/var/nix. */
  readonly systemStateDir?: string;
}

/** Text still, not byte strings. */
interface Parameters {
  readonly root: string | undefined;
  readonly entries: ReadonlyMap<string, string>;
}

/**
 * Opens the store that `uri` names: `auto` (also the empty text), `local`, a folder, `local?root=…&state=…`. Throws for
 * kinds that are not on this machine's disk.
 */
export function resolveStore(uri: string, options: ResolveOptions): LocalStore {
  return openParameters(locate(uri, options), options);
}

function locate(uri: string, options: ResolveOptions): Parameters {
  const question = uri.indexOf("?");
  const base = question === -1 ? uri : uri.slice(0, question);
  const entries = parseQuery(question === -1 ? "" : uri.slice(question + 1));
  if (base === "" || base === "auto") return locateAutomatically(entries, options);
  if (base === "local") return { root: undefined, entries };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/.exec(base);
  if (scheme !== null) {
    const [, name, rest] = scheme;
    if (name !== "local") throw unknownStore(uri, name ?? "");
    return { root: rest === "" ? undefined : rest, entries };
  }
  if (base.includes("/") || base === "." || base === "..") {
    return { root: absolutePath(base, options.workingDirectory ?? process.cwd()), entries };
  }
  throw unknownStore(uri, base);
}

function parseQuery(query: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals === -1) throw new FirnError("bad-store-uri", `The store parameter '${part}' has no value`);
    entries.set(part.slice(0, equals), decodeURIComponent(part.slice(equals + 1)));
  }
  return entries;
}

/** The system's store where this user may write or there is one; else, for one who is not root, a chroot store at home. */
function locateAutomatically(entries: ReadonlyMap<string, string>, options: ResolveOptions): Parameters {
  const { environment } = options;
  const stateDir = entries.get("state") ?? environment["NIX_STATE_DIR"] ?? options.systemStateDir ?? "/nix/var/nix";
  const system = { root: undefined, entries };
  if (isWritable(stateDir) || exists(stateDir) || entries.size > 0) return system;
  if (options.userIsRoot ?? process.geteuid?.() === 0) return system;
  if (environment["NIX_STORE_DIR"] !== undefined || environment["NIX_STATE_DIR"] !== undefined) return system;
  const root = `${dataDirectory(environment)}/root`;
  if (!exists(root)) {
    mkdirSync(hostPath(byteStringOfHostText(root)), { recursive: true });
    options.warn?.(`'${stateDir}' does not exist, so Firn will use '${root}' as a chroot store`);
  }
  return { root, entries };
}

function dataDirectory(environment: ResolveOptions["environment"]): string {
  const own = environment["NIX_DATA_HOME"];
  if (own !== undefined) return own;
  const data = environment["XDG_DATA_HOME"];
  if (data !== undefined && data !== "") return `${data}/nix`;
  const home = environment["HOME"];
  if (home === undefined || home === "") {
    throw new FirnError("no-home", "Cannot tell where your store should be: HOME is not set");
  }
  return `${home}/.local/share/nix`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(hostPath(byteStringOfHostText(path)), constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  return ifExists(() => statSync(hostPath(byteStringOfHostText(path)))) !== undefined;
}

const knownParameters = new Set(["root", "store", "state", "log", "real", "read-only", "require-sigs"]);

function openParameters({ root, entries }: Parameters, options: ResolveOptions): LocalStore {
  for (const name of entries.keys()) {
    if (!knownParameters.has(name)) options.warn?.(`unknown setting '${name}'`);
  }
  const { environment } = options;
  const chroot = entries.get("root") ?? root;
  const isChroot = chroot !== undefined && chroot !== "/";
  const parts = {
    storeDir: entries.get("store") ?? environment["NIX_STORE_DIR"] ?? environment["NIX_STORE"],
    stateDir: entries.get("state") ?? (isChroot ? undefined : environment["NIX_STATE_DIR"]),
    logDir: entries.get("log") ?? (isChroot ? undefined : environment["NIX_LOG_DIR"]),
    realStoreDir: entries.get("real"),
    root: isChroot ? chroot : undefined,
  };
  const location = Object.fromEntries(
    Object.entries(parts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, byteStringOfHostText(value)] as const],
    ),
  );
  const requireSignatures = entries.get("require-sigs");
  const settings =
    requireSignatures === undefined
      ? options.settings
      : { ...options.settings, requireSignatures: requireSignatures === "true" };
  return openLocalStore({
    ...location,
    ...(settings === undefined ? {} : { settings }),
    readOnly: entries.get("read-only") === "true" || (options.readOnly ?? false),
  });
}

function unknownStore(uri: string, scheme: string): FirnError {
  return new FirnError("unknown-store", `don't know how to open Nix store with scheme '${scheme}'`, {
    hint:
      scheme === "dummy"
        ? "'dummy://' has nothing in it and takes nothing; only what evaluates can use it"
        : `'${uri}' is none of: auto, local, a folder, local?root=DIR`,
  });
}
