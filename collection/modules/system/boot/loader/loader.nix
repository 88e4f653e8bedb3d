# The boot loader: what all of them have in common. `system.build.installBootLoader` is a program that makes the system which it is
# given the one that the machine starts, and puts every generation into the menu.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.loader;
  enabled = builtins.filter (name: cfg.${name}.enable) [ "grub" "systemd-boot" "external" ];

  menu = builtins.path { path = ./.; name = "boot-menu"; filter = path: _: baseNameOf path == "Boot.pm"; };

  # A program in Perl that writes a menu, with its configuration.
  makeInstaller = { name, file, path, config }: pkgs.writeShellScript name ''
    export PATH=${lib.makeBinPath ([ pkgs.coreutils pkgs.util-linux ] ++ path)}
    exec ${pkgs.perl}/bin/perl -I${menu} ${file} ${pkgs.writeText "${name}.json" (builtins.toJSON config)} "$@"
  '';
in
{
  options.boot.loader.timeout = mkOption {
    type = types.nullOr types.int;
    default = 5;
    description = "Seconds until the default entry is taken; with `null` the menu waits for ever.";
  };

  config = {
    _module.args.makeBootLoaderInstaller = makeInstaller;

    system.build.installBootLoader = lib.mkDefault (pkgs.writeShellScript "no-boot-loader" ''
      echo "warning: no boot loader is enabled, so nothing was done that makes the machine start $1" >&2
    '');
    # With the system goes what makes it the one that starts, for who has only the system: an installer, an image.
    system.systemBuilderCommands = "ln -s ${config.system.build.installBootLoader} $out/install-boot-loader";
    assertions = [
      {
        assertion = builtins.length enabled <= 1;
        message = "Only one boot loader can boot a machine: ${lib.concatMapStringsSep " and " (name: "boot.loader.${name}.enable") enabled} are set.";
      }
    ];
  };
}
