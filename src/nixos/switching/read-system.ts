// What a switch looks at in a system's toplevel, read once as data: the unit files below etc/systemd/system with their
// drop-ins, fstab, and the links that tell which kernel and which systemd it has.

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

/** A unit linked to /dev/null is masked: systemd takes it for absent. `place`: the file itself, where it is one. */
export type UnitEntry =
  | { readonly kind: "file"; readonly place?: string; readonly text: string }
  | { readonly kind: "masked" };

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
  /**
   * Where `kernel`, `initrd`, `kernel-modules`, `systemd` and systemd's own configuration lead, and what lies in the folders of
   * users' units and of temporary files; absent when they are not there.
   */
  readonly parts: ReadonlyMap<string, string>;
}

const parts = ["kernel", "initrd", "kernel-modules", "systemd", "etc/systemd/system.conf"];
const folders = ["etc/systemd/user", "etc/tmpfiles.d"];

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
  for (const part of folders) {
    const names = readFolder(`${toplevel}/${part}`, store);
    const entries = names.map((name) => `${name} ${followLinks(`${toplevel}/${part}/${name}`, store) ?? ""}`);
    if (entries.length > 0) partLinks.push([part, entries.join("\n")]);
  }
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
  return end === undefined || !isPlainFile(end) ? undefined : new UnitFile(end);
}

/** Read when it is asked for: most units are the same in both systems, which their places tell. */
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
