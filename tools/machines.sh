#!/usr/bin/env bash
# What tests that boot machines need, for the scripts that source this after setup.sh: QEMU, and one folder for the store that
# all of them build in. FIRN_NIXOS_DIR names that folder, which is then kept; otherwise it is a temporary one. Fails, and says
# why, where QEMU cannot be had.
prepare_machines() {
  if ! command -v qemu-system-x86_64 >/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
      say "qemu-system-x86_64 is not on PATH (Debian: apt-get install qemu-system-x86)"
      return 1
    fi
    say "installing QEMU, in which the machines run"
    apt-get install -y -q --no-install-recommends qemu-system-x86 >&2 || return 1
  fi
  if [ -z "${FIRN_NIXOS_DIR:-}" ]; then
    FIRN_NIXOS_DIR=$(mktemp -d "${TMPDIR:-/tmp}/firn-nixos.XXXXXX")
    trap 'chmod -R u+w "$FIRN_NIXOS_DIR" && rm -rf "$FIRN_NIXOS_DIR"' EXIT
  fi
  export FIRN_NIXOS_DIR
}
