// builtin:buildenv: a user environment, that is one tree of links to the files of many packages (Nix's buildProfile). A
// folder that only one package has is one link; a second package turns it into a real folder with links in it. Of two
// packages with the same file the lower priority number wins.

import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, unlinkSync } from "node:fs";
import { FirnError, parsePathInStore, isInStore } from "#formats";
import type { StoreDir } from "#formats";
import { errorCode, hostPath } from "#host";
import { requireAttribute } from "./builtin-builders.ts";
import type { BuiltinContext } from "./builtin-builders.ts";

export interface EnvironmentPackage {
  /** As store objects know it: `/nix/store/…`. */
  readonly path: string;
  readonly active: boolean;
  /** Lower wins. */
  readonly priority: number;
}

export interface EnvironmentOptions {
  /** From a path as it is in the store to where it lies on this machine. */
  readonly realPath: (path: string) => string;
  readonly warn: (text: string) => void;
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
  const { derivation, store } = context;
  const out = context.outputs.get("out");
  if (out === undefined) throw new Error("'builtin:buildenv' requires an 'out' output");
  const packages = parsePackages(requireAttribute(derivation, "derivations"));
  mkdirSync(hostPath(out), { mode: 0o755 });
  buildEnvironmentTree(out, packages, {
    realPath: realPathIn(store.storeDir, store.layout.realStoreDir),
    warn: (text) => context.log(`warning: ${text}`),
  });
  symlinkSync(hostPath(requireAttribute(derivation, "manifest")), hostPath(`${out}/manifest.nix`));
}

/** Fills the folder `out`, which exists and is empty. Links name packages as the store does, not as this machine does. */
export function buildEnvironmentTree(
  out: string,
  packages: readonly EnvironmentPackage[],
  options: EnvironmentOptions,
): void {
  const tree = new EnvironmentTree(options);
  const done = new Set<string>();
  let postponed = new Set<string>();
  const add = (path: string, priority: number): void => {
    if (done.has(path)) return;
    done.add(path);
    tree.link(path, out, priority);
    for (const other of propagatedPackages(options.realPath(path))) if (!done.has(other)) postponed.add(other);
  };
  const sorted = [...packages].sort((a, b) => a.priority - b.priority || (a.path < b.path ? -1 : 1));
  for (const { path, active, priority } of sorted) if (active) add(path, priority);
  let priority = firstPropagatedPriority;
  while (postponed.size > 0) {
    const paths = [...postponed].sort();
    postponed = new Set();
    for (const path of paths) add(path, priority++);
  }
}

class EnvironmentTree {
  readonly #options: EnvironmentOptions;
  /** Of the links made so far, by where they are. */
  readonly #priorities = new Map<string, number>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
  }

  /** Nix's createLinks. */
  link(source: string, destination: string, priority: number): void {
    const { realPath, warn } = this.#options;
    let names: string[];
    try {
      names = readdirSync(hostPath(realPath(source)), "latin1").sort();
    } catch (error) {
      if (errorCode(error) !== "ENOTDIR") throw error;
      warn(`not including "${source}" in the user environment because it's not a directory`);
      return;
    }
    for (const name of names) {
      if (name.startsWith(".")) continue;
      this.#linkEntry(`${source}/${name}`, `${destination}/${name}`, priority);
    }
  }

  #linkEntry(source: string, destination: string, priority: number): void {
    const { realPath, warn } = this.#options;
    const status = statFollowing(source, realPath);
    if (status === undefined) {
      warn(`skipping dangling symlink '${destination}'`);
      return;
    }
    if (skipped.some((suffix) => source.endsWith(suffix))) return;
    const existing = lstatSync(hostPath(destination), { throwIfNoEntry: false });
    if (existing !== undefined) {
      if (status === "directory" ? this.#mergeDirectory(source, destination, priority, existing.isDirectory()) : this.#keepFile(source, destination, priority, existing.isDirectory())) return;
    }
    symlinkSync(hostPath(source), hostPath(destination));
    this.#priorities.set(destination, priority);
  }

  /** Merges into what is there; always done with the entry afterwards. */
  #mergeDirectory(source: string, destination: string, priority: number, isDirectory: boolean): true {
    const { realPath } = this.#options;
    if (!isDirectory) {
      const target = readlinkSync(hostPath(destination), "latin1");
      if (statFollowing(target, realPath) !== "directory") throw directoryCollision(source, target);
      unlinkSync(hostPath(destination));
      mkdirSync(hostPath(destination), { mode: 0o755 });
      this.link(target, destination, this.#priorities.get(destination) ?? 0);
    }
    this.link(source, destination, priority);
    return true;
  }

  /** True when the file that is there stays; otherwise it is gone. */
  #keepFile(source: string, destination: string, priority: number, isDirectory: boolean): boolean {
    if (isDirectory) throw fileCollision(source, destination);
    const previous = this.#priorities.get(destination) ?? 0;
    if (previous === priority) throw fileConflict(readlinkSync(hostPath(destination), "latin1"), source);
    if (previous < priority) return true;
    unlinkSync(hostPath(destination));
    return false;
  }
}

/** What a link leads to in the end, where links name store paths that may lie elsewhere on this machine. */
function statFollowing(path: string, realPath: (path: string) => string): "directory" | "file" | undefined {
  let at = path;
  for (let links = 0; links < 40; links++) {
    const resolved = resolveParents(at, realPath, links);
    const status = resolved === undefined ? undefined : lstatSync(hostPath(realPath(resolved)), { throwIfNoEntry: false });
    if (status === undefined || resolved === undefined) return undefined;
    if (!status.isSymbolicLink()) return status.isDirectory() ? "directory" : "file";
    at = absoluteTarget(resolved, readlinkSync(hostPath(realPath(resolved)), "latin1"));
  }
  return undefined;
}

/** The path with links in its folders followed; undefined when a folder is missing or links go in circles. */
function resolveParents(path: string, realPath: (path: string) => string, depth: number): string | undefined {
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  let at = "";
  for (const [i, segment] of segments.entries()) {
    if (segment === "..") {
      at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
      continue;
    }
    const next = `${at}/${segment}`;
    if (i < segments.length - 1) {
      const status = lstatSync(hostPath(realPath(next)), { throwIfNoEntry: false });
      if (status === undefined) return undefined;
      if (status.isSymbolicLink()) {
        if (depth > 40) return undefined;
        const target = absoluteTarget(next, readlinkSync(hostPath(realPath(next)), "latin1"));
        return resolveParents([target, ...segments.slice(i + 1)].join("/"), realPath, depth + 1);
      }
    }
    at = next;
  }
  return at;
}

function absoluteTarget(link: string, target: string): string {
  return target.startsWith("/") ? target : `${link.slice(0, link.lastIndexOf("/"))}/${target}`;
}

function realPathIn(storeDir: StoreDir, realStoreDir: string): (path: string) => string {
  return (path) => (path.startsWith(`${storeDir}/`) ? realStoreDir + path.slice(storeDir.length) : path);
}

function parsePackages(text: string): EnvironmentPackage[] {
  const tokens = text.split(/[ \t\n\r]+/).filter((token) => token !== "");
  const packages: EnvironmentPackage[] = [];
  for (let i = 0; i < tokens.length; ) {
    const [active, priority, count] = [tokens[i], Number(tokens[i + 1]), Number(tokens[i + 2])];
    i += 3;
    if (!Number.isInteger(priority) || !Number.isInteger(count) || i + count > tokens.length) throw malformedPackages();
    for (let n = 0; n < count; n++) packages.push({ path: tokens[i++] as string, active: active !== "false", priority });
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
