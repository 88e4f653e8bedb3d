#!/usr/bin/env bash
# Runs a script of this repository on the Node that the set-up found: tools/with-node.sh tools/ok.ts …
set -eu
. "$(dirname "$0")/setup.sh"
exec "$FIRN_NODE" "$@"
