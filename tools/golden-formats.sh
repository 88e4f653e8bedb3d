#!/bin/bash
# Makes the goldens of src/formats with the real Nix 2.34.8, whose commands have to be on the PATH.
# It needs jq too.
# usage: tools/golden-formats.sh [FOLDER OF EVIL ARCHIVES]
# Each file in src/formats/golden says below how it was made; a store of its own is used and thrown away. The evil archives
# come from `node tools/write-evil-nars.ts FOLDER`; without them evil-nars.tsv stays as it is.
set -euo pipefail
golden=$(cd "$(dirname "$0")/../src/formats/golden" && pwd)
evil=${1:-}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HOME=$work/home NIX_PATH= LC_ALL=C.UTF-8 TZ=UTC
export NIX_REMOTE="local?root=$work/root"
export NIX_CONFIG="experimental-features = nix-command ca-derivations impure-derivations dynamic-derivations git-hashing blake3-hashes
substituters =
warn-dirty = false"
tab=$'\t'
words() { sed -n 's/^error: //p' | head -1; }

# derivations.txt: a line for each derivation in the closure, `<base name> <contents>`; a .drv file has no newline in it.
drvs=$(nix-instantiate "$golden/derivations.nix" 2>/dev/null | sed 's/!.*//')
closure=$(nix-store -qR $drvs | grep '\.drv$' | LC_ALL=C sort)
for drv in $closure; do printf '%s %s\n' "$(basename "$drv")" "$(cat "$work/root$drv")"; done >"$golden/derivations.txt"

# derivation-show.json: what `nix derivation show` says of all but the one that is not UTF-8, which it cannot print.
nix derivation show $(grep -v raw-bytes <<<"$closure") >"$golden/derivation-show.json"

# output-paths.tsv: the outputs' paths, as Nix gives them: drv, output, path or placeholder.
nix eval --json --impure --expr "map (d: map (o: [ d.drvPath o (builtins.unsafeDiscardStringContext d.\${o}.outPath) ]) d.outputs or [ \"out\" ]) (import $golden/derivations.nix)" |
  sed 's/\],\[/\n/g; s/[][]//g; s/"//g; s/,/\t/g' | grep . >"$golden/output-paths.tsv"

# placeholders.tsv: output name, placeholder.
for name in out dev lib a out1; do
  printf '%s\t%s\n' "$name" "$(nix eval --raw --expr "builtins.placeholder \"$name\"")"
done >"$golden/placeholders.tsv"

# hashes.tsv: text, algorithm, base16, nix32, base64, SRI.
for text in "" a "hello world" "$(head -c 300 /dev/zero | tr '\0' x)"; do
  for algo in md5 sha1 sha256 sha512 blake3; do
    sri=$(nix eval --raw --expr "builtins.convertHash { hash = builtins.hashString \"$algo\" \"$text\"; hashAlgo = \"$algo\"; toHashFormat = \"sri\"; }")
    printf '%s\t%s' "$text" "$algo"
    for format in base16 nix32 base64 sri; do printf '\t%s' "$(nix hash convert --to $format "$sri")"; done
    echo
  done
done >"$golden/hashes.tsv"

# hash-parse.tsv: algorithm or -, text, and what Nix makes of it: the SRI form or its words.
a64=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
a16=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
a32=0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73
while IFS=$tab read -r algo text; do
  args=(); [ "$algo" = - ] || args=(--hash-algo "$algo")
  answer=$(nix hash convert --to sri "${args[@]}" -- "$text" 2>"$work/err" || words <"$work/err")
  printf '%s\t%s\t%s\n' "$algo" "$text" "$answer"
done >"$golden/hash-parse.tsv" <<END
-	sha256:$a16
-	sha256:${a16^^}
-	sha256:$a32
-	sha256:$a64
-	sha256-$a64
-	sha256-${a64%=}
-	sha256-${a64%VU=}
-	sha256-${a64%FU=}
-	sha256-${a64}trailing
-	sha256-${a64%U=}V=
-	sha256-
-	sha256:
-	sha256
-	-$a64
-	:$a16
-	$a16
-	$a32
-	nonsense
-	sha257:$a16
-	SHA256:$a16
-	md5:$a16
-	sha512:$a16
-	sha1-$a64
-	sha256:-$a64
-	sha256-:$a16
sha256	$a16
sha256	$a32
sha256	$a64
sha256	sha256:$a16
sha256	sha256-$a64
sha256	md5:$a16
sha256	md5-$a64
sha256	${a16%5}
sha256	${a16}0
sha256	g${a16#e}
sha256	z${a32#0}
sha256	1${a32#0}
sha256	2${a32#0}
sha256	e${a32#0}
sha256	u${a32#0}
sha256	${a32^^}
sha256	=${a64#4}
sha256	-${a64#4}
sha256	!${a64#4}
md5	1bc29b36f623ba82aaf6724fd3b16718
md5	3y8bwfr609h3lh9ch0izcqq7fl
md5	7y8bwfr609h3lh9ch0izcqq7fl
md5	8y8bwfr609h3lh9ch0izcqq7fl
md5	G8KbNvYjuoKq9nJP07FnGA==
md5	G8KbNvYjuoKq9nJP07FnGB==
sha1	vw46m23bizj4n8afrc0fj19wrp7mj3c0
sha512	z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==
blake3	$a16
END

# fixed-paths.tsv: recursive or flat, algorithm, hash, name, and what `nix-store --print-fixed-path` says.
printFixedPath() {
  local flag=()
  [ "$1" = flat ] || flag=(--recursive)
  answer=$(nix-store --print-fixed-path "${flag[@]}" "$2" "$3" "$4" 2>"$work/err" || words <"$work/err")
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$answer"
}
{
  for mode in flat recursive; do
    for algo in md5 sha1 sha256 sha512; do
      hash=$(printf contents | "${algo}sum" | cut -d' ' -f1)
      printFixedPath $mode $algo $hash hello-2.10.tar.gz
    done
    for name in .hidden "a b" "" . .. .-x ..-x ...x a/b "$(printf 'n%.0s' {1..211})" "$(printf 'n%.0s' {1..212})"; do
      printFixedPath $mode sha256 $(printf contents | sha256sum | cut -d' ' -f1) "$name"
    done
  done
} >"$golden/fixed-paths.tsv"

# store-path-errors.tsv: text, and what `nix-store --load-db` says of it as a path; nothing where it is one.
good=ffffffffffffffffffffffffffffffff
for text in /nix/store/$good-x /nix/store//$good-x /nix/store/./$good-x/ /nix/store/$good-x/../$good-y /nix/store /nix/store/ \
  /nix/store/. /nix/store/.. /nix/store/x /nix/store/$good /nix/store/$good- /nix/store/e${good#f}-x /nix/store/o${good#f}-x \
  /nix/store/F${good#f}-x /nix/store/_${good#f}-x /nix/store/$good-. /nix/store/$good-.. /nix/store/$good-.-x \
  /nix/store/$good-..-x /nix/store/$good-...x "/nix/store/$good-a b" "/nix/store/$good-a*" /nix/store/$good-x/y /other/$good-x \
  /nix/storex/$good-x /$good-x / $good-x relative "/nix/store/$good-$(printf 'n%.0s' {1..211})" "/nix/store/$good-$(printf 'n%.0s' {1..212})"; do
  answer=$(printf '%s\n%s\n8\n\n0\n' "$text" "$a16" | nix-store --store "$work/scratch" --load-db 2>&1 | words || true)
  printf '%s\t%s\n' "$text" "$answer"
done >"$golden/store-path-errors.tsv"

# content.tsv: objects added to a store in every way: path, content address, references.
tree=$work/tree
mkdir -p "$tree/sub/empty"; printf 'hello\n' >"$tree/file"; printf '#!/bin/sh\n' >"$tree/run"; chmod +x "$tree/run"
ln -s ../target "$tree/link"; : >"$tree/sub/nothing"; printf 'ü' >"$tree/sub/ünï"; head -c 70000 /dev/zero | tr '\0' z >"$tree/large"
self=/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-self
mkdir -p "$work/root$self"; echo "$self" >"$work/root$self/me"
other=$(nix-store --add "$tree/file")
echo "$other" >"$work/root$self/other"
printf '%s\n%s\n%s\n\n2\n%s\n%s\n' $self "$(nix hash path --type sha256 --base16 "$work/root$self")" \
  "$(nix-store --dump "$work/root$self" | wc -c)" $self "$other" | nix-store --load-db
objects=$(
  nix store make-content-addressed --json $self | jq -r '.rewrites[]'
  nix-store --add "$tree"; nix-store --add "$tree/file"
  for algo in md5 sha1 sha256 sha512; do nix-store --add-fixed $algo "$tree/file"; nix-store --recursive --add-fixed $algo "$tree"; done
  for mode in flat nar git text; do nix store add --mode $mode --hash-algo sha256 --name "added-$mode" "$tree/file"; done
  nix store add --mode git --hash-algo sha1 --name added-git "$tree"
  nix-store -qR $(nix-instantiate "$golden/derivations.nix" 2>/dev/null | sed 's/!.*//' | head -120)
)
nix path-info --json --json-format 2 $objects | jq -r '.info | to_entries[] | select(.value.ca) |
  [.key, .value.ca.method, .value.ca.hash, (.value.references | join(" "))] | @tsv' | LC_ALL=C sort -u >"$golden/content.tsv"

# path-info-*.json, validity.txt, narinfo.txt and narinfo.json: of a signed text and its reference; public-key.txt checks them.
nix key generate-secret --key-name golden-1 >"$work/key"
nix key convert-secret-to-public <"$work/key" >"$golden/public-key.txt"
text=$(nix eval --raw --expr "builtins.toFile \"refers\" \"see \${builtins.toFile \"text\" \"hello\"}\"")
nix store sign --key-file "$work/key" --recursive $text
for format in 1 2; do nix path-info --json --json-format $format --recursive $text "$(head -1 <<<"$objects")" >"$golden/path-info-$format.json"; done
nix-store --dump-db >"$golden/validity.txt"
nix copy --to "file://$work/cache" $text
for info in "$work"/cache/*.narinfo; do cat "$info"; echo; done >"$golden/narinfo.txt"
nix path-info --store "file://$work/cache" --json --json-format 2 --recursive $text >"$golden/narinfo.json"

# tree.nar with its listing, whole and shallow.
nix-store --dump "$tree" >"$golden/tree.nar"
nix nar ls --json --recursive "$golden/tree.nar" / >"$golden/tree.ls.json"
nix nar ls --json "$golden/tree.nar" / >"$golden/tree.shallow.json"

# evil-nars.tsv: name, and what `nix-store --restore` says, or nothing when it restores the archive.
if [ -n "$evil" ]; then
  for nar in "$evil"/*.nar; do
    answer=$(nix-store --restore "$work/restored-$(basename "$nar")" <"$nar" 2>&1 | words || true)
    printf '%s\t%s\n' "$(basename "$nar" .nar)" "$answer"
  done >"$golden/evil-nars.tsv"
fi
