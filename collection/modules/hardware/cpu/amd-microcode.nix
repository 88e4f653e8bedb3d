# What AMD has corrected in its processors: loaded by the kernel before anything else.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.hardware.cpu.amd;
  archive = pkgs.runCommand "amd-ucode.img" { PATH = "${pkgs.coreutils}/bin:${pkgs.cpio}/bin:${pkgs.findutils}/bin"; } ''
    mkdir -p kernel/x86/microcode
    cat ${pkgs.amd64-microcode}/lib/firmware/amd-ucode/* > kernel/x86/microcode/AuthenticAMD.bin
    find kernel -exec touch -h -d @1 {} +
    find kernel | sort | cpio --quiet -o -H newc -R 0:0 --reproducible > $out
  '';
in
{
  options.hardware.cpu.amd.updateMicrocode = mkOption { type = types.bool; default = false; description = "Whether the corrections are loaded, if the lock has their package."; };

  # The package is in the component non-free-firmware: hardware files turn this on by default, and a lock may lack it.
  config = lib.mkIf cfg.updateMicrocode {
    boot.initrd.prepend = lib.mkIf (pkgs ? amd64-microcode) (lib.mkOrder 1 [ "${archive}" ]);
    warnings = lib.optional (!pkgs ? amd64-microcode) "The lock has no package amd64-microcode, so that `hardware.cpu.amd.updateMicrocode' does nothing. It is in the archive's component non-free-firmware.";
  };
}
