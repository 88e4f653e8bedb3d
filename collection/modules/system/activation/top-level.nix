# The system as one store object: links to its parts, and the programs that make a machine run it.
{ config, lib, options, pkgs, extendModules, noUserModules, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.system;

  name = if config.networking.hostName == "" then "unnamed" else config.networking.hostName;

  bootDocument = {
    "org.nixos.bootspec.v1" = {
      inherit (pkgs.stdenv.hostPlatform or { system = "x86_64-linux"; }) system;
      kernel = "${cfg.build.kernel}/${cfg.boot.loader.kernelFile}";
      kernelParams = config.boot.kernelParams;
      label = "NixOS ${cfg.nixos.label} (Linux ${config.boot.kernelPackages.kernel.modDirVersion})";
      initrd = "${cfg.build.initialRamdisk}/${cfg.boot.loader.initrdFile}";
      toplevel = "@out@";
      init = "@out@/init";
    };
  };

  children = builtins.mapAttrs (_: child: child.configuration.system.build.toplevel) config.specialisation;
  childLinks = lib.concatStrings (lib.mapAttrsToList (child: toplevel: "ln -s ${toplevel} $out/specialisation/${lib.escapeShellArg child}\n") children);

  # A container has the host's kernel, and is not booted.
  hasKernel = !config.boot.isContainer;
  kernelCheck = lib.optionalString hasKernel ''
    kernel=${cfg.build.kernel}/${cfg.boot.loader.kernelFile}
    if [ ! -f "$kernel" ]; then
      echo "The bootloader cannot find the proper kernel image: $kernel" >&2
      exit 1
    fi
  '';
  kernelLinks = lib.optionalString hasKernel ''
    ln -s "$kernel" $out/kernel
    ln -s ${cfg.modulesTree} $out/kernel-modules
    ln -s ${cfg.build.initialRamdisk}/${cfg.boot.loader.initrdFile} $out/initrd
    ln -s ${cfg.build.initialRamdiskSecretAppender}/bin/append-initrd-secrets $out/append-initrd-secrets
    ln -s ${cfg.build.firmware}/lib/firmware $out/firmware
  '';

  toplevel = pkgs.runCommand "nixos-system-${name}-${cfg.nixos.label}"
    {
      activation = cfg.build.activationScript;
      dryActivation = cfg.build.dryActivationScript;
      bootJson = builtins.toJSON (lib.optionalAttrs hasKernel bootDocument);
      kernelParams = toString config.boot.kernelParams;
      extraDependencies = toString cfg.extraDependencies;
      configurationName = config.boot.loader.grub.configurationName;
      passAsFile = [ "activation" "dryActivation" "bootJson" "extraDependencies" ];
      PATH = "${pkgs.coreutils}/bin:${pkgs.sed}/bin:${pkgs.jq}/bin";
      # Build dependencies that leave no trace.
      checks = cfg.checks;
    }
    ''
      ${kernelCheck}
      mkdir -p $out/bin $out/specialisation $out/fine-tune

      ${kernelLinks}
      ln -s ${cfg.build.etc}/etc $out/etc
      ln -s ${cfg.path} $out/sw
      ln -s ${config.systemd.package} $out/systemd

      echo -n "$kernelParams" > $out/kernel-params
      echo -n "$configurationName" > $out/configuration-name
      echo -n "systemd ${toString config.systemd.interfaceVersion}" > $out/init-interface-version
      echo -n "${cfg.nixos.label}" > $out/nixos-version
      echo -n "${(pkgs.stdenv.hostPlatform or { system = "x86_64-linux"; }).system}" > $out/system
      cp "$extraDependenciesPath" $out/extra-dependencies

      sed "s|@out@|$out|g" "$activationPath" > $out/activate
      sed "s|@out@|$out|g" "$dryActivationPath" > $out/dry-activate
      sed "s|@systemConfig@|$out|g" ${cfg.build.bootStage2} > $out/init
      chmod +x $out/activate $out/dry-activate $out/init
      for script in activate dry-activate init; do ${pkgs.bash}/bin/bash -n $out/$script; done

      ${childLinks}
      # The specialisations' own documents, under their names.
      jq -S --arg out "$out" \
        'walk(if type == "string" then gsub("@out@"; $out) else . end) | ."org.nixos.specialisation.v1" = ($ARGS.named | del(.out) | map_values(.[0]))' \
        ${lib.concatStrings (lib.mapAttrsToList (child: toplevel: "--slurpfile ${lib.escapeShellArg child} ${toplevel}/boot.json ") children)} \
        "$bootJsonPath" > $out/boot.json

      ${cfg.systemBuilderCommands}
    '';

  checked = import ../../refusals.nix { inherit lib options; } { inherit (config) assertions warnings; };
in
{
  options = {
    specialisation = mkOption {
      default = { };
      description = "Variants of the system, each with an entry of its own in the boot menu.";
      type = types.attrsOf (types.submodule (local:
        let begin = if local.config.inheritParentConfig then extendModules else noUserModules.extendModules; in
        {
          options.inheritParentConfig = mkOption {
            type = types.bool;
            default = true;
            description = "Whether it is the system with something added; if not it has nothing of the system's own.";
          };
          options.configuration = mkOption {
            default = { };
            visible = "shallow";
            description = "What is added, or the whole configuration: options as in the system itself.";
            # A variant has none of its own.
            inherit (begin { modules = [ { specialisation = lib.mkOverride 0 { }; } ]; }) type;
          };
        }));
    };
    system = {
      extraDependencies = mkOption { type = types.listOf types.pathInStore; default = [ ]; description = "Store objects that are kept with the system."; };
      checks = mkOption { type = types.listOf types.package; default = [ ]; description = "Builds that must succeed before the system is one."; };
      systemBuilderCommands = mkOption { type = types.lines; internal = true; default = ""; description = "Shell commands at the end of the system's build."; };
    };
    boot.loader.grub.configurationName = mkOption { type = types.str; default = ""; description = "What the boot menu says beside the version."; };
  };

  config.system.build = {
    toplevel = checked toplevel;

    # No secret is put into an initrd so far; the program says so, and does nothing.
    initialRamdiskSecretAppender = pkgs.writeShellScriptBin "append-initrd-secrets" ''
      set -e
      if [ $# -ne 1 ]; then echo "Usage: $0 INITRD_FILE" >&2; exit 1; fi
    '';
  };
}
