# Shell commands that make PostgreSQL's data where there are none. They are copied from what initdb made when the system was
# built, since making them takes minutes where processors are emulated: without the journal, and with nothing in the place of
# what each machine gives its own copy. The file .first_startup says that they are new.
{ lib, pkgs, package, dataDir, initdbArgs ? [ ] }:

let
  initdb = "${package}/bin/initdb -U postgres ${lib.escapeShellArgs ([ "--locale=C" "--encoding=UTF8" ] ++ initdbArgs)}";

  # What each cluster has of its own lies in its control file: its identity, the nonce by which names of users that do not exist
  # look as if they did, and between them two times; then comes the file's sum. Where these are is known of the format of
  # PostgreSQL 13 to 16; of another one the file is empty, and the machine makes its cluster itself.
  controlFormat = 1300;
  fill = source: from: bytes: file:
    "dd if=${source} of=${file} bs=1 seek=${toString from} count=${toString bytes} conv=notrunc status=none";

  template = pkgs.runCommand "postgresql-cluster.tar.zst"
    {
      PATH = lib.makeBinPath [ pkgs.coreutils pkgs.tar pkgs.zstd pkgs.util-linux ];
      TZ = "UTC";
    } ''
    # initdb refuses to run as root, who builds where there is no sandbox.
    asNobody=
    if [ "$(id -u)" = 0 ]; then asNobody="unshare --user --map-user=65534 --map-group=65534"; fi
    $asNobody ${initdb} --no-sync --no-instructions -D cluster
    control=cluster/global/pg_control
    if [ $(od -A n -t d4 -j 8 -N 4 $control) != ${toString controlFormat} ]; then
      : > $out
      exit
    fi
    # Statistics begin anew.
    rm cluster/pg_wal/0* cluster/postgresql.conf cluster/pg_stat/*
    ${fill "/dev/zero" 0 8 "$control"}
    ${fill "/dev/zero" 24 8 "$control"}
    ${fill "/dev/zero" 104 8 "$control"}
    ${fill "/dev/zero" 256 36 "$control"}
    tar -c --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner -C cluster . | zstd -q -19 -T1 -o $out
  '';
in
''
  if [ ! -e ${dataDir}/PG_VERSION ] || [ -e ${dataDir}/.incomplete ]; then
    install -d -m 0700 ${dataDir}
    if [ -s ${template} ]; then
      : > ${dataDir}/.incomplete
      ${pkgs.zstd}/bin/zstd -q -d -c ${template} | ${pkgs.tar}/bin/tar -x --no-same-owner -C ${dataDir}
      ${fill "/dev/urandom" 0 8 "${dataDir}/global/pg_control"}
      ${fill "/dev/urandom" 256 32 "${dataDir}/global/pg_control"}
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
