# A person's machine with GNOME, which also serves.
{ pkgs, ... }:
{
  boot.loader.systemd-boot.enable = true;
  fileSystems."/" = { device = "/dev/disk/by-label/root"; fsType = "ext4"; };
  fileSystems."/boot" = { device = "/dev/disk/by-label/boot"; fsType = "vfat"; };
  swapDevices = [ { device = "/dev/disk/by-label/swap"; } ];
  networking = { hostName = "desk"; networkmanager.enable = true; firewall.allowedTCPPorts = [ 80 443 ]; };
  time.timeZone = "Europe/Vienna";
  i18n.defaultLocale = "de_AT.UTF-8";
  console.keyMap = "de";
  services.xserver = {
    enable = true;
    layout = "at";
    displayManager.gdm.enable = true;
    desktopManager.gnome3.enable = true;
  };
  services.openssh = { enable = true; passwordAuthentication = false; };
  services.nginx = {
    enable = true;
    recommendedTlsSettings = true;
    virtualHosts."example.org" = {
      locations."/".root = "/srv/www";
      locations."/api/".proxyPass = "http://127.0.0.1:8080";
    };
  };
  services.postgresql = { enable = true; package = pkgs.postgresql_12; ensureDatabases = [ "app" ]; };
  services.printing.enable = true;
  sound.enable = true;
  hardware.pulseaudio.enable = true;
  users.users.ada = {
    isNormalUser = true;
    extraGroups = [ "wheel" "networkmanager" ];
    openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPrJTzPPZsmS6gQDjvnOpUEpNYqBn7fS0RYyPhMVRGtm ada" ];
  };
  # Only needed for manuals, and in a tree without the generated Haskell packages not there.
  nixpkgs.overlays = [ (self: super: { pandoc = self.hello; }) ];
  environment.systemPackages = with pkgs; [ git vim firefox libreoffice ];
  virtualisation.docker.enable = true;
}
