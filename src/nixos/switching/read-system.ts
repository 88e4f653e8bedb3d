// What a switch looks at in a system's toplevel, as data: the unit files below etc/systemd/system with their drop-ins, fstab, and
// the links that tell which kernel and which systemd it has. Each is read when it is first asked for, since of two systems most
// is in the same place.

import { FirnError } from "#formats";
import {
  followLinks,
  linkTarget,
  isPlainFile,
  readFolder,
  readPlainFile,
  readText,
  type StorePlace,
} from "../store-links.ts";
import { type Fstab, parseFstab } from "./fstab.ts";

/** What is known by name. */
export type Lookup<Value> = Pick<ReadonlyMap<string, Value>, "get" | "has">;

/** A unit linked to /dev/null is masked: systemd takes it for absent. `place`: the file itself, where it is one. */
export type UnitEntry =
  | { readonly kind: "file"; readonly place?: string; readonly text: string }
  | { readonly kind: "masked" };

export interface UnitFolder {
  readonly units: Lookup<UnitEntry>;
  /** By unit, the files of `UNIT.d` in the order of their names. */
  readonly dropIns: Lookup<readonly UnitEntry[]>;
  /** By unit, what lies in `UNIT.wants` and `UNIT.requires`. */
  readonly pulledIn: Lookup<readonly string[]>;
  /** Units that are links to another one of this folder. */
  readonly aliases: Lookup<string>;
}

export interface SystemFiles {
  /** As it was named, links followed. */
  readonly toplevel: string;
  readonly units: UnitFolder;
  readonly fstab: Fstab;
  /** Differs when init of one system cannot take over from the other's. */
  readonly initInterface: string;
  /**
   * Where `kernel`, `initrd`, `kernel-modules`, `systemd` and systemd's own configuration lead, and what lies in the folders of
   * users' units and of temporary files; absent when they are not there.
   */
  readonly parts: Lookup<string>;
}

const parts = ["kernel", "initrd", "kernel-modules", "systemd", "etc/systemd/system.conf"];
const folders = ["etc/systemd/user", "etc/tmpfiles.d"];

/** Throws when `path` is no system. */
export function readSystem(path: string, store: StorePlace): SystemFiles {
  const toplevel = followLinks(path, store);
  if (toplevel === undefined || readText(`${toplevel}/init-interface-version`, store) === undefined)
    throw noSystem(path);
  const folder = followLinks(`${toplevel}/etc/systemd/system`, store);
  return {
    toplevel,
    units: folder === undefined ? emptyFolder : readUnitFolder(folder, store),
    fstab: parseFstab(readText(`${toplevel}/etc/fstab`, store) ?? ""),
    initInterface: readText(`${toplevel}/init-interface-version`, store) ?? "",
    parts: new Lazily([...parts, ...folders], (part) => {
      if (parts.includes(part)) return followLinks(`${toplevel}/${part}`, store);
      const names = readFolder(`${toplevel}/${part}`, store);
      const entries = names.map((name) => `${name} ${followLinks(`${toplevel}/${part}/${name}`, store) ?? ""}`);
      return entries.length === 0 ? undefined : entries.join("\n");
    }),
  };
}

const emptyFolder: UnitFolder = { units: new Map(), dropIns: new Map(), pulledIn: new Map(), aliases: new Map() };

function readUnitFolder(folder: string, store: StorePlace): UnitFolder {
  const names = readFolder(folder, store);
  const withEnding = (ending: string): string[] =>
    names.flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
  const unitNames = names.filter((name) => !/\.(?:d|wants|requires)$/.test(name));
  const units = new Lazily(unitNames, (name) => readEntry(`${folder}/${name}`, store));
  const linksOf = (unit: string, kind: string): string[] => readFolder(`${folder}/${unit}.${kind}`, store);
  return {
    units,
    dropIns: new Lazily(withEnding(".d"), (unit) => {
      const files = linksOf(unit, "d").filter((file) => file.endsWith(".conf"));
      return files.flatMap((file) => readEntry(`${folder}/${unit}.d/${file}`, store) ?? []);
    }),
    pulledIn: new Lazily([...withEnding(".wants"), ...withEnding(".requires")], (unit) => [
      ...linksOf(unit, "requires"),
      ...linksOf(unit, "wants"),
    ]),
    aliases: new Lazily(unitNames, (name) => {
      const target = units.has(name) ? linkTarget(`${folder}/${name}`) : undefined;
      return target === undefined || target.includes("/") ? undefined : target;
    }),
  };
}

/** A map of some names that finds out each value when it is first asked for. */
class Lazily<Value> implements Lookup<Value> {
  readonly #names: ReadonlySet<string>;
  readonly #find: (name: string) => Value | undefined;
  readonly #found = new Map<string, Value | undefined>();

  /** `find` gives undefined for a name that has no value after all. */
  constructor(names: readonly string[], find: (name: string) => Value | undefined) {
    this.#names = new Set(names);
    this.#find = find;
  }

  get(name: string): Value | undefined {
    if (!this.#names.has(name)) return undefined;
    if (!this.#found.has(name)) this.#found.set(name, this.#find(name));
    return this.#found.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

function readEntry(path: string, store: StorePlace): UnitEntry | undefined {
  const end = followLinks(path, store);
  if (end === "/dev/null") return { kind: "masked" };
  return end === undefined || !isPlainFile(end) ? undefined : new UnitFile(end);
}

class UnitFile {
  readonly kind = "file";
  readonly place: string;
  #text: string | undefined;

  constructor(place: string) {
    this.place = place;
  }

  get text(): string {
    return (this.#text ??= readPlainFile(this.place));
  }
}

function noSystem(path: string): FirnError {
  return new FirnError("no-system", `'${path}' is not a NixOS system: it has no file 'init-interface-version'`);
}
