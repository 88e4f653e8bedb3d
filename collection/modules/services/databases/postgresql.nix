# The database PostgreSQL.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.postgresql;
  show = value: if value == true then "yes" else if value == false then "no" else if builtins.isString value then "'${builtins.replaceStrings [ "'" ] [ "''" ] value}'" else toString value;
  configFile = pkgs.writeText "postgresql.conf" (lib.concatStrings (lib.mapAttrsToList (name: value: "${name} = ${show value}\n") cfg.settings));
  accessFile = pkgs.writeText "pg_hba.conf" cfg.authentication;
  quote = name: ''"${builtins.replaceStrings [ ''"'' ] [ ''""'' ] name}"'';
  psql = "${cfg.client}/bin/psql -d postgres -tA -p ${toString cfg.settings.port}";
  initdb = "${cfg.package}/bin/initdb --locale=C --encoding=UTF8 -U postgres";

  # A cluster as initdb makes it, since making it takes minutes where processors are emulated; without the journal, and with
  # nothing in the place of its identity, which each machine gives its own copy. Who builds as root gets none.
  template = pkgs.runCommand "postgresql-cluster" { PATH = "${pkgs.coreutils}/bin"; TZ = "UTC"; } ''
    if [ "$(id -u)" = 0 ]; then mkdir $out; exit; fi
    ${initdb} --no-sync --no-instructions -D cluster
    rm cluster/pg_wal/0* cluster/postgresql.conf
    head -c 8 /dev/zero | dd of=cluster/global/pg_control conv=notrunc status=none
    cp -r cluster $out
  '';
  # The control file's sum does not hold any more then, which is why pg_resetwal must be told that this is wanted (-f).
  createCluster = ''
    install -d -m 0700 ${cfg.dataDir}
    if [ -e ${template}/PG_VERSION ]; then
      : > ${cfg.dataDir}/.incomplete
      cp -r --no-preserve=all ${template}/. ${cfg.dataDir}
      chmod -R u=rwX,go= ${cfg.dataDir}
      head -c 8 /dev/urandom | dd of=${cfg.dataDir}/global/pg_control conv=notrunc status=none
      : > ${cfg.dataDir}/postgresql.conf
      ${cfg.package}/bin/pg_resetwal -f -D ${cfg.dataDir}
      sync -f ${cfg.dataDir}
      rm ${cfg.dataDir}/.incomplete
    else
      ${initdb} -D ${cfg.dataDir}
    fi
  '';

  literal = text: "'${builtins.replaceStrings [ "'" ] [ "''" ] text}'";
  # \gexec does what a row says; there is no row where there is nothing to do.
  unless = { table, column, name, statement }:
    "SELECT ${literal statement} WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${column} = ${literal name})\\gexec\n";
  ensure = pkgs.writeText "postgresql-ensure.sql" (
    lib.concatMapStrings
      (name: unless { table = "pg_database"; column = "datname"; inherit name; statement = "CREATE DATABASE ${quote name}"; })
      cfg.ensureDatabases
    + lib.concatMapStrings
      (user:
        unless { table = "pg_roles"; column = "rolname"; inherit (user) name; statement = "CREATE USER ${quote user.name}"; }
        + lib.optionalString user.ensureDBOwnership "ALTER DATABASE ${quote user.name} OWNER TO ${quote user.name};\n")
      cfg.ensureUsers
  );
in
{
  options.services.postgresql = {
    enable = mkOption { type = types.bool; default = false; description = "Whether PostgreSQL runs."; };
    package = mkOption { type = types.package; default = pkgs.postgresql-15; defaultText = lib.literalExpression "pkgs.postgresql-15"; description = "The package of the server."; };
    client = mkOption { type = types.package; default = pkgs.postgresql-client-15; defaultText = lib.literalExpression "pkgs.postgresql-client-15"; description = "The package of its programs for people."; };
    dataDir = mkOption { type = types.path; default = "/var/lib/postgresql/${lib.versions.major cfg.package.version}"; defaultText = lib.literalExpression ''"/var/lib/postgresql/''${version}"''; description = "Where the data lie."; };
    enableTCPIP = mkOption { type = types.bool; default = false; description = "Whether it listens at other addresses than the machine's own."; };
    authentication = mkOption { type = types.lines; default = ""; description = "Lines for {file}`pg_hba.conf`: who may do what."; };
    settings = mkOption { type = types.attrsOf (types.oneOf [ types.bool types.float types.int types.str ]); default = { }; description = "Settings of {file}`postgresql.conf`."; };
    ensureDatabases = mkOption { type = types.listOf types.str; default = [ ]; description = "Databases that are made if they do not exist."; };
    ensureUsers = mkOption {
      type = types.listOf (types.submodule {
        options.name = mkOption { type = types.str; description = "The user's name."; };
        options.ensureDBOwnership = mkOption { type = types.bool; default = false; description = "Whether the database of the same name is the user's."; };
      });
      default = [ ];
      description = "Users that are made if they do not exist.";
    };
  };

  config = lib.mkIf cfg.enable {
    services.postgresql.settings = {
      port = lib.mkDefault 5432;
      listen_addresses = lib.mkDefault (if cfg.enableTCPIP then "*" else "localhost");
      unix_socket_directories = lib.mkDefault "/run/postgresql";
      log_destination = lib.mkDefault "stderr";
      hba_file = "${accessFile}";
    };
    services.postgresql.authentication = lib.mkAfter ''
      local all all peer
      host all all 127.0.0.1/32 scram-sha-256
      host all all ::1/128 scram-sha-256
    '';
    users.users.postgres = { uid = 71; description = "PostgreSQL server user"; group = "postgres"; home = "/var/lib/postgresql"; useDefaultShell = true; };
    users.groups.postgres.gid = 71;
    environment.systemPackages = [ cfg.client ];
    systemd.tmpfiles.rules = [ "d /var/lib/postgresql 0755 postgres postgres -" ];
    systemd.services.postgresql = {
      description = "PostgreSQL Server";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment.PGDATA = cfg.dataDir;
      preStart = ''
        if [ ! -e ${cfg.dataDir}/PG_VERSION ] || [ -e ${cfg.dataDir}/.incomplete ]; then
          ${createCluster}
        fi
        ln -sfn ${configFile} ${cfg.dataDir}/postgresql.conf
      '';
      postStart = ''
        while ! ${psql} -c "" 2> /dev/null; do
          if ! kill -0 "$MAINPID"; then exit 1; fi
          sleep 0.1
        done
        ${lib.optionalString (cfg.ensureDatabases != [ ] || cfg.ensureUsers != [ ]) "${psql} -q -v ON_ERROR_STOP=1 -f ${ensure}"}
      '';
      serviceConfig = {
        ExecStart = "${cfg.package}/bin/postgres";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        User = "postgres";
        Group = "postgres";
        RuntimeDirectory = "postgresql";
        Type = "notify";
        KillSignal = "SIGINT";
        KillMode = "mixed";
        TimeoutSec = 120;
      };
    };
  };
}
