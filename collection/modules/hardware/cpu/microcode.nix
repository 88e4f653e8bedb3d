# What a maker of processors has corrected in them, as a module: loaded by the kernel before anything else. The package is in the
# component non-free-firmware: hardware files turn this on by default, and a lock may lack it.
{ maker, package, folder, file }:
{ config, lib, pkgs, ... }:

let
  cfg = config.hardware.cpu.${maker};
  hasPackage = pkgs ? ${package};
  archive = pkgs.runCommand "${maker}-ucode.img" { PATH = "${pkgs.coreutils}/bin:${pkgs.cpio}/bin:${pkgs.findutils}/bin"; } ''
    mkdir -p kernel/x86/microcode
    cat ${pkgs.${package}}/lib/firmware/${folder}/* > kernel/x86/microcode/${file}
    find kernel -exec touch -h -d @1 {} +
    find kernel | sort | cpio --quiet -o -H newc -R 0:0 --reproducible > $out
  '';
in
{
  options.hardware.cpu.${maker}.updateMicrocode = lib.mkOption { type = lib.types.bool; default = false; description = "Whether the corrections are loaded, if the lock has their package."; };

  config = lib.mkIf cfg.updateMicrocode {
    boot.initrd.prepend = lib.mkIf hasPackage (lib.mkOrder 1 [ "${archive}" ]);
    warnings = lib.optional (!hasPackage) "The lock has no package ${package}, so that `hardware.cpu.${maker}.updateMicrocode' does nothing. It is in the archive's component non-free-firmware.";
  };
}
