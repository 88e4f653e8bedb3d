# Units of users: each who logs in has a systemd that starts these.
{ config, lib, pkgs, utils, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.systemd.user;

  make = import ./units.nix { inherit lib pkgs utils; inherit (config.systemd) globalEnvironment; };
  kind = what: modules: mkOption { type = make.unitsOf modules; default = { }; description = "${what} of users, by name without the suffix."; };

  # Of the units that systemd brings for users those that a system of ours has.
  upstream = [
    "app.slice" "background.slice" "basic.target" "bluetooth.target" "default.target" "exit.target" "graphical-session-pre.target"
    "graphical-session.target" "paths.target" "printer.target" "session.slice" "shutdown.target" "smartcard.target"
    "sockets.target" "sound.target" "systemd-exit.service" "timers.target" "xdg-desktop-autostart.target"
  ];
  upstreamUnits = pkgs.runCommand "systemd-upstream-user-units" { } ''
    mkdir -p $out/lib/systemd/user
    for unit in ${toString (upstream ++ cfg.additionalUpstreamUserUnits)}; do
      source=${config.systemd.package}/lib/systemd/user/$unit
      if [ ! -e "$source" ]; then echo "systemd has no unit $unit for users" >&2; exit 1; fi
      if [ -L "$source" ]; then cp -P "$source" $out/lib/systemd/user/; else ln -s "$source" $out/lib/systemd/user/; fi
    done
  '';

  userUnits = make.makeFolder { name = "user-units"; scope = "user"; inherit (cfg) units; packages = [ upstreamUnits ] ++ config.systemd.packages; };
in
{
  options.systemd.user = {
    units = mkOption {
      type = types.attrsOf (types.submodule make.unitModule);
      default = { };
      description = "All units of users, by name with the suffix. The other options make them.";
    };
    services = kind "Services" (make.unitOptions.service ++ [ { config.path = lib.mkAfter config.systemd.servicePath; } ]);
    targets = kind "Targets" make.unitOptions.target;
    sockets = kind "Sockets" make.unitOptions.socket;
    timers = kind "Timers" make.unitOptions.timer;
    paths = kind "Watched paths" make.unitOptions.path;
    slices = kind "Slices" make.unitOptions.slice;
    additionalUpstreamUserUnits = mkOption { type = types.listOf types.str; default = [ ]; description = "Further units of systemd's own for users."; };
    extraConfig = mkOption { type = types.lines; default = ""; example = "DefaultTimeoutStartSec=60"; description = "Lines for {file}`/etc/systemd/user.conf`, section `[Manager]`."; };
    tmpfiles.rules = mkOption { type = types.listOf types.str; default = [ ]; description = "Rules for every user, as {manpage}`tmpfiles.d(5)` has them."; };
  };

  config = {
    systemd.user.units = make.toUnits {
      service = cfg.services;
      target = cfg.targets;
      socket = cfg.sockets;
      timer = cfg.timers;
      path = cfg.paths;
      slice = cfg.slices;
    };
    systemd.user.timers = builtins.mapAttrs
      (_: service: { wantedBy = [ "timers.target" ]; timerConfig.OnCalendar = service.startAt; })
      (lib.filterAttrs (_: service: service.enable && service.startAt != [ ]) cfg.services);

    systemd.user.additionalUpstreamUserUnits = lib.optional (cfg.tmpfiles.rules != [ ]) "systemd-tmpfiles-setup.service";
    systemd.user.targets = lib.optionalAttrs (cfg.tmpfiles.rules != [ ]) { basic.wants = [ "systemd-tmpfiles-setup.service" ]; };

    environment.etc = {
      "systemd/user".source = userUnits;
      "systemd/user.conf".text = "[Manager]\n${cfg.extraConfig}";
    } // lib.optionalAttrs (cfg.tmpfiles.rules != [ ]) {
      "xdg/user-tmpfiles.d/00-nixos.conf".text = lib.concatMapStrings (rule: "${rule}\n") cfg.tmpfiles.rules;
    };
  };
}
