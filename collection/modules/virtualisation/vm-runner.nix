# The program that starts the virtual machine by hand, `bin/run-NAME-vm` of `system.build.vm`, with NixOS's variables: the disk
# is $NIX_DISK_IMAGE, or NAME.raw in the current folder, and is kept; $QEMU_OPTS, $QEMU_KERNEL_PARAMS and $QEMU_NET_OPTS add to
# what QEMU is told. The processor is emulated where the host lends none.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation;
  inherit (config.networking) hostName;
  port = options: mkOption ({ type = types.port; } // options);

  forward = { from, proto, host, guest }:
    if from == "host"
    then "hostfwd=${proto}:${host.address}:${toString host.port}-${guest.address}:${toString guest.port}"
    else "guestfwd=${proto}:${guest.address}:${toString guest.port}-cmd:${pkgs.netcat-openbsd}/bin/nc ${host.address} ${toString host.port}";
in
{
  options.virtualisation = {
    graphics = mkOption { type = types.bool; default = false; description = "Whether the machine has a window; without one its console is the terminal."; };
    qemu.package = mkOption { type = types.package; default = pkgs.qemu-system-x86; description = "The QEMU that the machine runs in when it is started by hand."; };
    forwardPorts = mkOption {
      default = [ ];
      example = [ { host.port = 8080; guest.port = 80; } ];
      description = "Ports of the host that lead into the machine, or the other way round.";
      type = types.listOf (types.submodule {
        options = {
          from = mkOption { type = types.enum [ "host" "guest" ]; default = "host"; description = "Who connects."; };
          proto = mkOption { type = types.enum [ "tcp" "udp" ]; default = "tcp"; description = "The protocol."; };
          host.address = mkOption { type = types.str; default = ""; description = "The host's address."; };
          host.port = port { description = "The host's port."; };
          guest.address = mkOption { type = types.str; default = ""; description = "The machine's address."; };
          guest.port = port { description = "The machine's port."; };
        };
      });
    };
  };

  config.system.build.vmRunner = pkgs.writeShellScriptBin "run-${hostName}-vm" ''
    set -eu
    disk=''${NIX_DISK_IMAGE:-${hostName}.raw}
    if [ ! -e "$disk" ]; then
      ${pkgs.coreutils}/bin/cp --sparse=always ${config.system.build.emptyDisk} "$disk.new"
      ${pkgs.coreutils}/bin/chmod 600 "$disk.new"
      ${pkgs.coreutils}/bin/mv "$disk.new" "$disk"
    fi
    if [ -w /dev/kvm ]; then processor=max; else processor=${lib.escapeShellArg cfg.qemu.emulatedProcessor}; fi
    exec ${cfg.qemu.package}/bin/qemu-system-x86_64 \
      -name ${hostName} -machine accel=kvm:tcg -cpu "$processor" \
      -m ${toString cfg.memorySize} -smp ${toString cfg.cores} -no-reboot ${lib.optionalString (!cfg.graphics) "-nographic"} \
      -kernel ${config.system.build.toplevel}/kernel -initrd ${config.system.build.toplevel}/initrd \
      -append "${toString config.boot.kernelParams} init=${config.system.build.toplevel}/init ''${QEMU_KERNEL_PARAMS:-}" \
      -drive if=virtio,format=raw,file="''${disk//,/,,}" \
      -drive if=virtio,format=raw,readonly=on,file=${config.system.build.storeImage} \
      -netdev ${lib.escapeShellArg (lib.concatStringsSep "," ([ "user" "id=net0" ] ++ map forward cfg.forwardPorts))}"''${QEMU_NET_OPTS:+,$QEMU_NET_OPTS}" \
      -device virtio-net-pci,netdev=net0,romfile= -device virtio-rng-pci \
      ${lib.escapeShellArgs cfg.qemu.options} ''${QEMU_OPTS:-} "$@"
  '';
}
