# The machine's name, and the names that it knows itself.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkBefore mkOption optional optionalAttrs types;
  cfg = config.networking;

  # The full name comes first: that is what it is asked for.
  names = optional (cfg.hostName != "" && cfg.domain != null) "${cfg.hostName}.${cfg.domain}"
    ++ optional (cfg.hostName != "") cfg.hostName;

  localHosts = "127.0.0.1 localhost\n" + lib.optionalString cfg.enableIPv6 "::1 localhost\n";
  hosts = lib.filterAttrs (_: known: known != [ ]) cfg.hosts;
  otherLocalhost = lib.any (builtins.elem "localhost") (builtins.attrValues (removeAttrs cfg.hosts [ "127.0.0.1" "::1" ]));
in
{
  options.networking = {
    hostName = mkOption {
      type = types.strMatching "|[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?";
      default = "nixos";
      description = "The name of the machine: letters, digits and hyphens, at most 63. Empty if it comes from the network.";
    };
    domain = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "home.arpa";
      description = "The domain that the machine's name is in.";
    };
    fqdn = mkOption {
      type = types.str;
      readOnly = true;
      default =
        if cfg.hostName != "" && cfg.domain != null then "${cfg.hostName}.${cfg.domain}"
        else throw "The FQDN is required but cannot be determined. Please make sure that both networking.hostName and networking.domain are set properly.";
      defaultText = lib.literalExpression ''"''${networking.hostName}.''${networking.domain}"'';
      description = "The machine's full name.";
    };
    enableIPv6 = mkOption {
      type = types.bool;
      default = true;
      description = "Whether IPv6 is used.";
    };
    hosts = mkOption {
      type = types.attrsOf (types.listOf types.str);
      example = { "192.168.0.2" = [ "fileserver.local" "nameserver.local" ]; };
      description = "Names by address, for {file}`/etc/hosts`.";
    };
    extraHosts = mkOption {
      type = types.lines;
      default = "";
      example = "192.168.0.1 lanlocalhost";
      description = "Lines that {file}`/etc/hosts` ends with.";
    };
    hostFiles = mkOption {
      type = types.listOf types.path;
      defaultText = lib.literalMD "Files of {option}`networking.hosts` and {option}`networking.extraHosts`";
      description = "The files that {file}`/etc/hosts` is put together from.";
    };
  };

  config = {
    assertions = [
      {
        assertion = !otherLocalhost;
        message = ''
          `networking.hosts` maps "localhost" to something other than "127.0.0.1"
          or "::1". This will break some applications. Please use
          `networking.extraHosts` if you really want to add such a mapping.
        '';
      }
    ];

    networking.hosts = { "127.0.0.2" = names; } // optionalAttrs cfg.enableIPv6 { "::1" = names; };

    # "localhost" first, so that 127.0.0.1 is called that.
    networking.hostFiles = mkBefore [
      (pkgs.writeText "localhost-hosts" localHosts)
      (pkgs.writeText "string-hosts" (lib.concatStrings (lib.mapAttrsToList (address: known: "${address} ${toString known}\n") hosts)))
      (pkgs.writeText "extra-hosts" cfg.extraHosts)
    ];

    environment.etc = {
      hosts.source = pkgs.runCommand "hosts" { } "cat ${lib.escapeShellArgs cfg.hostFiles} > $out";
      "host.conf".text = "multi on\n";
    } // optionalAttrs (cfg.hostName != "") { hostname.text = "${cfg.hostName}\n"; };
  };
}
