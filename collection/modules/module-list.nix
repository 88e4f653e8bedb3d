# The modules of every system.
[
  ./config/networking.nix
  ./config/users-groups.nix
  ./misc/assertions.nix
  ./misc/ids.nix
  ./misc/meta.nix
  ./system/boot/systemd.nix
  ./system/build.nix
  ./system/etc/etc.nix
]
