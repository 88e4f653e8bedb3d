// builtin:buildenv: a user environment, that is one tree of links to the files of many packages (Nix's buildProfile). A
// folder that only one package has is one link; a second package turns it into a real folder with links in it. Of two
// packages with the same file the lower priority number wins.

import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { FirnError } from "#formats";
import { errorCode, hostPath } from "#host";
import { requireAttribute } from "./builtin-context.ts";
import type { BuiltinContext } from "./builtin-context.ts";

export interface EnvironmentPackage {
  /** As store objects know it: `/nix/store/…`. */
  readonly path: string;
  readonly active: boolean;
  /** Lower wins. */
  readonly priority: number;
}

export interface EnvironmentOptions {
  /** Where a path, named as in the store, lies on this machine; undefined for what the builder may not see. */
  readonly realPath: (path: string) => string | undefined;
  readonly warn: (text: string) => void;
  /** How messages name `out`. */
  readonly outName: string;
}

/** What is not taken over: useless in a profile, or certain to collide. */
const skipped = [
  "/propagated-build-inputs",
  "/nix-support",
  "/perllocal.pod",
  "/info/dir",
  "/log",
  "/manifest.nix",
  "/manifest.json",
];

/** Where the packages that others bring along begin to count. */
const firstPropagatedPriority = 1000;

/** The builder: reads `derivations` (active, priority, number of outputs, outputs; again and again) and `manifest`. */
export function buildEnvironmentFromDerivation(context: BuiltinContext): void {
  const { derivation } = context;
  const out = context.outputs.get("out");
  if (out === undefined) throw new Error("'builtin:buildenv' requires an 'out' output");
  const packages = parsePackages(requireAttribute(derivation, "derivations"));
  mkdirSync(hostPath(out), { mode: 0o755 });
  buildEnvironmentTree(out, packages, {
    realPath: realPathOfInput(context),
    warn: (text) => context.emit({ kind: "message", level: "warn", text }),
    outName: requireAttribute(derivation, "out"),
  });
  symlinkSync(hostPath(requireAttribute(derivation, "manifest")), hostPath(`${out}/manifest.nix`));
}

/** Fills the folder `out`, which exists and is empty. Links name packages as the store does, not as this machine does. */
export function buildEnvironmentTree(
  out: string,
  packages: readonly EnvironmentPackage[],
  options: EnvironmentOptions,
): void {
  const tree = new EnvironmentTree(out, options);
  const done = new Set<string>();
  let postponed = new Set<string>();
  const add = (path: string, priority: number): void => {
    if (done.has(path)) return;
    done.add(path);
    tree.link(path, out, priority);
    for (const other of propagatedPackages(options.realPath(path) ?? "")) if (!done.has(other)) postponed.add(other);
  };
  const sorted = [...packages].toSorted((a, b) => a.priority - b.priority || (a.path < b.path ? -1 : 1));
  for (const { path, active, priority } of sorted) if (active) add(path, priority);
  let priority = firstPropagatedPriority;
  while (postponed.size > 0) {
    const paths = [...postponed].toSorted();
    postponed = new Set();
    for (const path of paths) add(path, priority++);
  }
}

class EnvironmentTree {
  readonly #out: string;
  readonly #options: EnvironmentOptions;
  /** Of the links made so far, by where they are. */
  readonly #priorities = new Map<string, number>();

  constructor(out: string, options: EnvironmentOptions) {
    this.#out = out;
    this.#options = options;
  }

  /** Nix's createLinks. */
  link(source: string, destination: string, priority: number): void {
    const { realPath, warn } = this.#options;
    const folder = realPath(source);
    if (folder === undefined) throw folderMissing(source);
    let names: string[];
    try {
      names = readdirSync(hostPath(folder), "latin1").toSorted();
    } catch (error) {
      if (errorCode(error) !== "ENOTDIR") throw error;
      warn(`not including "${source}" in the user environment because it's not a directory`);
      return;
    }
    for (const name of names) {
      if (!name.startsWith(".")) this.#linkEntry(`${source}/${name}`, `${destination}/${name}`, priority);
    }
  }

  #linkEntry(source: string, destination: string, priority: number): void {
    const { realPath, warn } = this.#options;
    const found = followLinks(source, realPath);
    if (found === undefined) {
      warn(`skipping dangling symlink '${this.#nameOf(destination)}'`);
      return;
    }
    if (skipped.some((suffix) => source.endsWith(suffix))) return;
    const existing = lstatSync(hostPath(destination), { throwIfNoEntry: false });
    if (existing !== undefined && found.isDirectory) {
      if (!existing.isDirectory()) this.#makeRealFolder(source, destination);
      this.link(source, destination, priority);
      return;
    }
    if (existing !== undefined && this.#keepsFile(source, destination, priority, existing.isDirectory())) return;
    symlinkSync(hostPath(source), hostPath(destination));
    this.#priorities.set(destination, priority);
  }

  /** Puts a folder of links in the place of a link to one. */
  #makeRealFolder(source: string, destination: string): void {
    const target = readlinkSync(hostPath(destination), "latin1");
    const found = followLinks(target, this.#options.realPath);
    if (found?.isDirectory !== true) throw directoryCollision(source, found?.path ?? target);
    unlinkSync(hostPath(destination));
    mkdirSync(hostPath(destination), { mode: 0o755 });
    this.link(found.path, destination, this.#priorities.get(destination) ?? 0);
  }

  /** Whether the file that is there stays; otherwise it is gone now. */
  #keepsFile(source: string, destination: string, priority: number, isDirectory: boolean): boolean {
    if (isDirectory) throw fileCollision(source, this.#nameOf(destination));
    const previous = this.#priorities.get(destination) ?? 0;
    if (previous === priority) throw fileConflict(readlinkSync(hostPath(destination), "latin1"), source);
    if (previous < priority) return true;
    unlinkSync(hostPath(destination));
    return false;
  }

  #nameOf(destination: string): string {
    return this.#options.outName + destination.slice(this.#out.length);
  }
}

const maxLinks = 40;

/** What a path leads to when all links are followed, those of its folders as well; undefined where they lead nowhere. */
function followLinks(
  path: string,
  realPath: EnvironmentOptions["realPath"],
): { readonly path: string; readonly isDirectory: boolean } | undefined {
  let left = splitPath(path);
  let at = "";
  let isDirectory = true;
  for (let links = 0; left.length > 0;) {
    const [segment = "", ...rest] = left;
    left = rest;
    if (segment === "..") {
      at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
      continue;
    }
    const next = `${at}/${segment}`;
    const real = realPath(next);
    const status = real === undefined ? undefined : lstatSync(hostPath(real), { throwIfNoEntry: false });
    if (real === undefined || status === undefined) return undefined;
    if (!status.isSymbolicLink()) {
      at = next;
      isDirectory = status.isDirectory();
      continue;
    }
    if (++links > maxLinks) return undefined;
    const target = readlinkSync(hostPath(real), "latin1");
    left = [...splitPath(target), ...left];
    if (target.startsWith("/")) at = "";
  }
  return { path: at, isDirectory };
}

const splitPath = (path: string): string[] => path.split("/").filter((segment) => segment !== "" && segment !== ".");

/** The input closure and nothing else of this machine; the folders on the way to the store are as good as the store's own. */
function realPathOfInput({ store, inputPaths }: BuiltinContext): (path: string) => string | undefined {
  const { storeDir, layout } = store;
  const visible: ReadonlySet<string> = inputPaths;
  return (path) => {
    if (`${storeDir}/`.startsWith(`${path}/`)) return layout.realStoreDir;
    if (!path.startsWith(`${storeDir}/`)) return undefined;
    const [name = "", ...rest] = path.slice(storeDir.length + 1).split("/");
    return visible.has(name) ? [layout.realStoreDir, name, ...rest].join("/") : undefined;
  };
}

function parsePackages(text: string): EnvironmentPackage[] {
  const tokens = text.split(/[ \t\n\r]+/).filter((token) => token !== "");
  const packages: EnvironmentPackage[] = [];
  for (let i = 0; i < tokens.length;) {
    const [active, priority, count] = [tokens[i], Number(tokens[i + 1]), Number(tokens[i + 2])];
    i += 3;
    if (!Number.isInteger(priority) || !Number.isInteger(count) || i + count > tokens.length) throw malformedPackages();
    for (let n = 0; n < count; n++)
      packages.push({ path: tokens[i++] as string, active: active !== "false", priority });
  }
  return packages;
}

function propagatedPackages(realPath: string): string[] {
  try {
    const text = readFileSync(hostPath(`${realPath}/nix-support/propagated-user-env-packages`), "latin1");
    return text.split(/[ \n]+/).filter((path) => path !== "");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

function folderMissing(path: string): FirnError {
  return new FirnError("folder-missing", `cannot read directory "${path}": No such file or directory`);
}

function fileConflict(first: string, second: string): FirnError {
  return new FirnError(
    "environment-conflict",
    `Unable to build profile. There is a conflict for the following files:\n\n  "${first}"\n  "${second}"`,
    { hint: "Give one of the two packages a lower priority number, or remove it" },
  );
}

function directoryCollision(source: string, target: string): FirnError {
  return new FirnError("environment-collision", `collision between "${source}" and non-directory "${target}"`);
}

function fileCollision(source: string, destination: string): FirnError {
  return new FirnError(
    "environment-collision",
    `collision between non-directory '${source}' and directory '${destination}'`,
  );
}

function malformedPackages(): FirnError {
  return new FirnError("malformed-environment", "The attribute 'derivations' of builtin:buildenv is malformed");
}
