# What a machine under test has: a shell of root's at a console that only the test's driver sees, and a boot that fails loudly.
{ config, lib, pkgs, ... }:

{
  config = {
    systemd.services.backdoor = {
      description = "Root shell of the test's driver";
      wantedBy = [ "multi-user.target" ];
      requires = [ "dev-hvc0.device" ];
      after = [ "dev-hvc0.device" ];
      # Whatever a switch of the system does, the driver keeps its shell.
      restartIfChanged = false;
      path = [ "/run/wrappers" "/run/current-system/sw" ];
      environment = { HOME = "/root"; USER = "root"; LC_ALL = "C"; TERM = "dumb"; };
      script = ''
        cd /root
        exec < /dev/hvc0 > /dev/hvc0
        stty -F /dev/hvc0 raw -echo
        echo "backdoor ready"
        exec ${pkgs.bash}/bin/bash --norc
      '';
      serviceConfig = { KillSignal = "SIGHUP"; StandardError = "journal+console"; };
    };
    systemd.services."serial-getty@hvc0".enable = false;
    # Processes that a command of the driver leaves behind must not hold up the end; what begins may take its time, for the
    # host may have other things to do.
    systemd.extraConfig = ''
      DefaultTimeoutStopSec=20s
      DefaultTimeoutStartSec=300s
      DefaultDeviceTimeoutSec=300s
    '';
    boot.initrd.kernelModules = [ "virtio_console" ];
    # An emulated processor betrays nothing that the kernel would have to hide from it. What it translates it keeps by address, so
    # that a library which lies elsewhere in each process would be translated anew for each. The kernel does not wait for a quiet
    # moment to take something away, and does not clear all memory that it gives out. The clock of each processor is the host's.
    boot.kernelParams = [
      "boot.panic_on_fail" "mitigations=off" "norandmaps" "rcupdate.rcu_expedited=1" "init_on_alloc=0" "tsc=reliable"
    ];
    boot.consoleLogLevel = lib.mkDefault 6;
    networking.hostName = lib.mkDefault "machine";
    users.users.root.initialHashedPassword = lib.mkOverride 150 "";
  };
}
