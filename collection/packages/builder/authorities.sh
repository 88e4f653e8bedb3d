# All certificate authorities of the ca-certificates package in one file, as its postinst would make it. Called by busybox's sh
# with: busybox, deb, out.
set -e
"$busybox" mkdir -p "$out/etc/ssl/certs"
"$busybox" ar p "$deb" data.tar.xz | "$busybox" xz -dc | "$busybox" tar -x -o
for certificate in usr/share/ca-certificates/mozilla/*.crt; do
  "$busybox" cat "$certificate"
done > "$out/etc/ssl/certs/ca-certificates.crt"
"$busybox" test -s "$out/etc/ssl/certs/ca-certificates.crt"
