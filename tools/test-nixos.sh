#!/usr/bin/env bash
# npm run test:nixos: systems that are built from a configuration and booted in virtual machines. Needs the Debian mirror that
# apt is set up for, and QEMU, which is installed if it can be. FIRN_NIXOS_DIR names a folder for the store, which is then kept.
set -eu
. "$(dirname "$0")/setup.sh"
cd "$FIRN_HOME"

if ! command -v qemu-system-x86_64 >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "qemu-system-x86_64 is not on PATH (Debian: apt-get install qemu-system-x86)"
    exit 1
  fi
  say "installing QEMU, in which the machines run"
  apt-get install -y -q --no-install-recommends qemu-system-x86 >&2
fi

"$FIRN_NODE" tools/bundle.ts
mapfile -t files < <(find tests/nixos/machines -name '*.test.ts' | sort)
exec "$FIRN_NODE" --test --test-concurrency=1 "${files[@]}"
