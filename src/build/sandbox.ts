// The sandbox of a build, made by bubblewrap (`bwrap`): its own user, mount, process, IPC, host name and, unless the
// output is fixed, network namespace. The builder sees its input closure read-only at the paths it expects, a store
// folder for its outputs, /build, and a minimal /dev, /proc and /etc; nothing else of the host. As in Nix it is user 1000
// of group 100, which is the calling user (or the build user) outside. Two things differ from Nix for want of an option
// of bubblewrap: /dev/console and /dev/core exist, and before its version 0.9 argv[0] is the whole path of the builder.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { bubblewrapMounts } from "./prepare-process.ts";
import type { InputMount } from "./prepare-process.ts";

const sandboxUser = 1000;
const sandboxGroup = 100;

export interface SandboxPath {
  /** Where it appears in the sandbox. */
  readonly target: string;
  /** Where it is on this machine. */
  readonly source: string;
  readonly optional: boolean;
  readonly writable: boolean;
}

export interface Sandbox {
  /** The folder that becomes the sandbox's root; `prepareSandboxRoot` made it. */
  readonly root: string;
  /** The build's directory on this machine, and where it appears. */
  readonly buildDir: string;
  readonly buildDirInside: string;
  readonly paths: readonly SandboxPath[];
  /** Store paths, read-only at the names that they have in the store; `mountsOfInputs` says how. */
  readonly inputs: readonly InputMount[];
  readonly network: boolean;
  readonly kvm: boolean;
  /** Bytes; undefined leaves the kernel's half of the memory. */
  readonly shmSize: number | undefined;
  readonly environment: ReadonlyMap<string, string>;
}

export interface SandboxRootOptions {
  readonly storeDir: string;
  readonly buildDirInside: string;
  readonly network: boolean;
  /** Who runs the builder when it is not this process's own user. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Makes the folders and files of a sandbox below `root`, which must not exist. All of it belongs to whoever runs the
 * builder, as bwrap makes its mount points there. The folder around it is this process's own and lets nobody else in but,
 * on the way to his root, the build user.
 */
export function prepareSandboxRoot(
  root: string,
  { storeDir, buildDirInside, network, user }: SandboxRootOptions,
): void {
  const own = (path: string): void => {
    if (user !== undefined) chownSync(hostPath(root + path), user.uid, user.gid);
  };
  const make = (path: string, mode: number): void => {
    // A store may lie below /tmp.
    mkdirSync(hostPath(root + path), { recursive: path !== "" });
    chmodSync(hostPath(root + path), mode);
    own(path);
  };
  const file = (path: string, contents: string): void => {
    writeFileSync(hostPath(root + path), contents);
    own(path);
  };
  make("", user === undefined ? 0o750 : 0o700);
  for (let slash = storeDir.indexOf("/", 1); slash !== -1; slash = storeDir.indexOf("/", slash + 1)) {
    make(storeDir.slice(0, slash), 0o755);
  }
  make(storeDir, 0o1775);
  make("/tmp", 0o1777);
  make("/etc", 0o755);
  const home = buildDirInside;
  file(
    "/etc/passwd",
    `root:x:0:0:Nix build user:${home}:/noshell\n` +
      `nixbld:x:${sandboxUser}:${sandboxGroup}:Nix build user:${home}:/noshell\n` +
      `nobody:x:65534:65534:Nobody:/:/noshell\n`,
  );
  file("/etc/group", `root:x:0:\nnixbld:!:${sandboxGroup}:\nnogroup:x:65534:\n`);
  if (network) file("/etc/nsswitch.conf", "hosts: files dns\nservices: files\n");
  else file("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
  chmodSync(hostPath(`${root}/etc`), 0o555);
}

/** What a fixed-output builder needs to find hosts and check certificates, as far as this machine has it. */
export function networkPaths(sslCertFile: string | undefined): SandboxPath[] {
  const paths = ["/etc/resolv.conf", "/etc/services", "/etc/hosts"].filter((path) => existsSync(path));
  const found = paths.map((path) => ({ target: path, source: realpathSync(path) }));
  if (sslCertFile !== undefined && existsSync(sslCertFile)) {
    found.push({ target: "/etc/ssl/certs/ca-certificates.crt", source: realpathSync(sslCertFile) });
  }
  return found.map((path) => ({ ...path, optional: false, writable: false }));
}

/** The options of `bwrap` for a sandbox, without the command; without the inputs when there are too many for it. */
export function sandboxOptions(sandbox: Sandbox): string[] {
  const options = [
    ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    sandbox.network ? [] : ["--unshare-net"],
    ["--uid", String(sandboxUser), "--gid", String(sandboxGroup), "--hostname", "localhost"],
    ["--die-with-parent", "--as-pid-1"],
    ["--bind", sandbox.root, "/", "--dev", "/dev"],
    sandbox.kvm ? ["--dev-bind", "/dev/kvm", "/dev/kvm"] : [],
    ["--perms", "1777", ...(sandbox.shmSize === undefined ? [] : ["--size", String(sandbox.shmSize)])],
    ["--tmpfs", "/dev/shm", "--proc", "/proc"],
    ["--bind", sandbox.buildDir, sandbox.buildDirInside],
  ].flat();
  if (sandbox.inputs.length <= bubblewrapMounts) {
    for (const { source, target } of sandbox.inputs)
      options.push("--ro-bind", source, target.slice(sandbox.root.length));
  }
  for (const path of sandbox.paths) options.push(...mountOptions(sandbox.root, path));
  options.push("--chdir", sandbox.buildDirInside, "--clearenv");
  for (const [name, value] of sandbox.environment) options.push("--setenv", name, value);
  return options;
}

/**
 * How the store paths `inputs` come into the sandbox: the mounts to make. Symbolic links cannot be mounted; they are made
 * in the sandbox's store folder at once.
 */
export function mountsOfInputs(
  storeInRoot: string,
  inputs: Iterable<{ readonly name: string; readonly source: string }>,
): InputMount[] {
  const mounts: InputMount[] = [];
  for (const { name, source } of inputs) {
    const target = `${storeInRoot}/${name}`;
    const status = lstatSync(hostPath(source));
    if (status.isSymbolicLink()) symlinkSync(readlinkSync(hostPath(source), "buffer"), hostPath(target));
    else mounts.push({ source, target, kind: status.isDirectory() ? "directory" : "file" });
  }
  return mounts;
}

function mountOptions(root: string, { source, target, optional, writable }: SandboxPath): string[] {
  if (target === "/proc") return [];
  const status = lstatSync(hostPath(source), { throwIfNoEntry: false });
  if (status === undefined) {
    if (optional) return [];
    throw sandboxPathMissing(source);
  }
  if (status.isSymbolicLink()) {
    const link = root + target;
    mkdirSync(hostPath(link.slice(0, link.lastIndexOf("/"))), { recursive: true });
    symlinkSync(readlinkSync(hostPath(source), "buffer"), hostPath(link));
    return [];
  }
  if (target === "/dev" || target.startsWith("/dev/")) return ["--dev-bind", source, target];
  return [writable ? "--bind" : "--ro-bind", source, target];
}

/** Reads an entry of `sandbox-paths`: `target`, `target=source`, and a `?` at the end for what may be absent. */
export function parseSandboxPath(storeDir: string, entry: string): SandboxPath {
  const optional = entry.endsWith("?");
  const text = optional ? entry.slice(0, -1) : entry;
  const equals = text.indexOf("=");
  const target = equals === -1 ? text : text.slice(0, equals);
  const source = equals === -1 ? text : text.slice(equals + 1);
  return { target, source, optional, writable: source !== storeDir && !source.startsWith(`${storeDir}/`) };
}

/** Bytes of a size such as `64m`; undefined for percentages, of which only Nix's 50% is the kernel's own. */
export function parseShmSize(text: string): number | undefined {
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  if (match === null) return undefined;
  const unit = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? "").toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}

let version: readonly number[] | undefined;

/** The version of `bwrap` on PATH, asked once. Throws an error that names the package where there is none. */
export function bubblewrapVersion(): readonly number[] {
  if (version === undefined) {
    const asked = spawnSync("bwrap", ["--version"], { encoding: "utf8" });
    const match = /(\d+)\.(\d+)/.exec(asked.stdout ?? "");
    if (asked.error !== undefined || match === null) throw bubblewrapMissing();
    version = [Number(match[1]), Number(match[2])];
  }
  return version;
}

export function bubblewrapMissing(): FirnError {
  return new FirnError("bubblewrap-missing", "Cannot build in a sandbox: the program 'bwrap' is not installed", {
    hint: "Install it with 'apt install bubblewrap', or switch the sandbox off with '--option sandbox false'",
  });
}

function sandboxPathMissing(source: string): FirnError {
  return new FirnError("sandbox-path-missing", `getting attributes of path "${source}": No such file or directory`);
}
