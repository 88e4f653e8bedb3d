# Whether LVM is in a system and in its first stage: the module by itself, with the options that it reads and sets.
configuration:
let
  lib = import /collection/lib;
  any = lib.mkOption { default = { }; type = lib.types.anything; };
  list = lib.mkOption { default = [ ]; type = lib.types.listOf lib.types.anything; };
  inherit (lib.evalModules {
    specialArgs.pkgs.lvm2 = { type = "derivation"; name = "lvm2"; outPath = "/lvm2"; };
    modules = [
      /collection/modules/tasks/lvm.nix
      configuration
      ({ config, ... }: {
        options = {
          fileSystems = any;
          swapDevices = list;
          boot.initrd = {
            luks.devices = any;
            kernelModules = list;
            availableKernelModules = list;
            extraUtilsCommands = lib.mkOption { default = ""; type = lib.types.lines; };
            extraUtilsCommandsTest = lib.mkOption { default = ""; type = lib.types.lines; };
          };
          environment.systemPackages = list;
          services.udev.packages = list;
          systemd = { packages = list; sockets = any; services = any; };
          system.build = any;
        };
        config.system.build.bootFileSystems = builtins.filter (fs: fs.neededForBoot or false) (builtins.attrValues config.fileSystems);
      })
    ];
  }) config;
in
{
  system = config.environment.systemPackages != [ ];
  firstStage = config.boot.initrd.extraUtilsCommands != "";
}
