# polkit: who may do what of the things that programs do for users.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.polkit;
  package = pkgs.polkitd;
in
{
  options.security.polkit = {
    enable = mkOption { type = types.bool; default = false; description = "Whether programs may ask whether a user may do something."; };
    debug = mkOption { type = types.bool; default = false; description = "Whether it tells what it decides."; };
    package = mkOption { type = types.package; default = package; defaultText = lib.literalExpression "pkgs.polkitd"; description = "The package of polkit."; };
    extraConfig = mkOption { type = types.lines; default = ""; example = "polkit.addRule(function(action, subject) { … });"; description = "Rules, in JavaScript."; };
    adminIdentities = mkOption { type = types.listOf types.str; default = [ "unix-group:wheel" ]; example = [ "unix-user:alice" ]; description = "Whose password counts as an administrator's."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ package pkgs.pkexec ];
    environment.pathsToLink = [ "/share/polkit-1" ];
    environment.etc."polkit-1/rules.d/10-nixos.rules".text = ''
      polkit.addAdminRule(function(action, subject) {
        return [${lib.concatMapStringsSep ", " (identity: "\"${identity}\"") cfg.adminIdentities}];
      });

      ${cfg.extraConfig}
    '';
    services.dbus.packages = [ package ];
    security.pam.services.polkit-1 = { };
    security.wrappers = {
      pkexec = { setuid = true; owner = "root"; group = "root"; source = "${pkgs.pkexec}/bin/pkexec"; };
      polkit-agent-helper-1 = { setuid = true; owner = "root"; group = "root"; source = "${package}/lib/polkit-1/polkit-agent-helper-1"; };
    };
    users.users.polkituser = { description = "PolKit daemon"; uid = 28; group = "polkituser"; };
    users.groups.polkituser = { };
    systemd.services.polkit = {
      description = "Authorization Manager";
      serviceConfig = {
        Type = "dbus";
        BusName = "org.freedesktop.PolicyKit1";
        ExecStart = "${package}/lib/polkit-1/polkitd ${lib.optionalString (!cfg.debug) "--no-debug"}";
        User = "polkituser";
      };
      restartTriggers = [ config.environment.etc."polkit-1/rules.d/10-nixos.rules".source ];
    };
  };
}
