# What each line of this would have to be refused for, where a test turns it on.
{ config, lib, ... }:

{
  options.wrong = lib.mkOption { type = lib.types.listOf lib.types.str; };

  config = lib.mkMerge [
    (lib.mkIf (builtins.elem "login" config.wrong) {
      users.mutableUsers = false;
    })
    (lib.mkIf (builtins.elem "ids" config.wrong) {
      users.users.anna = { isNormalUser = true; uid = 1000; };
      users.users.berta = {
        isNormalUser = true;
        uid = 1000;
      };
    })
    (lib.mkIf (builtins.elem "dangling" config.wrong) {
      fileSystems."/data" = {
        device = "/dev/sdb";
        depends = [ "/nowhere" ];
      };
    })
    (lib.mkIf (builtins.elem "mounts" config.wrong) {
      fileSystems."/a" = { device = "/dev/sdb"; depends = [ "/b" ]; };
      fileSystems."/b" = { device = "/dev/sdc"; depends = [ "/a" ]; };
    })
    (lib.mkIf (builtins.elem "units" config.wrong) {
      systemd.services.one.after = [ "two.service" ];
      systemd.timers.three = { after = [ "one.service" ]; before = [ "two.service" ]; };
      systemd.services.two = { };
    })
    (lib.mkIf (builtins.elem "steps" config.wrong) {
      system.activationScripts.first.deps = [ "second" ];
      system.activationScripts.second.deps = [ "first" ];
    })
    (lib.mkIf (builtins.elem "ports" config.wrong) {
      services.openssh.enable = true;
      services.openssh.ports = [ 22 2222 ];
      systemd.sockets.echo.listenStreams = [ "127.0.0.1:2222" "/run/echo" "2223" ];
      systemd.sockets.other.listenStreams = [ "127.0.0.2:2224" "[::1]:2225" ];
      systemd.sockets.third.listenStreams = [ "127.0.0.1:2224" ];
      systemd.sockets.third.listenDatagrams = [ "22" ];
    })
    (lib.mkIf (builtins.elem "own" config.wrong) {
      assertions = [
        {
          assertion = false;
          message = "This cannot be.";
        }
      ];
    })
    (lib.mkIf (builtins.elem "loader" config.wrong) {
      boot.loader.external.enable = lib.mkForce false;
      boot.loader.grub.enable = lib.mkForce false;
    })
    (lib.mkIf (builtins.elem "root" config.wrong) {
      fileSystems."/".enable = false;
    })
    {
      fileSystems."/".label = "nixos";
      boot.loader.external.enable = true;
    }
  ];
}
