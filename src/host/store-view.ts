// Runs a program that has to see a store at /nix although its files lie elsewhere (a chroot store, as a user without root
// has it): bubblewrap makes a mount namespace in which DIR/nix is bound at /nix and the rest is the host's, or nothing.

import { spawn, type StdioOptions } from "node:child_process";
import { accessSync, constants, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { FirnError } from "#formats";

export interface StoreViewOptions {
  /** What of the host is seen beside /nix: everything (the default), or only /proc, a small /dev and an empty /tmp. */
  readonly host?: "all" | "none";
  /** More of the host to see, as [from, to] pairs; read-only unless `writable`. */
  readonly binds?: readonly { readonly from: string; readonly to: string; readonly writable?: boolean }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly stdio?: StdioOptions;
  readonly signal?: AbortSignal;
}

/** Where bwrap is; throws an error that says how to get it. */
export function findBubblewrap(path: string = process.env["PATH"] ?? ""): string {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    const candidate = join(folder, "bwrap");
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  throw bubblewrapMissing();
}

function bubblewrapMissing(): FirnError {
  return new FirnError("bubblewrap-missing", "Cannot show a store at /nix: the program bwrap is not on PATH", {
    hint: "Install bubblewrap, on Debian and Ubuntu with: sudo apt install bubblewrap",
  });
}

/** The arguments for bwrap that put `nixDirectory` (the folder that holds store/ and var/) at /nix. */
export function storeViewArguments(nixDirectory: string, options: StoreViewOptions = {}): string[] {
  const words = ["--die-with-parent"];
  if ((options.host ?? "all") === "all") {
    words.push(...hostRootArguments());
  } else {
    words.push("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp");
  }
  words.push("--bind", nixDirectory, "/nix");
  for (const { from, to, writable } of options.binds ?? []) {
    words.push(writable === true ? "--bind" : "--ro-bind", from, to);
  }
  const directory = options.workingDirectory ?? ((options.host ?? "all") === "all" ? process.cwd() : "/");
  words.push("--chdir", directory);
  return words;
}

/** Everything below the host's root but /nix, each by itself, as a mount point cannot be made in a root not ours. */
function hostRootArguments(): string[] {
  const words: string[] = [];
  for (const name of readdirSync("/").toSorted()) {
    if (name === "nix") continue;
    const path = `/${name}`;
    const status = lstatSync(path);
    if (status.isSymbolicLink()) words.push("--symlink", readlinkSync(path), path);
    else if (status.isDirectory()) words.push("--dev-bind-try", path, path);
  }
  return words;
}

/**
 * Runs `argv` with `nixDirectory` at /nix and gives its exit status (128 + number for a signal). The streams are this
 * process's own unless `stdio` says otherwise.
 */
export function runInStoreView(
  nixDirectory: string,
  argv: readonly string[],
  options: StoreViewOptions = {},
): Promise<number> {
  const bubblewrap = findBubblewrap();
  const child = spawn(bubblewrap, [...storeViewArguments(nixDirectory, options), "--", ...argv], {
    stdio: options.stdio ?? "inherit",
    env: { ...(options.environment ?? process.env) },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : (signalNumbers[signal] ?? 0);
}
