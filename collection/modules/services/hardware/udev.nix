# udev: device nodes and links, by rules.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.udev;

  rules = pkgs.runCommand "udev-rules" { PATH = "${pkgs.coreutils}/bin:${pkgs.sed}/bin"; } ''
    mkdir -p $out
    for package in ${toString (lib.unique (map toString cfg.packages))}; do
      for file in $package/lib/udev/rules.d/*.rules $package/etc/udev/rules.d/*.rules; do
        if [ -e "$file" ] && [ ! -e "$out/''${file##*/}" ]; then
          # A program without a path lies in udev's own folder.
          sed -e 's|/bin/kmod |${pkgs.kmod}/bin/kmod |; s|/usr/bin/systemd-run |${config.systemd.package}/bin/systemd-run |; s|IMPORT{program}="\([a-z0-9_]\+\)\( \|"\)|IMPORT{program}="${cfg.package}/lib/udev/\1\2|g; s|PROGRAM="\([a-z0-9_]\+_id\)\( \|"\)|PROGRAM="${cfg.package}/lib/udev/\1\2|g' "$file" > "$out/''${file##*/}"
        fi
      done
    done
    cp "${pkgs.writeText "99-local.rules" cfg.extraRules}" $out/99-local.rules
  '';
in
{
  options.services.udev = {
    enable = mkOption { type = types.bool; default = true; description = "Whether udev runs."; };
    package = mkOption { type = types.package; default = pkgs.udev; defaultText = lib.literalExpression "pkgs.udev"; description = "The package of udev."; };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages that bring rules."; };
    extraRules = mkOption { type = types.lines; default = ""; example = ''ACTION=="add", SUBSYSTEM=="net", NAME="eth0"''; description = "Rules at the end."; };
  };

  config = lib.mkIf cfg.enable {
    services.udev.packages = [ cfg.package config.systemd.package pkgs.dmsetup ];
    systemd.packages = [ cfg.package ];
    systemd.targets.sysinit.wants = [ "systemd-udevd.service" "systemd-udev-trigger.service" ];
    systemd.targets.sockets.wants = [ "systemd-udevd-control.socket" "systemd-udevd-kernel.socket" ];
    systemd.services.systemd-udevd.restartTriggers = [ rules ];
    environment.etc."udev/rules.d".source = rules;
    environment.etc."udev/udev.conf".text = "udev_log=err\n";
  };
}
