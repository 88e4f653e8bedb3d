# The packet filter: tables and rules for nftables. A switch loads them in one transaction; there is no moment without any.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.networking.nftables;

  table = { name, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether the table is there."; };
      name = mkOption { type = types.str; default = name; description = "The name of the table."; };
      family = mkOption {
        type = types.enum [ "ip" "ip6" "inet" "arp" "bridge" "netdev" ];
        description = "The kind of packets that it is for.";
      };
      content = mkOption { type = types.lines; description = "The chains and sets of the table."; };
    };
  };
  tables = builtins.filter (table: table.enable) (builtins.attrValues cfg.tables);

  # A table that is not there is made, so that it can be deleted: what stands in it is gone, and nothing is complained of.
  deletions =
    if cfg.flushRuleset then "flush ruleset\n"
    else lib.concatMapStrings (table: "table ${table.family} ${table.name}\ndelete table ${table.family} ${table.name}\n") tables
      + lib.optionalString (cfg.extraDeletions != "") "${cfg.extraDeletions}\n";
  tableTexts = lib.concatMapStrings (table: "table ${table.family} ${table.name} {\n${table.content}\n}\n") tables;
  deletionsFile = pkgs.writeText "nftables-deletions" deletions;
  rules = pkgs.writeText "nftables-rules" (
    tableTexts
    + lib.optionalString (cfg.ruleset != "") "${cfg.ruleset}\n"
    + lib.optionalString (cfg.rulesetFile != null) "include \"${cfg.rulesetFile}\"\n"
  );

  # What the rules before these had is taken away with them: how, stands in a file of the running service.
  load = pkgs.writeShellScriptBin "load-nftables" ''
    set -e
    state=/run/nftables
    ${pkgs.coreutils}/bin/mkdir -p $state
    {
      if [ -e $state/deletions.nft ]; then echo "include \"$state/deletions.nft\""; fi
      echo 'include "${deletionsFile}"'
      echo 'include "${rules}"'
    } > $state/load.nft
    ${pkgs.nftables}/bin/nft -f $state/load.nft
    ${pkgs.coreutils}/bin/cp ${deletionsFile} $state/deletions.nft
  '';
  unload = pkgs.writeShellScriptBin "unload-nftables" ''
    if [ ! -e /run/nftables/deletions.nft ]; then exit 0; fi
    ${pkgs.nftables}/bin/nft -f /run/nftables/deletions.nft
    ${pkgs.coreutils}/bin/rm /run/nftables/deletions.nft
  '';
in
{
  options.networking.nftables = {
    enable = mkOption {
      type = types.bool;
      default = config.networking.firewall.enable || config.networking.nat.enable;
      defaultText = lib.literalExpression "networking.firewall.enable || networking.nat.enable";
      description = "Whether the kernel filters packets by these tables. The firewall and NAT are made of them.";
    };
    tables = mkOption {
      type = types.attrsOf (types.submodule table);
      default = { };
      example = { filter = { family = "inet"; content = "chain output { type filter hook output priority 0; policy accept; }"; }; };
      description = "The tables, by name.";
    };
    ruleset = mkOption { type = types.lines; default = ""; description = "Further text for {command}`nft`."; };
    rulesetFile = mkOption { type = types.nullOr types.path; default = null; description = "A file with further text."; };
    flushRuleset = mkOption {
      type = types.bool;
      default = cfg.ruleset != "" || cfg.rulesetFile != null;
      defaultText = lib.literalMD "whether there is a `ruleset` or a `rulesetFile`";
      description = "Whether everything goes, also what others have put there, when the tables are loaded.";
    };
    extraDeletions = mkOption { type = types.lines; default = ""; description = "What takes away the text of `ruleset`."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ pkgs.nftables ];
    boot.kernelModules = [ "nf_tables" ];
    systemd.services.nftables = {
      description = "nftables firewall";
      after = [ "sysinit.target" ];
      before = [ "network-pre.target" "shutdown.target" ];
      conflicts = [ "shutdown.target" ];
      wants = [ "network-pre.target" "sysinit.target" ];
      wantedBy = [ "multi-user.target" ];
      reloadIfChanged = true;
      unitConfig.DefaultDependencies = false;
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        ExecStart = lib.getExe load;
        ExecReload = lib.getExe load;
        ExecStop = lib.getExe unload;
      };
    };
  };
}
