# A machine whose root is checked, and grown to its disk.
{ lib, pkgs, ... }:

{
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  boot.initrd.postMountCommands = ''echo "a hook is at $targetRoot"'';
  fileSystems = lib.mkVMOverride { "/" = { autoResize = true; noCheck = lib.mkForce false; }; };
  nix.enable = false;
}
