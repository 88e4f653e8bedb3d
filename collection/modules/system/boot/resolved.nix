# systemd-resolved, which answers for names on the machine and asks the servers that the interfaces know. Without it
# /etc/resolv.conf has the servers of `networking.nameservers`.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.resolved;
  networking = config.networking;

  show = value: if value == true then "true" else if value == false then "false" else toString value;
  settings = lib.concatStrings (lib.mapAttrsToList (key: value: lib.optionalString (value != null && value != [ ]) "${key}=${show value}\n") cfg.settings.Resolve);
in
{
  options.services.resolved = {
    enable = mkOption {
      type = types.bool;
      default = networking.useNetworkd || config.systemd.network.enable && lib.any (network: ! builtins.elem network.DHCP [ null "no" ]) (builtins.attrValues config.systemd.network.networks);
      defaultText = lib.literalMD "whether an interface may learn by DHCP whom to ask";
      description = "Whether systemd-resolved answers for names.";
    };
    package = mkOption { type = types.package; default = pkgs.systemd-resolved; defaultText = lib.literalExpression "pkgs.systemd-resolved"; description = "The package with the program."; };
    fallbackDns = mkOption { type = types.nullOr (types.listOf types.str); default = null; example = [ "8.8.8.8" ]; description = "Who is asked when no server is known; `null` for those of the program itself."; };
    domains = mkOption { type = types.listOf types.str; default = networking.search; defaultText = lib.literalExpression "config.networking.search"; description = "The domains in which names are looked for."; };
    llmnr = mkOption { type = types.enum [ "true" "resolve" "false" ]; default = "true"; description = "Whether names are looked for on the local network."; };
    dnssec = mkOption { type = types.enum [ "true" "allow-downgrade" "false" ]; default = "false"; description = "Whether answers must be signed."; };
    dnsovertls = mkOption { type = types.enum [ "true" "opportunistic" "false" ]; default = "false"; description = "Whether servers are asked by an encrypted connection."; };
    settings.Resolve = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ]));
      default = { };
      description = "Keys of the section `[Resolve]` of {manpage}`resolved.conf(5)`.";
    };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of {file}`resolved.conf`."; };
  };

  config = lib.mkMerge [
    (lib.mkIf (!cfg.enable && (networking.nameservers != [ ] || networking.search != [ ])) {
      environment.etc."resolv.conf".text =
        lib.optionalString (networking.search != [ ]) "search ${toString networking.search}\n"
        + lib.concatMapStrings (server: "nameserver ${server}\n") networking.nameservers;
    })
    (lib.mkIf cfg.enable {
      users.users.systemd-resolve = { uid = config.ids.uids.systemd-resolve; group = "systemd-resolve"; description = "systemd Resolver"; };
      users.groups.systemd-resolve.gid = config.ids.gids.systemd-resolve;

      services.resolved.settings.Resolve = builtins.mapAttrs (_: lib.mkDefault) ({
        DNS = networking.nameservers;
        Domains = cfg.domains;
        LLMNR = cfg.llmnr;
        DNSSEC = cfg.dnssec;
        DNSOverTLS = cfg.dnsovertls;
      } // lib.optionalAttrs (cfg.fallbackDns != null) { FallbackDNS = if cfg.fallbackDns == [ ] then "" else cfg.fallbackDns; });

      environment.etc."systemd/resolved.conf".text = "[Resolve]\n${settings}${cfg.extraConfig}";
      environment.etc."resolv.conf".source = "/run/systemd/resolve/stub-resolv.conf";
      environment.systemPackages = [ cfg.package ];
      services.dbus.packages = [ cfg.package ];
      systemd.packages = [ cfg.package ];
      systemd.services.systemd-resolved = {
        wantedBy = [ "sysinit.target" ];
        aliases = [ "dbus-org.freedesktop.resolve1.service" ];
        stopIfChanged = false;
        restartTriggers = [ config.environment.etc."systemd/resolved.conf".source ];
      };
    })
  ];
}
