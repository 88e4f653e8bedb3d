# One file from which the whole machine can be traced: packages, services, users and groups, kernel modules, the boot loader, and
# what is mounted where.
{ config, pkgs, ... }:

{
  networking.hostName = "phenex";

  boot.kernelPackages = pkgs.linuxPackages_cloud;
  boot.kernelModules = [ "loop" ];
  boot.loader.grub.enable = true;
  boot.loader.grub.device = "/dev/vda";

  fileSystems."/" = { label = "nixos"; fsType = "ext4"; };
  fileSystems."/tmp" = { device = "tmpfs"; fsType = "tmpfs"; options = [ "nosuid" "nodev" "mode=1777" ]; };

  environment.systemPackages = [ pkgs.git pkgs.python3 pkgs.vim ];

  services.openssh.enable = true;
  services.openssh.settings.PasswordAuthentication = false;

  networking.firewall.allowedTCPPorts = [ 80 ];
  services.nginx.enable = true;
  services.nginx.virtualHosts."phenex" = {
    default = true;
    locations."/".return = "200 'A machine from one file.'";
  };

  services.postgresql.enable = true;
  services.postgresql.ensureDatabases = [ "kb" ];
  services.postgresql.ensureUsers = [ { name = "kb"; ensureDBOwnership = true; } ];

  users.users.kb = {
    isNormalUser = true;
    description = "Kenny";
    extraGroups = [ "wheel" ];
    initialPassword = "phenex";
  };
}
