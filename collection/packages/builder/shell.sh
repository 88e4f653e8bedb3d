# The shell of everything that must have one at the bottom of the collection: wrappers, libc's system() and popen(), and the
# scripts of those packages that come before dash. Called by busybox's sh with: busybox, out.
"$busybox" mkdir -p "$out/bin"
"$busybox" cp "$busybox" "$out/bin/busybox"
"$busybox" ln -s busybox "$out/bin/sh"
