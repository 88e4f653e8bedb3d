# A system that becomes images.
{
  imports = [ ./common.nix ];
  networking.hostName = "imaged";
  boot.loader.grub.enable = true;
  boot.loader.grub.device = "/dev/vda";
  boot.loader.timeout = 1;
  fileSystems."/" = { label = "nixos"; fsType = "ext4"; };
}
