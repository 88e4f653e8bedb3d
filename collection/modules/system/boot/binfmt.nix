# Programs that the kernel cannot run itself: which other program runs them, by how their files begin or end.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.binfmt;

  # What programs of a machine begin with, and which bits of that count, as QEMU's own tables have it: the ELF header up to the
  # machine's number.
  elf = { bits, little ? true, machine }:
    let
      high = builtins.substring 0 2 machine;
      low = builtins.substring 2 2 machine;
    in
    {
      magicOrExtension = "\\x7fELF\\x0${if bits == 64 then "2" else "1"}\\x0${if little then "1" else "2"}\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        + (if little then "\\x02\\x00\\x${low}\\x${high}" else "\\x00\\x02\\x${high}\\x${low}");
      mask = "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff"
        + (if little then "\\xfe\\xff\\xff\\xff" else "\\xff\\xfe\\xff\\xff");
    };
  machines = {
    aarch64-linux = { qemu = "aarch64"; } // elf { bits = 64; machine = "00b7"; };
    armv7l-linux = { qemu = "arm"; } // elf { bits = 32; machine = "0028"; };
    armv6l-linux = { qemu = "arm"; } // elf { bits = 32; machine = "0028"; };
    i686-linux = { qemu = "i386"; } // elf { bits = 32; machine = "0003"; };
    riscv64-linux = { qemu = "riscv64"; } // elf { bits = 64; machine = "00f3"; };
    riscv32-linux = { qemu = "riscv32"; } // elf { bits = 32; machine = "00f3"; };
    powerpc64-linux = { qemu = "ppc64"; } // elf { bits = 64; little = false; machine = "0015"; };
    powerpc64le-linux = { qemu = "ppc64le"; } // elf { bits = 64; machine = "0015"; };
    s390x-linux = { qemu = "s390x"; } // elf { bits = 64; little = false; machine = "0016"; };
    loongarch64-linux = { qemu = "loongarch64"; } // elf { bits = 64; machine = "0102"; };
  };

  registration = {
    options = {
      recognitionType = mkOption { type = types.enum [ "magic" "extension" ]; default = "magic"; description = "Whether files are known by how they begin, or by how their name ends."; };
      offset = mkOption { type = types.nullOr types.int; default = null; description = "Where the beginning lies."; };
      magicOrExtension = mkOption { type = types.str; description = "The beginning, or the end of the name."; };
      mask = mkOption { type = types.nullOr types.str; default = null; description = "Which bits of the beginning count."; };
      interpreter = mkOption { type = types.path; description = "What runs them."; };
      preserveArgvZero = mkOption { type = types.bool; default = false; description = "Whether it is told the name that was typed."; };
      openBinary = mkOption { type = types.bool; default = false; description = "Whether it gets the file opened."; };
      matchCredentials = mkOption { type = types.bool; default = false; description = "Whether it has the rights of the file's owner where the file says so."; };
      fixBinary = mkOption { type = types.bool; default = false; description = "Whether it is opened now, and so works in containers too."; };
      wrapInterpreterInShell = mkOption { type = types.bool; default = false; internal = true; description = "Not needed here."; };
    };
  };
  line = name: r: ":${name}:${if r.recognitionType == "magic" then "M" else "E"}:${lib.optionalString (r.offset != null) (toString r.offset)}:${r.magicOrExtension}:${lib.optionalString (r.mask != null) r.mask}:${r.interpreter}:"
    + lib.optionalString r.preserveArgvZero "P" + lib.optionalString (r.openBinary && !r.matchCredentials) "O" + lib.optionalString r.matchCredentials "C" + lib.optionalString r.fixBinary "F" + "\n";
in
{
  imports = [ (lib.mkRenamedOptionModule [ "boot" "binfmtMiscRegistrations" ] [ "boot" "binfmt" "registrations" ]) ];

  options.boot.binfmt = {
    registrations = mkOption { type = types.attrsOf (types.submodule registration); default = { }; description = "Kinds of programs, by name."; };
    emulatedSystems = mkOption {
      type = types.listOf (types.enum (builtins.attrNames machines));
      default = [ ];
      example = [ "aarch64-linux" ];
      description = "Other machines whose programs run here, by QEMU. Nix may build for them too.";
    };
    addEmulatedSystemsToNixSandbox = mkOption { type = types.bool; default = true; description = "Whether Nix does."; };
    preferStaticEmulators = mkOption { type = types.bool; default = true; internal = true; description = "They always are."; };
  };

  config = lib.mkMerge [
    {
      boot.binfmt.registrations = lib.genAttrs cfg.emulatedSystems (system: {
        inherit (machines.${system}) magicOrExtension mask;
        interpreter = lib.mkDefault "${pkgs.qemu-user-static}/bin/qemu-${machines.${system}.qemu}-static";
        fixBinary = lib.mkDefault true;
        preserveArgvZero = lib.mkDefault true;
      });
      nix.settings.extra-platforms = lib.mkIf (cfg.addEmulatedSystemsToNixSandbox && cfg.emulatedSystems != [ ]) cfg.emulatedSystems;
    }
    (lib.mkIf (cfg.registrations != { }) {
      environment.etc."binfmt.d/nixos.conf".text = lib.concatStrings (lib.mapAttrsToList line cfg.registrations);
      boot.kernelModules = [ "binfmt_misc" ];
      systemd.additionalUpstreamSystemUnits = [ "proc-sys-fs-binfmt_misc.automount" "proc-sys-fs-binfmt_misc.mount" "systemd-binfmt.service" ];
      systemd.targets.sysinit.wants = [ "systemd-binfmt.service" "proc-sys-fs-binfmt_misc.automount" ];
      systemd.services.systemd-binfmt.restartTriggers = [ config.environment.etc."binfmt.d/nixos.conf".source ];
    })
  ];
}
