# A machine without screen and keyboard: it restarts by itself when it fails, and asks nobody.
{ lib, ... }:

{
  boot.kernelParams = [ "panic=1" "boot.panic_on_fail" "vga=0x317" "nomodeset" ];
  systemd.services."serial-getty@ttyS0".enable = lib.mkDefault false;
  systemd.services."serial-getty@hvc0".enable = false;
  systemd.services."getty@tty1".enable = false;
  systemd.services."autovt@".enable = false;
  # Nobody could answer at its console.
  systemd.suppressedSystemUnits = [ "emergency.service" "emergency.target" ];
}
