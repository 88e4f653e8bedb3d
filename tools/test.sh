#!/usr/bin/env bash
# npm test: everything. First the gate (npm run ok), then what crosses rooms, on the shipped bundle: the program as a user
# calls it, the comparison with the real Nix, the page in a real browser, and the main job on real packages of the Debian archive.
set -eu
. "$(dirname "$0")/setup.sh"
cd "$FIRN_HOME"

# The real Nix is the oracle; where it cannot be had its tests say that they were skipped.
if ! command -v nix-store >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing nix-bin, which the oracle tests compare with"
  apt-get install -y -q nix-bin >&2 || say "nix-bin cannot be installed; the oracle tests will be skipped"
fi

# The page is tested in a real browser, which is likewise Debian's.
if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing chromium, which the page is tested in"
  { apt-get install -y -q --no-install-recommends chromium || { apt-get update -q && apt-get install -y -q --no-install-recommends chromium; }; } >&2 ||
    say "chromium cannot be installed; the tests of the page will be skipped"
fi

"$FIRN_NODE" tools/ok.ts
"$FIRN_NODE" tools/bundle.ts
mapfile -t files < <(find tests/functional tests/nixos tests/oracle tests/browser -name '*.test.ts' -not -path 'tests/nixos/machines/*' | sort)

# Of the machines those that take ten minutes: the example's boots, and one is switched. npm run test:nixos boots all.
. tools/machines.sh
if prepare_machines; then
  files+=(tests/nixos/machines/boot.test.ts tests/nixos/machines/switch.test.ts)
else
  say "no machine is booted"
fi
"$FIRN_NODE" --test --test-concurrency=1 "${files[@]}"
