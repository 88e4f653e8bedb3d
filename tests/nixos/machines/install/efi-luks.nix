# One disk, started by systemd-boot from EFI; everything but the EFI system partition is encrypted, and in it are volumes of LVM.
{
  imports = [ ./common.nix ];
  networking.hostName = "luks";
  boot.loader.systemd-boot.enable = true;
  boot.loader.systemd-boot.bootCounting.enable = true;
  disko.devices.disk.main = {
    device = "/dev/disk/by-id/virtio-luks";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          type = "EF00";
          size = "300M";
          content = { type = "filesystem"; format = "vfat"; mountpoint = "/boot"; mountOptions = [ "umask=0077" ]; };
        };
        root.content = {
          type = "luks";
          name = "crypted";
          passwordFile = "/tmp/passphrase";
          # An emulated processor is slow; what this costs to guess does not matter here.
          extraFormatArgs = [ "--pbkdf=pbkdf2" "--pbkdf-force-iterations=1000" ];
          content = { type = "lvm_pv"; vg = "pool"; };
        };
      };
    };
  };
  disko.devices.lvm_vg.pool.lvs = {
    root = { size = "1100M"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };
    # Not the first stage's, but udev's.
    my-data.content = { type = "filesystem"; format = "ext4"; mountpoint = "/data"; };
  };
}
