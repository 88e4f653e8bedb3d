// Scenarios of flakes that run on Firn and, for the goldens, on the real Nix: a folder is set up by a shell script, then
// commands run in it one after the other. What they print is compared with the folder's name taken out.

export interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Scenario {
  readonly name: string;
  /** Lines of shell. */
  readonly setup: readonly string[];
  /** Run by the shell as well, so that `cat flake.lock` is one. */
  readonly commands: readonly string[];
  /** Takes out what depends on the folder's name or on the time: hashes, commits, dates. */
  readonly masked?: true;
  readonly answers?: readonly Answer[];
}

const prelude = `
export HOME="$PWD/home" NIX_CONF_DIR="$PWD/conf" NIX_REMOTE="$PWD/root" NIX_USER_CONF_FILES= TZ=UTC LC_ALL=C.UTF-8 _NIX_IN_TEST=1
unset NIX_STATE_DIR NIX_STORE_DIR NIX_PATH XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE=2024-01-02T03:04:05Z GIT_COMMITTER_DATE=2024-01-02T03:04:05Z
umask 022
mkdir -p home conf
cat >conf/nix.conf <<CONF
experimental-features = nix-command flakes fetch-closure
sandbox-paths = /bin /usr /lib /lib64
substitute = false
build-users-group =
flake-registry =
CONF
old() { find "$@" -exec touch -h -d 2023-05-06T07:08:09Z {} +; }
repo() { git -c init.defaultBranch=main init -q "$1"; git -C "$1" add .; git -C "$1" commit -qm one; }
`;

/** A script for a shell that stands in the folder; the answers are files `N.out`, `N.err` and `N.status` in `answers`. */
export function scenarioScript({ setup, commands }: Scenario): string {
  const runs = commands.map(
    (command, index) =>
      `( ${command} ) >answers/${index}.out 2>answers/${index}.err </dev/null; echo $? >answers/${index}.status`,
  );
  return [prelude, ...setup, "mkdir answers", ...runs, "chmod -R u+w ."].join("\n");
}

/** The same for every folder. */
export function normalise(text: string, folder: string, { masked }: Scenario): string {
  const plain = text.replaceAll(folder, "@");
  return masked === true ? mask(plain) : plain;
}

function mask(text: string): string {
  return text
    .replace(/sha256-[A-Za-z0-9+/%]+=*/g, "sha256-#")
    .replace(/(?<=store\/)[0-9a-z]{32}(?=-)/g, "#")
    .replace(/\b[0-9a-f]{40,64}\b/g, "#")
    .replace(/\b[0-9a-f]{7}(?=-dirty)/g, "#")
    .replace(/(?<=lastModified(?:=|": ?|\W+= ))\d+/g, "#")
    .replace(/\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?/g, "#");
}
