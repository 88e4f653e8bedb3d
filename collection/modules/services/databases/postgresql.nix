# The database PostgreSQL: the server, and a service that makes the databases and users which are declared. Whoever needs these
# comes after postgresql.target.
{ config, lib, pkgs, ... }:

let
  inherit (builtins) replaceStrings;
  inherit (lib) mkOption optionalString types;
  cfg = config.services.postgresql;

  quote = text: "'${replaceStrings [ "'" ] [ "''" ] text}'";
  name = text: ''"${replaceStrings [ ''"'' ] [ ''""'' ] text}"'';
  show = value:
    if value == true then "yes" else if value == false then "no"
    else if builtins.isString value then quote value
    else toString value;
  settings = lib.concatStrings (lib.mapAttrsToList (key: value: "${key} = ${show value}\n") (lib.filterAttrs (_: value: value != null) cfg.settings));

  # The server itself reads it, as far as it can without its data.
  configFile = pkgs.runCommand "postgresql.conf" { inherit settings; passAsFile = [ "settings" ]; } (
    "cp $settingsPath $out\n"
    + optionalString cfg.checkConfig ''
      if ! ${cfg.package}/bin/postgres -C port -c config_file=$out -D $PWD > checked 2>&1; then
        if ! grep -q 'root" execution' checked; then cat checked >&2; exit 1; fi
      fi
    ''
  );

  # One script for all; what is there already stays.
  clause = user: word: value: optionalString (value != null) "ALTER ROLE ${name user} ${optionalString (!value) "NO"}${lib.toUpper word};\n";
  setupScript = pkgs.writeText "postgresql-setup.sql" (
    lib.concatMapStrings
      (database: "SELECT ${quote "CREATE DATABASE ${name database}"} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${quote database}) \\gexec\n")
      cfg.ensureDatabases
    + lib.concatMapStrings
      (user:
        "SELECT ${quote "CREATE USER ${name user.name}"} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${quote user.name}) \\gexec\n"
        + lib.concatStrings (lib.mapAttrsToList (clause user.name) user.ensureClauses)
        + optionalString user.ensureDBOwnership "ALTER DATABASE ${name user.name} OWNER TO ${name user.name};\n")
      cfg.ensureUsers
  );
  createCluster = import ./postgresql-cluster.nix { inherit lib pkgs; inherit (cfg) package dataDir initdbArgs; };
  hasSetup = cfg.ensureDatabases != [ ] || cfg.ensureUsers != [ ] || cfg.initialScript != null;
  psql = "${cfg.client}/bin/psql -d postgres -qtA -v ON_ERROR_STOP=1 -p ${toString cfg.settings.port}";

  flag = default: description: mkOption { type = types.bool; inherit default description; };
  maybe = description: mkOption { type = types.nullOr types.bool; default = null; inherit description; };
  scalar = types.oneOf [ types.bool types.float types.int types.str ];
in
{
  options.services.postgresql = {
    enable = flag false "Whether PostgreSQL runs.";
    package = mkOption { type = types.package; default = pkgs.postgresql-15; defaultText = lib.literalExpression "pkgs.postgresql-15"; description = "The package of the server."; };
    client = mkOption { type = types.package; default = pkgs.postgresql-client-15; defaultText = lib.literalExpression "pkgs.postgresql-client-15"; description = "The package of its programs for people."; };
    dataDir = mkOption { type = types.path; default = "/var/lib/postgresql/${lib.versions.major cfg.package.version}"; defaultText = lib.literalExpression ''"/var/lib/postgresql/''${version}"''; description = "Where the data lie."; };
    enableTCPIP = flag false "Whether it listens at other addresses than the machine's own.";
    checkConfig = flag true "Whether the server reads its settings when the system is built.";
    authentication = mkOption { type = types.lines; default = ""; example = "host shop all 192.168.1.0/24 scram-sha-256"; description = "Lines for {file}`pg_hba.conf`: who may do what."; };
    identMap = mkOption { type = types.lines; default = ""; example = "map-name-0 system-username-0 database-username-0"; description = "Lines for {file}`pg_ident.conf`: which user of the machine is which of the database."; };
    initdbArgs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--data-checksums" "--allow-group-access" ]; description = "Further arguments of {command}`initdb`."; };
    initialScript = mkOption { type = types.nullOr types.path; default = null; description = "A file of SQL that is read once, when the data are new."; };
    settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf (types.nullOr scalar);
        options = {
          port = mkOption { type = types.port; default = 5432; description = "The port it listens at."; };
          log_line_prefix = mkOption { type = types.str; default = "[%p] "; example = "%m [%p] "; description = "What a line of the log begins with."; };
          shared_preload_libraries = mkOption {
            type = types.nullOr (types.coercedTo (types.listOf types.str) (lib.concatStringsSep ",") types.commas);
            default = null;
            example = [ "auto_explain" ];
            description = "The libraries that the server begins with.";
          };
        };
      };
      default = { };
      example = { log_connections = true; shared_buffers = "128MB"; };
      description = "Settings of {file}`postgresql.conf`.";
    };
    ensureDatabases = mkOption { type = types.listOf types.str; default = [ ]; description = "Databases that are made if they do not exist."; };
    ensureUsers = mkOption {
      type = types.listOf (types.submodule {
        options = {
          name = mkOption { type = types.str; description = "The user's name."; };
          ensureDBOwnership = flag false "Whether the database of the same name is the user's.";
          ensureClauses = {
            superuser = maybe "Whether the user may do everything.";
            createrole = maybe "Whether the user may make others.";
            createdb = maybe "Whether the user may make databases.";
            "inherit" = maybe "Whether the user has what its groups may.";
            login = maybe "Whether the user may come in.";
            replication = maybe "Whether the user may copy the server.";
            bypassrls = maybe "Whether the user sees every row.";
          };
        };
      });
      default = [ ];
      description = "Users that are made if they do not exist.";
    };
  };

  config = lib.mkIf cfg.enable {
    services.postgresql.settings = {
      listen_addresses = lib.mkDefault (if cfg.enableTCPIP then "*" else "localhost");
      unix_socket_directories = lib.mkDefault "/run/postgresql";
      log_destination = lib.mkDefault "stderr";
      hba_file = "${pkgs.writeText "pg_hba.conf" cfg.authentication}";
      ident_file = "${pkgs.writeText "pg_ident.conf" cfg.identMap}";
    };
    services.postgresql.authentication = lib.mkMerge [
      (lib.mkBefore "# Made from the system's configuration.\n")
      (lib.mkAfter ''
        local all all peer
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256
      '')
    ];
    assertions = map
      (user: {
        assertion = user.ensureDBOwnership -> builtins.elem user.name cfg.ensureDatabases;
        message = ''
          For each database user defined with `services.postgresql.ensureUsers` and
          `ensureDBOwnership = true;`, a database with the same name must be defined
          in `services.postgresql.ensureDatabases`.
          Offender: ${user.name} has not been found among databases.
        '';
      })
      cfg.ensureUsers;

    users.users.postgres = { uid = 71; description = "PostgreSQL server user"; group = "postgres"; home = "/var/lib/postgresql"; useDefaultShell = true; };
    users.groups.postgres.gid = 71;
    environment.systemPackages = [ cfg.client ];
    systemd.tmpfiles.rules = [ "d /var/lib/postgresql 0755 postgres postgres -" ];

    systemd.targets.postgresql = {
      description = "PostgreSQL";
      wantedBy = [ "multi-user.target" ];
      requires = [ "postgresql.service" ] ++ lib.optional hasSetup "postgresql-setup.service";
    };

    # By itself, so that it is done while the machine and its network come up.
    systemd.services.postgresql-cluster = {
      description = "PostgreSQL's Data, Where There Are None";
      before = [ "postgresql.service" "shutdown.target" ];
      after = [ "local-fs.target" "systemd-tmpfiles-setup.service" ];
      conflicts = [ "shutdown.target" ];
      unitConfig = { DefaultDependencies = false; RequiresMountsFor = cfg.dataDir; };
      serviceConfig = { Type = "oneshot"; RemainAfterExit = true; User = "postgres"; Group = "postgres"; };
      script = createCluster;
    };

    systemd.services.postgresql = {
      description = "PostgreSQL Server";
      requires = [ "postgresql-cluster.service" ];
      after = [ "network.target" "postgresql-cluster.service" ];
      environment.PGDATA = cfg.dataDir;
      preStart = "ln -sfn ${configFile} ${cfg.dataDir}/postgresql.conf";
      unitConfig.RequiresMountsFor = cfg.dataDir;
      serviceConfig = {
        ExecStart = "${cfg.package}/bin/postgres";
        ExecReload = "${pkgs.procps}/bin/kill -HUP $MAINPID";
        User = "postgres";
        Group = "postgres";
        RuntimeDirectory = "postgresql";
        Type = "notify";
        KillSignal = "SIGINT";
        KillMode = "mixed";
        TimeoutSec = 120;
      };
    };

    systemd.services.postgresql-setup = lib.mkIf hasSetup {
      description = "PostgreSQL Setup Scripts";
      requires = [ "postgresql.service" ];
      after = [ "postgresql.service" ];
      before = [ "postgresql.target" ];
      serviceConfig = { Type = "oneshot"; RemainAfterExit = true; User = "postgres"; Group = "postgres"; };
      environment.PGHOST = "/run/postgresql";
      script = ''
        ${optionalString (cfg.initialScript != null) "if [ -e ${cfg.dataDir}/.first_startup ]; then ${psql} -f ${cfg.initialScript}; fi"}
        rm -f ${cfg.dataDir}/.first_startup
        ${psql} -f ${setupScript}
      '';
    };
  };
}
