# A machine with something of every kind: what the example does not have.
{ config, lib, pkgs, ... }:

{
  networking.hostName = "large";
  networking.domain = "example.org";
  networking.firewall.allowedTCPPorts = [ 80 443 ];
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  boot.loader.systemd-boot.enable = true;
  boot.kernel.sysctl."net.ipv4.tcp_syncookies" = true;
  fileSystems = {
    "/" = { device = "/dev/disk/by-label/nixos"; fsType = "ext4"; };
    "/boot" = { device = "/dev/disk/by-label/ESP"; fsType = "vfat"; };
    "/data" = { device = "/dev/sdb1"; fsType = "ext4"; options = [ "noatime" ]; depends = [ "/" ]; };
  };
  swapDevices = [ { device = "/dev/sdb2"; } ];

  users.mutableUsers = false;
  users.users.anna = {
    isNormalUser = true;
    extraGroups = [ "wheel" "docker" ];
    shell = pkgs.zsh;
    hashedPassword = "$6$salt$hash";
    packages = [ pkgs.jq ];
    openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA anna" ];
  };
  programs.zsh = { enable = true; syntaxHighlighting.enable = true; };
  programs.fish.enable = true;
  programs.git = { enable = true; lfs.enable = true; config.init.defaultBranch = "main"; };
  programs.tmux = { enable = true; keyMode = "vi"; };
  programs.neovim.enable = true;
  programs.ssh.knownHosts."host.example.org".publicKey = "ssh-ed25519 BBBB";
  security.polkit.enable = true;
  security.doas.enable = true;
  hardware.bluetooth.enable = true;
  fonts = { packages = [ pkgs.dejavu_fonts ]; fontconfig.enable = true; };
  virtualisation.oci-containers.containers.hello = { image = "hello"; ports = [ "8080:80" ]; };
  services.openssh.enable = true;
  services.nginx = { enable = true; virtualHosts."example.org".root = "/data/www"; };
  services.postgresql.enable = true;
  services.fstrim.enable = true;
  systemd.services.own = {
    wantedBy = [ "multi-user.target" ];
    script = "exec ${lib.getExe (pkgs.writeShellApplication { name = "own"; runtimeInputs = [ pkgs.curl ]; text = "curl localhost"; })}";
    startAt = "daily";
  };
  environment.etc."own.json".source = (pkgs.formats.json { }).generate "own.json" { a = [ 1 2.5 "x" ]; };
  nixpkgs.overlays = [ (final: prev: { own = final.writeScriptBin "own" "echo"; }) ];
  environment.systemPackages = [ pkgs.own pkgs.openssh ];
  specialisation.small.configuration = { services.nginx.enable = lib.mkForce false; };
}
