#!/usr/bin/env bash
# npm run test:nixos: systems that are built from a configuration and booted in virtual machines. Needs the Debian mirror that
# apt is set up for, and QEMU, which is installed if it can be. FIRN_NIXOS_DIR names a folder for the store, which is then kept;
# FIRN_POWER_CUTS says at how many moments of a switch the power is cut.
set -eu
. "$(dirname "$0")/setup.sh"
cd "$FIRN_HOME"

. tools/machines.sh
prepare_machines

"$FIRN_NODE" tools/bundle.ts
export FIRN_POWER_CUTS="${FIRN_POWER_CUTS:-20}"
mapfile -t files < <(find tests/nixos/machines -name '*.test.ts' | sort)
"$FIRN_NODE" --test --test-concurrency=1 "${files[@]}"
