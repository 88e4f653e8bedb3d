// What lies on a partition, a disk, an opened volume or an array.

import type { DiskCommand, DraftPlan } from "./plan.ts";
import type { Btrfs, Content, Luks } from "./layout.ts";
import { describeDevice, type ObservedDevice } from "./observed.ts";

/** Where something is to lie. */
export interface Target {
  readonly path: string;
  /** Undefined for what a step before makes, and is empty. */
  readonly observed: ObservedDevice | undefined;
  /** The devices that it lies on: where everything may be lost it may here too. */
  readonly within: readonly string[];
  /** Whether a step before lets it grow. */
  readonly grown?: boolean;
}

/** By the name of what they are parts of, where its parts are to lie. */
export interface Parts {
  readonly arrays: ReadonlyMap<string, Target[]>;
  readonly groups: ReadonlyMap<string, Target[]>;
}

/** What lies on a device by itself. */
type OwnContent = Exclude<Content, { readonly type: "mdraid" | "lvm_pv" }>;

export function planContent(draft: DraftPlan, target: Target, content: Content, parts: Parts): void {
  switch (content.type) {
    case "mdraid":
      parts.arrays.get(content.array)?.push(target);
      return;
    case "lvm_pv":
      parts.groups.get(content.group)?.push(target);
      return;
    case "filesystem":
    case "btrfs":
    case "swap":
    case "luks":
      planOwnContent(draft, target, content, parts);
  }
}

function planOwnContent(draft: DraftPlan, target: Target, content: OwnContent, parts: Parts): void {
  const { observed } = target;
  if (observed?.signature === signatureOf(content)) return planKept(draft, target, observed, content, parts);
  const text = `make ${nameOf(content)} on ${target.path}`;
  const commands = makeCommands(target.path, content);
  const occupied = occupantOf(target);
  if (occupied === undefined) draft.step(text, ...commands);
  else if (!draft.destroy(occupied, target.within, text, wipe(target.path), ...commands)) return;
  if (content.type === "luks") {
    planOpen(draft, target.path, content);
    const path = `/dev/mapper/${content.name}`;
    if (content.content !== undefined) {
      planContent(draft, { path, observed: undefined, within: [] }, content.content, parts);
    }
  }
}

/** The device, when there is something on it that would be lost. */
export function occupantOf({ observed }: Target): ObservedDevice | undefined {
  return observed?.signature === undefined && observed?.table === undefined ? undefined : observed;
}

export function wipe(path: string): DiskCommand {
  return { argv: ["wipefs", "--quiet", "--all", path] };
}

function planKept(draft: DraftPlan, target: Target, observed: ObservedDevice, content: OwnContent, parts: Parts): void {
  if (content.type !== "luks") {
    if (target.grown === true) planGrownFileSystem(draft, target.path, observed);
    return;
  }
  const open = observed.children.find(({ kind }) => kind === "volume");
  if (open === undefined) {
    planOpen(draft, target.path, content);
    if (content.content !== undefined) {
      draft.isPartial = true;
      draft.note(`what is in the encrypted volume ${content.name} (${target.path}) shows when it is open`);
    }
    return;
  }
  if (open.name !== content.name) {
    draft.note(
      `the encrypted volume on ${target.path} is open as ${open.name}, and will be ${content.name} when the machine starts`,
    );
  }
  if (target.grown === true) {
    draft.step(`let the encrypted volume ${open.name} grow`, { argv: ["cryptsetup", "resize", open.name] });
  }
  if (content.content !== undefined) {
    const within = [...target.within, target.path];
    const inner = { path: open.path, observed: open, within, ...(target.grown === true ? { grown: true } : {}) };
    planContent(draft, inner, content.content, parts);
  }
}

function planOpen(draft: DraftPlan, path: string, { name, keyFile, extraOpenArgs }: Luks): void {
  const key = keyFile === undefined ? [] : [`--key-file=${keyFile}`];
  draft.step(`open the encrypted volume ${path} as ${name}`, {
    argv: ["cryptsetup", "open", "--type=luks", ...key, ...extraOpenArgs, path, name],
  });
}

function planGrownFileSystem(draft: DraftPlan, path: string, observed: ObservedDevice): void {
  const [mount] = observed.mounts.filter((point) => point.startsWith("/"));
  const text = `let the file system on ${path} grow`;
  switch (observed.signature) {
    case "ext2":
    case "ext3":
    case "ext4": {
      const resize = { argv: ["resize2fs", path] };
      if (mount === undefined) draft.step(text, { argv: ["e2fsck", "-f", "-p", path] }, resize);
      else draft.step(text, resize);
      break;
    }
    case "btrfs":
      if (mount === undefined)
        draft.note(`the btrfs on ${path} grows only while it is mounted; then: btrfs filesystem resize max`);
      else draft.step(text, { argv: ["btrfs", "filesystem", "resize", "max", mount] });
      break;
    case "xfs":
      if (mount === undefined) draft.note(`the xfs on ${path} grows only while it is mounted; then: xfs_growfs`);
      else draft.step(text, { argv: ["xfs_growfs", mount] });
      break;
    default:
      draft.note(`${describeDevice(observed)} on ${path} stays as big as it was`);
  }
}

function signatureOf(content: OwnContent): string {
  switch (content.type) {
    case "filesystem":
      return content.format;
    case "btrfs":
    case "swap":
      return content.type;
    case "luks":
      return "crypto_LUKS";
  }
}

function nameOf(content: OwnContent): string {
  switch (content.type) {
    case "filesystem":
      return `a file system (${content.format})`;
    case "btrfs": {
      const names = content.subvolumes.map(({ name }) => name).join(", ");
      return `a file system (btrfs${names === "" ? "" : ` with ${names}`})`;
    }
    case "swap":
      return "swap";
    case "luks":
      return `an encrypted volume for ${content.name}`;
  }
}

function makeCommands(path: string, content: OwnContent): DiskCommand[] {
  switch (content.type) {
    case "filesystem": {
      const quiet = /^(?:ext[234]|xfs|f2fs)$/.test(content.format) ? ["-q"] : [];
      return [{ argv: [`mkfs.${content.format}`, ...quiet, ...content.extraArgs, path] }];
    }
    case "btrfs":
      return makeBtrfs(path, content);
    case "swap":
      return [{ argv: ["mkswap", ...content.extraArgs, path] }];
    case "luks": {
      const key = content.keyFile === undefined ? ["--verify-passphrase"] : [`--key-file=${content.keyFile}`];
      return [{ argv: ["cryptsetup", "luksFormat", "--batch-mode", ...key, ...content.extraFormatArgs, path] }];
    }
  }
}

function makeBtrfs(path: string, { extraArgs, subvolumes }: Btrfs): DiskCommand[] {
  const make = { argv: ["mkfs.btrfs", "--quiet", ...extraArgs, path] };
  if (subvolumes.length === 0) return [make];
  const script = [
    "folder=$(mktemp -d)",
    'mount -t btrfs "$1" "$folder"',
    `trap 'umount "$folder"; rmdir "$folder"' EXIT`,
    "shift",
    'for path; do mkdir -p "$folder/$(dirname "$path")"; btrfs subvolume create "$folder/$path"; done',
  ].join("\n");
  return [make, { argv: ["/bin/sh", "-ec", script, "sh", path, ...subvolumes.map(({ name }) => name).toSorted()] }];
}
