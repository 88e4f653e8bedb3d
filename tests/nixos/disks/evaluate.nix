# What follows from a declaration of disks, as data: the module by itself, with the options that it sets.
configuration:
let
  lib = import /collection/lib;
  any = lib.mkOption { default = { }; type = lib.types.anything; };
  list = lib.mkOption { default = [ ]; type = lib.types.listOf lib.types.anything; };
  evaluated = lib.evalModules {
    specialArgs.pkgs = builtins.listToAttrs (map (name: { inherit name; value = name; })
      [ "util-linux" "fdisk" "e2fsprogs" "dosfstools" "btrfs-progs" "xfsprogs" ]) // { writeText = _: text: text; };
    modules = [
      /collection/modules/disks/disks.nix
      configuration
      {
        options = {
          fileSystems = any;
          swapDevices = list;
          boot.initrd.luks.devices = any;
          boot.initrd.availableKernelModules = list;
          boot.swraid.enable = lib.mkEnableOption "arrays";
          boot.initrd.services.lvm.enable = lib.mkEnableOption "groups";
          boot.loader.grub.devices = list;
          environment.systemPackages = list;
          system.build = any;
          system.systemBuilderCommands = lib.mkOption { default = ""; type = lib.types.lines; };
          assertions = list;
        };
      }
    ];
  };
  inherit (evaluated) config;
in
{
  inherit (config) fileSystems swapDevices;
  luks = config.boot.initrd.luks.devices;
  arrays = config.boot.swraid.enable;
  groups = config.boot.initrd.services.lvm.enable;
  grub = config.boot.loader.grub.devices;
  layout = config.system.build.diskLayout or null;
  failed = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
}
