// fstab as a switch compares it, and the names of the units that systemd makes of its lines.

export interface FstabMount {
  readonly device: string;
  readonly type: string;
  readonly options: string;
}

export interface Fstab {
  /** By mount point. */
  readonly mounts: ReadonlyMap<string, FstabMount>;
  /** Devices. */
  readonly swaps: ReadonlySet<string>;
}

export function parseFstab(text: string): Fstab {
  const mounts = new Map<string, FstabMount>();
  const swaps = new Set<string>();
  for (const line of text.split("\n")) {
    const [device, mountPoint, type, options = ""] = line.trim().split(/\s+/).map(decode);
    if (device === undefined || mountPoint === undefined || type === undefined || device.startsWith("#")) continue;
    if (type === "swap") swaps.add(device);
    else mounts.set(mountPoint, { device, type, options });
  }
  return { mounts, swaps };
}

/** `/home/a b` → `home-a\x20b.mount` (systemd-escape --path). */
export function pathUnit(path: string, suffix: "mount" | "automount"): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const escaped = parts.join("/").replace(/[^A-Za-z0-9:_./]|^\./g, escapeCharacter);
  return `${parts.length === 0 ? "-" : escaped.replaceAll("/", "-")}.${suffix}`;
}

/** A blank in a field is written `\040`. */
function decode(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8) & 0xff));
}

function escapeCharacter(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
