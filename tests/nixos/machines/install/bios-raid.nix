# Two disks with the same on both, started by GRUB from a BIOS.
{
  imports = [ ./common.nix ];
  networking.hostName = "raid";
  boot.loader.grub.enable = true;
  boot.loader.grub.extraConfig = ''
    serial --unit=0 --speed=115200
    terminal_input --append serial
    terminal_output --append serial
  '';
  disko.devices =
    let
      disk = number: {
        device = "/dev/disk/by-id/virtio-raid-${number}";
        content = {
          type = "gpt";
          partitions = {
            grub = { type = "EF02"; size = "1M"; };
            root.content = { type = "mdraid"; name = "root"; };
          };
        };
      };
    in
    {
      disk.a = disk "a";
      disk.b = disk "b";
      # New disks are the same, all zeros, and need not be copied to each other.
      mdadm.root = { level = 1; extraArgs = [ "--assume-clean" ]; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };
    };
}
