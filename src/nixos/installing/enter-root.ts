// A program in another root file system: in mount, process and name namespaces of its own, with this machine's devices, as
// nixos-enter does. What is mounted for it goes with it.

import { spawn } from "node:child_process";
import { FirnError } from "#formats";

export interface EnterOptions {
  readonly root: string;
  readonly argv: readonly string[];
  /** A system whose activation runs first, so that there are users and an /etc; its messages go to standard error. */
  readonly activate?: string;
  /** Says nothing of the activation. */
  readonly silent?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the command and what it starts find programs. */
  readonly path?: string;
}

/** Behind it: the root, the system or nothing, `1` to be silent, the PATH, the command. */
const script = `
root=$1 system=$2 silent=$3 path=$4
shift 4
for folder in dev proc sys run etc; do mkdir -p "$root/$folder"; done
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
mount --rbind /sys "$root/sys"
mount --make-rslave "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
if [ -n "$system" ]; then
  if [ -n "$silent" ]; then exec 3>/dev/null; else exec 3>&2; fi
  chroot "$root" "$system/activate" >&3 2>&3 || true
  exec 3>&-
fi
# Names of other machines are found as here: at the file that the system has for it, unless that is in the store.
if [ -e /etc/resolv.conf ]; then
  names=$(chroot "$root" "$system/sw/bin/readlink" -m /etc/resolv.conf 2>/dev/null) || names=/etc/resolv.conf
  case $names in
    /nix/store/*) ;;
    *)
      mkdir -p "$root$(dirname "$names")"
      { [ -e "$root$names" ] || touch "$root$names"; } && mount --bind /etc/resolv.conf "$root$names" || true
      ;;
  esac
fi
chroot=$(command -v chroot)
[ -z "$path" ] || export PATH="$path"
exec "$chroot" "$root" "$@"
`;

/** Gives the exit status. */
export async function enterRoot({
  root,
  argv,
  activate,
  silent = false,
  environment = {},
  path = "",
}: EnterOptions): Promise<number> {
  if (process.geteuid?.() !== 0) throw onlyRoot();
  const words = ["--fork", "--kill-child", "--pid", "--mount", "--uts", "--", "/bin/sh", "-ec", script, "sh", root];
  const child = spawn("unshare", [...words, activate ?? "", silent ? "1" : "", path, ...argv], {
    stdio: "inherit",
    env: { ...process.env, LOCALE_ARCHIVE: "", ...environment },
  });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

function onlyRoot(): FirnError {
  return new FirnError("not-root", "only root can enter another root file system");
}
