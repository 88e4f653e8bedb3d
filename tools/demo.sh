#!/usr/bin/env bash
# npm run demo: the main job on real packages, in a scratch store. Every line behind a `$` is a command that is really run;
# what stands below it is what it printed, but for the long lists of what is to be built. FIRN_DEMO_DIR names a folder for the
# store, which is then kept; without it the store is in a temporary folder that is removed at the end.
set -eu -o pipefail
. "$(dirname "$0")/setup.sh"
"$FIRN_NODE" "$FIRN_HOME/tools/bundle.ts"

scratch=${FIRN_DEMO_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/firn-demo-XXXXXX")}
mkdir -p "$scratch/home"
if [ -z "${FIRN_DEMO_DIR:-}" ]; then
  trap 'chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
fi

# A store of its own (DIR/nix/store, seen at /nix/store), a home of its own, nothing of this user's.
export HOME=$scratch/home NIX_REMOTE=$scratch NIX_STATE_DIR=$scratch/nix/var/nix
export FIRN_LOCK=$scratch/lock FIRN_NODE PATH=$FIRN_HOME/bin:$PATH
unset NIX_PATH NIX_PROFILE XDG_STATE_HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME
collection=$FIRN_HOME/collection
cd "$scratch"

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Shows a command and runs it, its standard error among its output.
run() {
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@" 2>&1
}
# The same for what must see the store at /nix/store.
see() {
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  firn enter -- "$@" 2>&1
}
# Leaves out the names of what will be, and is being, built.
brief() { sed -e '/^  \/nix\/store\//d' -e "/^building '\/nix\/store\//d"; }
fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}
generation() { readlink "$profile-$1-link"; }

title "Which packages are there? Those of the Debian release that apt is set up for, pinned in a lock."
run firn lock
profile=$(firn enter -- sh -c 'readlink "$HOME/.nix-profile"')

title "Install one. It comes with its whole dependency graph, each part in a folder of its own."
run nix-env --install --attr python3 | brief
run nix-env --query
python=$(firn enter -- sh -c 'dirname "$(dirname "$(readlink -f "$HOME/.nix-profile/bin/python3")")"')
see ls -l "$python"
see ldd "$python/bin/python3"

title "The profile is a link to a generation, which is a link to a forest of links in the store."
see ls -l "$HOME/.nix-profile" "$profile" "$profile-1-link"
see ls -l "$HOME/.nix-profile/"
see python3 -c 'import ssl, sqlite3, json; print(json.dumps({"ssl": ssl.OPENSSL_VERSION, "sqlite": sqlite3.sqlite_version}))'
first=$(generation 1)

title "Install another: generation 2. Only what is new was built, and the switch was one rename."
run nix-env --install --attr git hello | brief
see ls -l "$profile"
see git --version
see hello
run nix-env --list-generations

title "Go back. The profile is what it was, to the letter of its store path."
run nix-env --rollback
see ls -l "$profile"
run nix-env --query
[ "$(readlink -f "$profile")" = "$first" ] || [ "$(readlink "$(dirname "$profile")/$(readlink "$profile")")" = "$first" ] ||
  fail "the rollback did not lead to $first"
echo "generation 1 was and is $first"

title "Two programs that need different versions of one library, side by side: the second one's is from the backports."
release=$(sed -n 's/.*"release": *"\([a-z]*\)".*/\1/p' "$FIRN_LOCK/index.json" | sed -n 1p)
run firn lock --suite "$release-backports" -o "$scratch/lock-backports" curl
run nix-build --no-out-link "$collection/examples/side-by-side.nix" --arg lock "$FIRN_LOCK" --arg newer "$scratch/lock-backports" |
  tee "$scratch/curls" | brief
mapfile -t curls < <(grep '^/nix/store/[^ ]*$' "$scratch/curls" | tail -2)
versions=()
for curl in "${curls[@]}"; do
  see "$curl/bin/curl" --version | tee "$scratch/version" | sed -n 1,2p
  versions+=("$(grep -o 'libcurl/[0-9.]*' "$scratch/version")")
done
if [ "${versions[0]}" = "${versions[1]}" ]; then
  echo "the backports of $release have no newer libcurl today: both run on ${versions[0]}"
else
  echo "one store has ${versions[0]} and ${versions[1]}"
fi

title "Forget the other generations, and free what only they needed."
run nix-env --delete-generations old
run nix-collect-garbage --quiet
see python3 -c 'print("python3 is still there")'
run nix-store --verify --check-contents
[ "$(readlink "$(dirname "$profile")/$(readlink "$profile")")" = "$first" ] || fail "the collection took generation 1"

title "That was Firn. On your own: firn lock, then nix-env --install, and firn enter."
