# Arrays of disks that the kernel makes (md RAID): the first stage of the boot puts them together, so that the root file system may
# lie on one. An array that misses a disk is started without it when the disk does not come.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.swraid;
  conf = pkgs.writeText "mdadm.conf" ''
    HOMEHOST <ignore>
    ${cfg.mdadmConf}
  '';
in
{
  options.boot.swraid = {
    enable = mkOption { type = types.bool; default = false; description = "Whether arrays of disks are put together when the machine starts."; };
    mdadmConf = mkOption {
      type = types.lines;
      default = "";
      example = "MAILADDR root";
      description = "Lines of {manpage}`mdadm.conf(5)`.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ pkgs.mdadm ];
    environment.etc."mdadm.conf".source = conf;
    services.udev.packages = [ pkgs.mdadm ];

    boot.initrd = {
      # No device asks for arrays, and mdadm finds none before the kernel knows them; the levels are loaded as arrays need them.
      kernelModules = [ "md_mod" ];
      availableKernelModules = [ "raid0" "raid1" "raid10" "raid456" ];
      extraUtilsCommands = ''
        copy_bin_and_libs ${pkgs.mdadm}/bin/mdadm
        cp ${conf} $out/lib/mdadm.conf
      '';
      extraUtilsCommandsTest = "$out/bin/mdadm --version";
      # Before volumes are opened that lie on them.
      preLVMCommands = lib.mkBefore ''
        # Every device that is a part of an array is given to it; the last one starts it.
        assembleArrays() {
          for member in /sys/class/block/*; do
            case ''${member##*/} in
              loop* | ram* | md*) ;;
              *) mdadm --incremental --quiet --config=/lib/mdadm.conf "/dev/''${member##*/}" ;;
            esac
          done 2>/dev/null
        }
        assembleArrays
        waited=0
        while { [ ! -s /proc/mdstat ] || ! grep -q '^md' /proc/mdstat || grep -q '^md.* inactive' /proc/mdstat; } && [ $waited -lt 50 ]; do
          sleep 0.2
          waited=$((waited + 1))
          loadForHardware
          assembleArrays
        done
        if grep -q '^md.* inactive' /proc/mdstat; then
          say "an array misses a disk, and is started without it"
          mdadm --incremental --run --scan --config=/lib/mdadm.conf
        fi
      '';
    };
  };
}
