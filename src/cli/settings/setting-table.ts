// Every setting that Nix 2.34.8 knows: its type, default and older names. All are accepted in nix.conf and as flags; those
// that a part of Firn reads take effect. Defaults that would name somebody's server are empty here on purpose.

export type SettingType =
  | "boolean"
  /** A whole number, which may carry a suffix K, M, G or T (powers of 1024). */
  | "integer"
  | "text"
  /** Text that is absent when empty. */
  | "optional"
  | "list"
  /** `name=value` words. */
  | "map"
  | "sandbox"
  | "jobs"
  /** `ignore`, `warn` or `fatal`. */
  | "lint"
  /** `disabled` or `flamegraph`. */
  | "profiler";

export interface SettingDefinition {
  readonly name: string;
  readonly type: SettingType;
  /** As it would be written in nix.conf. */
  readonly initial: string;
  readonly aliases: readonly string[];
}

/** name | type | default | aliases */
const rows = `
abort-on-warn | boolean | false
accept-flake-config | boolean | false
access-tokens | map |
allow-dirty | boolean | true
allow-dirty-locks | boolean | false
allow-import-from-derivation | boolean | true
allow-new-privileges | boolean | false
allow-symlinked-store | boolean | false
allow-unsafe-native-code-during-evaluation | boolean | false
allowed-impure-host-deps | list |
allowed-uris | list |
allowed-users | list | *
always-allow-substitutes | boolean | false
auto-allocate-uids | boolean | false
auto-optimise-store | boolean | false
bash-prompt | text |
bash-prompt-prefix | text |
bash-prompt-suffix | text |
build-dir | optional |
build-hook | list |
build-poll-interval | integer | 5
build-users-group | text |
builders | text |
builders-use-substitutes | boolean | false
commit-lock-file-summary | text | | commit-lockfile-summary
compress-build-log | boolean | true | build-compress-log
connect-timeout | integer | 15
cores | integer | 0 | build-cores
debugger-on-trace | boolean | false
debugger-on-warn | boolean | false
diff-hook | optional |
download-attempts | integer | 5
download-buffer-size | integer | 1048576
download-speed | integer | 0
eval-attrset-update-layer-rhs-threshold | integer | 16
eval-cache | boolean | true
eval-profile-file | text | nix.profile
eval-profiler | profiler | disabled
eval-profiler-frequency | integer | 99
eval-system | text |
experimental-features | list |
external-builders | text |
extra-platforms | list |
fallback | boolean | false | build-fallback
filter-syscalls | boolean | true
flake-registry | text |
fsync-metadata | boolean | true
fsync-store-paths | boolean | false
gc-reserved-space | integer | 8388608
hashed-mirrors | list |
http-connections | integer | 25 | binary-caches-parallel-connections
http2 | boolean | true
id-count | integer | 8388608
ignore-try | boolean | false
ignored-acls | list | security.csm security.selinux system.nfs4_acl
impersonate-linux-26 | boolean | false | build-impersonate-linux-26
impure-env | map |
json-log-path | optional |
keep-build-log | boolean | true | build-keep-log
keep-derivations | boolean | true | gc-keep-derivations
keep-env-derivations | boolean | false | env-keep-derivations
keep-failed | boolean | false
keep-going | boolean | false
keep-outputs | boolean | false | gc-keep-outputs
lint-absolute-path-literals | lint | ignore
lint-short-path-literals | lint | ignore
lint-url-literals | lint | ignore
log-lines | integer | 25
max-build-log-size | integer | 0 | build-max-log-size
max-call-depth | integer | 10000
max-free | integer | 9223372036854775807
max-jobs | jobs | 1 | build-max-jobs
max-silent-time | integer | 0 | build-max-silent-time
max-substitution-jobs | integer | 16 | substitution-max-jobs
min-free | integer | 0
min-free-check-interval | integer | 5
nar-buffer-size | integer | 33554432
narinfo-cache-meta-ttl | integer | 604800
narinfo-cache-negative-ttl | integer | 3600
narinfo-cache-positive-ttl | integer | 2592000
netrc-file | text | /etc/nix/netrc
nix-path | list |
nix-shell-always-looks-for-shell-nix | boolean | true
nix-shell-shebang-arguments-relative-to-script | boolean | true
plugin-files | list |
post-build-hook | text |
pre-build-hook | text |
preallocate-contents | boolean | false
print-missing | boolean | true
pure-eval | boolean | false
require-drop-supplementary-groups | boolean | true
require-sigs | boolean | true
restrict-eval | boolean | false
run-diff-hook | boolean | false
sandbox | sandbox | true | build-use-chroot build-use-sandbox
sandbox-build-dir | text | /build
sandbox-dev-shm-size | text | 50%
sandbox-fallback | boolean | true
sandbox-paths | map | | build-chroot-dirs build-sandbox-paths
secret-key-files | list |
show-trace | boolean | false
ssl-cert-file | text |
stalled-download-timeout | integer | 300
start-id | integer | 872415232
store | text | auto
substitute | boolean | true | build-use-substitutes
substituters | list | | binary-caches
sync-before-registering | boolean | false
system | text | x86_64-linux
system-features | list | benchmark big-parallel kvm nixos-test uid-range
tarball-ttl | integer | 3600
timeout | integer | 0 | build-timeout
trace-function-calls | boolean | false
trace-import-from-derivation | boolean | false
trace-verbose | boolean | false
trust-tarballs-from-git-forges | boolean | true
trusted-public-keys | list | | binary-cache-public-keys
trusted-substituters | list | | trusted-binary-caches
trusted-users | list | root
upgrade-nix-store-path-url | text |
use-case-hack | boolean | false
use-cgroups | boolean | false
use-registries | boolean | true
use-sqlite-wal | boolean | true
use-xdg-base-directories | boolean | false
user-agent-suffix | text |
warn-dirty | boolean | true
warn-large-path-threshold | integer | 0
warn-short-path-literals | boolean | false
`;

export const settingDefinitions: ReadonlyMap<string, SettingDefinition> = readTable(rows);

/** From an older name to the name of today. */
export const settingAliases: ReadonlyMap<string, string> = new Map(
  [...settingDefinitions.values()].flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name] as const)),
);

function readTable(text: string): Map<string, SettingDefinition> {
  const table = new Map<string, SettingDefinition>();
  for (const row of text.trim().split("\n")) {
    const [name = "", type = "", initial = "", aliases = ""] = row.split("|").map((cell) => cell.trim());
    table.set(name, { name, type: type as SettingType, initial, aliases: aliases === "" ? [] : aliases.split(" ") });
  }
  return table;
}

/** Types to which `extra-NAME` may add. */
export function isAppendable(type: SettingType): boolean {
  return type === "list" || type === "map";
}
