# What is different in a container: the kernel, the devices and the clock are the host's.
{ config, lib, ... }:

let
  inherit (lib) mkDefault mkOption types;
in
{
  options.boot.isContainer = mkOption {
    type = types.bool;
    default = false;
    description = "Whether the system runs as a container on a host that has the kernel.";
  };

  config = lib.mkIf config.boot.isContainer {
    services.udev.enable = mkDefault false;
    console.enable = mkDefault false;
    # What is there comes from the host.
    systemd.services = lib.genAttrs [ "systemd-remount-fs" "systemd-random-seed" "systemd-udevd" ] (_: { enable = false; });
  };
}
