// What a switch looks at in a system's toplevel, read once as data: the unit files below etc/systemd/system with their
// drop-ins, fstab, and the links that tell which kernel and which systemd it has. Links are followed by hand, because the
// store that they lead into may lie in a folder.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { type Fstab, parseFstab } from "./fstab.ts";

/** A unit linked to /dev/null is masked: systemd takes it for absent. */
export type UnitEntry = { readonly kind: "file"; readonly text: string } | { readonly kind: "masked" };

export interface UnitFolder {
  readonly units: ReadonlyMap<string, UnitEntry>;
  /** By unit, the files of `UNIT.d` in the order of their names. */
  readonly dropIns: ReadonlyMap<string, readonly UnitEntry[]>;
  /** By unit, what lies in `UNIT.wants` and `UNIT.requires`. */
  readonly pulledIn: ReadonlyMap<string, readonly string[]>;
  /** Units that are links to another one of this folder. */
  readonly aliases: ReadonlyMap<string, string>;
}

export interface SystemFiles {
  /** As it was named, links followed. */
  readonly toplevel: string;
  readonly units: UnitFolder;
  readonly fstab: Fstab;
  /** Differs when init of one system cannot take over from the other's. */
  readonly initInterface: string;
  /** Where `kernel`, `initrd`, `kernel-modules`, `systemd` and systemd's own configuration lead; absent when they are not there. */
  readonly parts: ReadonlyMap<string, string>;
}

/** Where the objects of a store really lie; both are the same for a store that is no folder's. */
export interface StorePlace {
  readonly storeDir: string;
  readonly realStoreDir: string;
}

const parts = ["kernel", "initrd", "kernel-modules", "systemd", "etc/systemd/system.conf"];

/** Throws when `path` is no system. */
export function readSystem(path: string, store: StorePlace): SystemFiles {
  const toplevel = followLinks(path, store);
  if (toplevel === undefined || readText(`${toplevel}/init-interface-version`, store) === undefined)
    throw noSystem(path);
  const folder = followLinks(`${toplevel}/etc/systemd/system`, store);
  const partLinks = parts.flatMap((part): [string, string][] => {
    const target = followLinks(`${toplevel}/${part}`, store);
    return target === undefined ? [] : [[part, target]];
  });
  return {
    toplevel,
    units: folder === undefined ? emptyFolder : readUnitFolder(folder, store),
    fstab: parseFstab(readText(`${toplevel}/etc/fstab`, store) ?? ""),
    initInterface: readText(`${toplevel}/init-interface-version`, store) ?? "",
    parts: new Map(partLinks),
  };
}

const emptyFolder: UnitFolder = { units: new Map(), dropIns: new Map(), pulledIn: new Map(), aliases: new Map() };

function readUnitFolder(folder: string, store: StorePlace): UnitFolder {
  const units = new Map<string, UnitEntry>();
  const dropIns = new Map<string, UnitEntry[]>();
  const pulledIn = new Map<string, string[]>();
  const aliases = new Map<string, string>();
  for (const name of readFolder(folder, store)) {
    const path = `${folder}/${name}`;
    const [, unit, kind] = /^(.*)\.(d|wants|requires)$/.exec(name) ?? [];
    if (unit === undefined) {
      const entry = readEntry(path, store);
      if (entry === undefined) continue;
      units.set(name, entry);
      const target = linkTarget(path);
      if (target !== undefined && !target.includes("/")) aliases.set(name, target);
    } else if (kind === "d") {
      const files = readFolder(path, store).filter((file) => file.endsWith(".conf"));
      dropIns.set(
        unit,
        files.flatMap((file) => readEntry(`${path}/${file}`, store) ?? []),
      );
    } else pulledIn.set(unit, [...(pulledIn.get(unit) ?? []), ...readFolder(path, store)]);
  }
  return { units, dropIns, pulledIn, aliases };
}

function readEntry(path: string, store: StorePlace): UnitEntry | undefined {
  const end = followLinks(path, store);
  if (end === "/dev/null") return { kind: "masked" };
  const text = readText(path, store);
  return text === undefined ? undefined : { kind: "file", text };
}

/** Sorted; empty when there is no such folder. */
function readFolder(path: string, store: StorePlace): string[] {
  const end = followLinks(path, store);
  if (end === undefined || !lstatSync(hostPath(end)).isDirectory()) return [];
  return readdirSync(hostPath(end), { encoding: "latin1" }).toSorted();
}

/** Undefined when there is no such file. */
function readText(path: string, store: StorePlace): string | undefined {
  const end = followLinks(path, store);
  if (end === undefined || !lstatSync(hostPath(end)).isFile()) return undefined;
  return readFileSync(hostPath(end), "latin1");
}

/** Where `path` leads, every link in it followed; undefined when nothing is there. A path on this machine. */
function followLinks(path: string, { storeDir, realStoreDir }: StorePlace): string | undefined {
  let done = "/";
  let rest = path.split("/");
  for (let links = 0; rest.length > 0;) {
    const [name = "", ...behind] = rest;
    rest = behind;
    const next = posix.join(done, name);
    // What a store in a folder calls /nix/store/…
    if (next === storeDir && storeDir !== realStoreDir) {
      done = realStoreDir;
      continue;
    }
    const target = linkTarget(next);
    if (target === undefined) {
      if (lstatSync(hostPath(next), { throwIfNoEntry: false }) === undefined) return undefined;
      done = next;
      continue;
    }
    if (++links > 40) return undefined;
    rest = [...target.split("/"), ...rest];
    if (target.startsWith("/")) done = "/";
  }
  return done;
}

function linkTarget(path: string): string | undefined {
  const status = lstatSync(hostPath(path), { throwIfNoEntry: false });
  return status?.isSymbolicLink() === true ? readlinkSync(hostPath(path), { encoding: "latin1" }) : undefined;
}

function noSystem(path: string): FirnError {
  return new FirnError("no-system", `'${path}' is not a NixOS system: it has no file 'init-interface-version'`);
}
