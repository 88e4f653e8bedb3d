#!/usr/bin/env bash
# npm run bench: the figures, measured on the shipped bundle.
set -eu
. "$(dirname "$0")/setup.sh"
"$FIRN_NODE" "$FIRN_HOME/tools/bundle.ts"
exec "$FIRN_NODE" "$FIRN_HOME/bench/main.ts" "$@"
