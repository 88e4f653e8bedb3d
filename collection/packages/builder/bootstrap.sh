# The first build: with nothing but a static busybox, makes perl and patchelf run from the store. Everything after it is built
# by perl. Called by busybox's sh with: busybox, debs, out.
set -e
run() { "$busybox" "$@"; }

run mkdir -p "$out/bin" "$out/lib" root
for deb in $debs; do
  run ar p "$deb" data.tar.xz | run xz -dc | run tar -x -o -C root
done

for folder in root/lib/x86_64-linux-gnu root/usr/lib/x86_64-linux-gnu root/lib64 root/usr/lib64; do
  test -d "$folder" || continue
  for library in ld-linux-x86-64.so.2 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 libgcc_s.so.1 libstdc++.so.6 libcrypt.so.1 libz.so.1 libzstd.so.1 liblzma.so.5 liblz4.so.1; do
    if test -f "$folder/$library" && ! test -e "$out/lib/$library"; then run cp -L "$folder/$library" "$out/lib/$library"; fi
  done
done
run mv root/usr/lib/x86_64-linux-gnu/perl-base "$out/lib/perl-base"
run cp "$busybox" "$out/bin/busybox"
run chmod -R u+w "$out"

for program in perl patchelf zstd; do
  test -e "root/usr/bin/$program" || continue
  run cp "root/usr/bin/$program" "$out/bin/$program"
  run chmod u+w "$out/bin/$program"
  "$out/lib/ld-linux-x86-64.so.2" --library-path "$out/lib" root/usr/bin/patchelf \
    --set-interpreter "$out/lib/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$out/lib" "$out/bin/$program"
done
"$out/bin/patchelf" --version
"$out/bin/perl" -e 'print "perl $]\n"'
