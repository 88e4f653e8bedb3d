// The file systems of a system that is installed below a folder, from what is mounted there.

import type { FoundFileSystem } from "./hardware.ts";

interface Mount {
  /** `major:minor`. */
  readonly id: string;
  /** What of the file system is mounted. */
  readonly inside: string;
  readonly point: string;
  readonly options: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

export function parseMountInfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const [mounted = "", made] = line.split(" - ");
    if (made === undefined) continue;
    const [, , id = "", inside = "", point = "", options = ""] = mounted.split(" ").map(unescape);
    const [type = "", source = "", superOptions = ""] = made.split(" ").map(unescape);
    mounts.push({
      id,
      inside,
      point,
      options: options.split(","),
      type,
      source,
      superOptions: superOptions.split(","),
    });
  }
  return mounts;
}

function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Of the system itself, or made by it when it starts. */
const skippedPoints = /^\/(?:proc|dev|sys|run)(?:\/|$)|^\/var\/lib\/nfs\/rpc_pipefs$|^\/nix\/\.r[ow]-store$/;
const skippedTypes: ReadonlySet<string> = new Set([
  "autofs",
  "rpc_pipefs",
  "nsfs",
  "ramfs",
  "devtmpfs",
  "overlay",
  "squashfs",
]);

/**
 * @param root the folder, or "" for the running system
 * @param stable gives the device a name that stays
 */
export function findFileSystems(
  mounts: readonly Mount[],
  root: string,
  stable: (device: string) => string,
): FoundFileSystem[] {
  const found = new Map<string, FoundFileSystem>();
  /** Where each file system was first seen whole. */
  const whole = new Map<string, string>();
  for (const mount of mounts) {
    const { id, inside, point, type, source } = mount;
    if (root !== "" && point !== root && !point.startsWith(`${root}/`)) continue;
    const mountPoint = point.slice(root.length) || "/";
    if (skippedPoints.test(mountPoint) || skippedTypes.has(type)) continue;
    // That the store is mounted on itself, to be read only, is the system's doing.
    const first = whole.get(id);
    if (mountPoint === "/nix/store" && first !== undefined && inside === joinPath("/nix/store")) continue;
    if (first !== undefined && type !== "btrfs") {
      const device = inside === "/" ? first : joinPath(first, inside);
      if (device === mountPoint) continue;
      found.set(mountPoint, { mountPoint, device, type: "none", options: ["bind"] });
      continue;
    }
    if (inside === "/") whole.set(id, mountPoint);
    const kind = type === "fuseblk" ? "auto" : type;
    found.set(mountPoint, { mountPoint, device: stable(source), type: kind, options: optionsOf(mount) });
  }
  return [...found.values()].toSorted((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
}

/** Those without which it would be another file system, or open to others. */
function optionsOf({ type, inside, superOptions }: Mount): string[] {
  if (type === "btrfs" && inside !== "/") return [`subvol=${inside.replace(/^\//, "")}`];
  if (type === "vfat") return superOptions.filter((option) => /^(?:fmask|dmask)=/.test(option));
  return [];
}

function joinPath(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split("/"))
    .filter((part) => part !== "")
    .join("/")}`;
}
