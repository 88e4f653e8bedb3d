#!/bin/bash
# Makes the goldens of tests/nixos/lib: what the real Nix, whose commands have to be on the PATH, makes of the tables there with
# the lib of a nixpkgs. It needs jq too.
# usage: tools/golden-lib.sh FOLDER [NIXPKGS]
# FOLDER holds nixpkgs' `lib`, of the release that collection/lib/trivial.nix names; NIXPKGS is a whole nixpkgs 20.09, whose
# NixOS makes system/golden of the module there. Without it that stays as it is.
set -euo pipefail
lib=$(cd "$1/lib" && pwd)
tables=$(cd "$(dirname "$0")/../tests/nixos/lib" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home NIX_PATH= LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
export NIX_REMOTE="local?root=$work/root"

for table in trivial attrsets lists strings generators packages types modules fileset; do
  nix-instantiate --eval --strict --json --expr "import $tables/evaluate.nix { lib = $lib; table = $tables/$table.nix; }" 2>/dev/null |
    jq --compact-output 'to_entries[]' >"$tables/golden/$table.jsonl"
done

# Each line of a golden is a case: { key, value }.
# errors.jsonl: the words of each error, without the trace; the tables' folder is called /tables.
names=$(nix-instantiate --eval --json --expr "builtins.attrNames (import $tables/errors.nix { lib = import $lib; })" | jq -r '.[]')
for name in $names; do
  { nix-instantiate --eval --strict --expr "(import $tables/errors.nix { lib = import $lib; }).$name" || true; } 2>&1 >/dev/null |
    sed "s|$tables|/tables|g" |
    # The last "error:" and what follows it up to a place in the sources, without the indentation.
    awk '/^ *error: ./ { text = $0; sub(/^ *error: /, "", text); open = 1; next } /^ *at .*:[0-9]+:[0-9]+:$/ { open = 0 } open { sub(/^ {7}/, ""); text = text "\n" $0 } END { print text }' |
    jq --raw-input --slurp --compact-output --arg name "$name" '{ key: $name, value: rtrimstr("\n") }'
done >"$tables/golden/errors.jsonl"

if [ -n "${2-}" ]; then
  nixpkgs=$(cd "$2" && pwd)
  for subject in system networking; do
    folder=$(cd "$tables/../$subject" && pwd)
    nix-instantiate --eval --strict --json --expr "import $folder/answers.nix (import $nixpkgs/nixos { configuration = $folder/module.nix; system = \"x86_64-linux\"; }).config" |
      jq --compact-output 'to_entries[]' >"$folder/golden/nixos-20.09.jsonl"
  done
fi
