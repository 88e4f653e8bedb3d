# Shell commands that make PostgreSQL's data where there are none. They are copied from what initdb made when the system was
# built, since making them takes minutes where processors are emulated: without the journal, and with nothing in the place of
# the cluster's identity, which each machine gives its own copy. The file .first_startup says that they are new.
{ lib, pkgs, package, dataDir, initdbArgs ? [ ] }:

let
  initdb = "${package}/bin/initdb -U postgres ${lib.escapeShellArgs ([ "--locale=C" "--encoding=UTF8" ] ++ initdbArgs)}";

  # initdb does not run as root, so who builds as root gets an empty file, and the machine makes its cluster itself.
  template = pkgs.runCommand "postgresql-cluster.tar.zst" { PATH = lib.makeBinPath [ pkgs.coreutils pkgs.tar pkgs.zstd ]; TZ = "UTC"; } ''
    if [ "$(id -u)" = 0 ]; then : > $out; exit; fi
    ${initdb} --no-sync --no-instructions -D cluster
    rm cluster/pg_wal/0* cluster/postgresql.conf
    head -c 8 /dev/zero | dd of=cluster/global/pg_control conv=notrunc status=none
    tar -c --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner -C cluster . | zstd -q -19 -T1 -o $out
  '';
in
''
  if [ ! -e ${dataDir}/PG_VERSION ] || [ -e ${dataDir}/.incomplete ]; then
    install -d -m 0700 ${dataDir}
    if [ -s ${template} ]; then
      : > ${dataDir}/.incomplete
      ${pkgs.zstd}/bin/zstd -q -d -c ${template} | ${pkgs.tar}/bin/tar -x --no-same-owner -C ${dataDir}
      head -c 8 /dev/urandom | dd of=${dataDir}/global/pg_control conv=notrunc status=none
      : > ${dataDir}/postgresql.conf
      # The control file's sum does not hold any more, which is why it must be told that this is wanted (-f).
      ${package}/bin/pg_resetwal -f -D ${dataDir}
      : > ${dataDir}/.first_startup
      sync -f ${dataDir}
      rm ${dataDir}/.incomplete
    else
      ${initdb} -D ${dataDir}
      : > ${dataDir}/.first_startup
    fi
  fi
''
