# The kernel: which one, its parameters, and its modules.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot;
  kernel = cfg.kernelPackages.kernel;

  # What belongs to the kernel and what others add, in one tree with one index.
  modulesTree = pkgs.runCommand "kernel-modules" { PATH = "${pkgs.coreutils}/bin:${pkgs.kmod}/bin"; } ''
    target=$out/lib/modules/${kernel.modDirVersion}
    mkdir -p $target
    for tree in ${toString ([ kernel ] ++ cfg.extraModulePackages)}; do
      for entry in $tree/lib/modules/${kernel.modDirVersion}/*; do
        name=''${entry##*/}
        if [ ! -e "$target/$name" ]; then ln -s "$(readlink -f "$entry")" "$target/$name"
        elif [ -d "$entry" ]; then
          if [ -L "$target/$name" ]; then first=$(readlink "$target/$name"); rm "$target/$name"; cp -rs "$first" "$target/$name"; chmod -R u+w "$target/$name"; fi
          cp -rsn "$(readlink -f "$entry")/." "$target/$name/"
        fi
      done
    done
    depmod -b $out ${kernel.modDirVersion}
  '';
in
{
  options = {
    boot.kernelPackages = mkOption {
      type = types.raw;
      default = pkgs.linuxPackages;
      defaultText = lib.literalExpression "pkgs.linuxPackages";
      example = lib.literalExpression "pkgs.linuxPackages_cloud";
      description = "The kernel, as the attribute `kernel` of a set, and the packages made for it.";
    };
    boot.kernelParams = mkOption {
      type = types.listOf (types.strMatching ''([^"[:space:]]|"[^"]*")+'' // { name = "kernelParam"; description = "string, with spaces inside double quotes"; });
      default = [ ];
      example = [ "quiet" "console=ttyS0" ];
      description = "Parameters on the kernel's command line.";
    };
    boot.consoleLogLevel = mkOption {
      type = types.int;
      default = 4;
      description = "Messages of the kernel that are more urgent than this level are shown at the console.";
    };
    boot.kernelModules = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "kvm-intel" ];
      description = "Modules that are loaded in the second stage of the boot.";
    };
    boot.extraModulePackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages with further modules.";
    };
    boot.blacklistedKernelModules = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "cirrusfb" ];
      description = "Modules that are not loaded by themselves.";
    };
    boot.extraModprobeConfig = mkOption {
      type = types.lines;
      default = "";
      example = "options parport_pc io=0x378 irq=7 dma=1";
      description = "Lines for {manpage}`modprobe.d(5)`.";
    };
    boot.kernel.sysctl = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.str types.int ]));
      default = { };
      example = { "net.ipv4.tcp_syncookies" = false; };
      description = "Parameters of the running kernel, as {manpage}`sysctl(8)` names them.";
    };
    hardware.firmware = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages whose {file}`lib/firmware` the kernel finds.";
    };
    system.modulesTree = mkOption {
      internal = true;
      description = "The tree of all kernel modules.";
    };
    system.boot.loader.kernelFile = mkOption {
      internal = true;
      type = types.str;
      default = "bzImage";
      description = "The kernel's file in its package.";
    };
  };

  config = {
    system.modulesTree = modulesTree;
    system.build.kernel = kernel;
    system.build.firmware = pkgs.buildEnv {
      name = "firmware";
      paths = config.hardware.firmware;
      pathsToLink = [ "/lib/firmware" ];
      postBuild = "mkdir -p $out/lib/firmware";
    };

    boot.kernelParams = [ "loglevel=${toString cfg.consoleLogLevel}" ];
    boot.kernel.sysctl."kernel.printk" = lib.mkDefault cfg.consoleLogLevel;

    environment.etc = {
      "modules-load.d/nixos.conf".text = lib.concatStringsSep "\n" cfg.kernelModules + "\n";
      "modprobe.d/nixos.conf".text =
        lib.concatMapStrings (name: "blacklist ${name}\n") cfg.blacklistedKernelModules + cfg.extraModprobeConfig;
      "sysctl.d/60-nixos.conf".text = lib.concatStrings (lib.mapAttrsToList
        (name: value: lib.optionalString (value != null) "${name}=${if value == false then "0" else toString value}\n")
        cfg.kernel.sysctl);
    };

    assertions = [
      {
        assertion = kernel ? modDirVersion;
        message = "boot.kernelPackages.kernel is no kernel: it has no modDirVersion.";
      }
    ];
  };
}
