# The programs that everybody has: one tree of links at /run/current-system/sw.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.environment;

  # What a person at the machine expects to be there.
  required = map (name: lib.setPrio ((pkgs.${name}.meta.priority or 5) + 3) pkgs.${name}) [
    "bash" "coreutils" "diffutils" "findutils" "gawk" "grep" "gzip" "hostname" "iproute2" "kmod" "less" "libc-bin" "login" "mount"
    "passwd" "procps" "sed" "systemd" "tar" "udev" "util-linux" "xz-utils"
  ];
  priority = package: package.meta.priority or 5;
in
{
  options = {
    environment.systemPackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.firefox-esr pkgs.git ]";
      description = "The packages that every user has in the path, at {file}`/run/current-system/sw`.";
    };
    environment.pathsToLink = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "/" ];
      description = "The folders of the packages that are linked into {file}`/run/current-system/sw`.";
    };
    environment.extraSetup = mkOption {
      type = types.lines;
      default = "";
      description = "Shell commands at the end of putting the tree together; it is at `$out`.";
    };
    system.path = mkOption {
      internal = true;
      description = "The tree of all packages.";
    };
  };

  config = {
    # What scripts and programs look for by its name.
    environment.extraSetup = "if [ ! -e $out/bin/sh ]; then ln -s ${cfg.binsh} $out/bin/sh; fi\n";
    environment.systemPackages = required;
    environment.pathsToLink = [
      "/bin" "/etc/xdg" "/share/applications" "/share/bash-completion" "/share/i18n" "/share/icons" "/share/info" "/share/locale"
      "/share/man" "/share/mime" "/share/terminfo" "/share/zoneinfo" "/lib/terminfo"
    ];
    system.path = pkgs.buildEnv {
      name = "system-path";
      paths = lib.sort (a: b: priority a < priority b) cfg.systemPackages;
      pathsToLink = lib.unique cfg.pathsToLink;
      postBuild = cfg.extraSetup;
    };
  };
}
