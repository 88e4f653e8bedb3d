# The phases of mkDerivation: unpack, patch, configure, build, check, install, fixup. Sourced by bash as the builder's only
# argument. A derivation changes a phase by an attribute of its name (`buildPhase = "make -C src"`), and adds to one by
# `preBuild`, `postBuild` and so on; both are shell code that runs here, with the functions and variables of this file.

set -eu -o pipefail
shopt -s nullglob

PATH=
for package in $tools $nativeBuildInputs; do
  PATH=$PATH${PATH:+:}$package/bin
done
# The archive's bash does not come as `sh`, which a sandbox need not have either.
programs=$(mktemp -d)
ln -s "$shell" "$programs/sh"
PATH=$PATH:$programs
export PATH SHELL=$shell CONFIG_SHELL=$shell
export SOURCE_DATE_EPOCH=1 TZ=UTC LC_ALL=C
# Archives carry the time and owner of their members: a build that writes them must not depend on the moment.
export TAR_OPTIONS="--sort=name --owner=0 --group=0 --numeric-owner"
export ZERO_AR_DATE=1

# Where compiler and linker find what the build inputs provide. Each library folder becomes part of the run path; fixup
# takes out those that nothing was linked from.
CPPFLAGS=${CPPFLAGS:-}
LDFLAGS=${LDFLAGS:-}
PKG_CONFIG_PATH=
for package in $buildInputs; do
  [ -d "$package/include" ] && CPPFLAGS="$CPPFLAGS -isystem $package/include"
  [ -d "$package/include/x86_64-linux-gnu" ] && CPPFLAGS="$CPPFLAGS -isystem $package/include/x86_64-linux-gnu"
  for folder in "$package/lib" "$package/lib/x86_64-linux-gnu"; do
    [ -d "$folder" ] && LDFLAGS="$LDFLAGS -L$folder -Wl,-rpath,$folder"
    [ -d "$folder/pkgconfig" ] && PKG_CONFIG_PATH=$PKG_CONFIG_PATH${PKG_CONFIG_PATH:+:}$folder/pkgconfig
  done
done
LDFLAGS="$LDFLAGS -Wl,-rpath,$out/lib"
export CPPFLAGS LDFLAGS PKG_CONFIG_PATH

# Runs $1 as shell code or function: the attribute of that name if there is one, else the function with `default` before it.
runHook() {
  local code=${!1:-}
  [ -z "$code" ] || eval "$code"
}

runPhase() {
  local phase=$1 hook=${1%Phase}
  hook=${hook^}
  printf '@nix { "action": "setPhase", "phase": "%s" }\n' "$phase" >&2
  runHook "pre$hook"
  if [ -n "${!phase:-}" ]; then eval "${!phase}"; else "default${phase^}"; fi
  runHook "post$hook"
}

defaultUnpackPhase() {
  local before=" $(echo *) " file
  for file in $src ${srcs:-}; do
    if [ -d "$file" ]; then
      cp -r --no-preserve=mode,ownership "$file" "$(stripHash "$file")"
      continue
    fi
    case $file in
      *.tar | *.tar.* | *.tgz | *.tbz2 | *.txz) tar xf "$file" --no-same-owner ;;
      *) echo "do not know how to unpack $file" >&2; return 1 ;;
    esac
  done
  if [ -n "${sourceRoot:-}" ]; then cd "$sourceRoot"; return; fi
  local found= entry
  for entry in *; do
    [[ -d $entry && $before != *" $entry "* ]] || continue
    [ -z "$found" ] || { echo "the source has several folders; set sourceRoot to one of them" >&2; return 1; }
    found=$entry
  done
  [ -n "$found" ] || { echo "the source has no folder" >&2; return 1; }
  cd "$found"
}

stripHash() {
  local name=${1##*/}
  echo "${name:33}"
}

defaultPatchPhase() {
  local file
  for file in ${patches:-}; do
    echo "applying patch $file"
    case $file in
      *.gz) gzip -dc "$file" | patch -p1 ;;
      *.xz) xz -dc "$file" | patch -p1 ;;
      *) patch -p1 <"$file" ;;
    esac
  done
  patchShebangs .
}

# Points the `#!` lines of scripts below $1 at the programs of PATH; what is not on PATH stays as it is.
patchShebangs() {
  local file line program arguments path
  while IFS= read -r -d '' file; do
    IFS= read -r line <"$file" 2>/dev/null || continue
    [[ $line == '#!'* ]] || continue
    read -r program arguments <<<"${line#\#!}"
    [[ $program == "$NIX_STORE"/* ]] && continue
    if [[ ${program##*/} == env ]]; then read -r program arguments <<<"$arguments"; fi
    path=$(command -v "${program##*/}") || continue
    [[ $path == "$programs/sh" ]] && path=$shell
    [[ $path == /* ]] || continue
    sed -i "1s|.*|#!$path${arguments:+ $arguments}|" "$file"
  done < <(find "$1" -type f -perm -0100 -print0)
}

defaultConfigurePhase() {
  [ -x "${configureScript:-./configure}" ] || { echo "no configure script, nothing to do"; return 0; }
  "${configureScript:-./configure}" --prefix="$out" ${configureFlags:-}
}

defaultBuildPhase() {
  if ! hasMakefile; then echo "no Makefile, nothing to do"; return 0; fi
  make -j"$NIX_BUILD_CORES" SHELL="$shell" ${makeFlags:-} ${buildFlags:-}
}

defaultCheckPhase() {
  if ! hasMakefile; then echo "no Makefile, nothing to do"; return 0; fi
  make -j"$NIX_BUILD_CORES" SHELL="$shell" ${makeFlags:-} ${checkFlags:-} "${checkTarget:-check}"
}

defaultInstallPhase() {
  if ! hasMakefile; then echo "there is no Makefile; the derivation needs an installPhase" >&2; return 1; fi
  make SHELL="$shell" ${makeFlags:-} ${installFlags:-} "${installTarget:-install}"
}

hasMakefile() { [ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ]; }

# Debugging symbols and unused run paths would keep the compiler, its headers and the build folder in the closure.
defaultFixupPhase() {
  [ -e "$out" ] || { echo "the install phase did not make $out" >&2; return 1; }
  local file
  while IFS= read -r -d '' file; do
    case $file in
      *.a | *.o) strip -S -p "$file" 2>/dev/null || true; continue ;;
    esac
    isElf "$file" || continue
    [ -n "${dontStrip:-}" ] || strip -S -p "$file"
    patchelf --shrink-rpath "$file" 2>/dev/null || true
  done < <(find "$out" -type f \( -perm -0100 -o -name '*.so*' -o -name '*.a' -o -name '*.o' \) -print0)
  patchShebangs "$out"
  rm -f "$out/share/info/dir"
  find "$out" -name '*.la' -delete
}

isElf() {
  local magic
  IFS= read -r -n 4 -d '' magic <"$1" 2>/dev/null || true
  [ "${magic:-}" = $'\x7fELF' ]
}

phases=${phases:-unpackPhase patchPhase configurePhase buildPhase checkPhase installPhase fixupPhase}
for phase in $phases; do
  [ "$phase" = checkPhase ] && [ -z "${doCheck:-}" ] && continue
  runPhase "$phase"
done
