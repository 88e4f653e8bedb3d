# The second stage of the boot: the script that the first one ends in, which activates the system and becomes systemd.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
in
{
  options.boot = {
    postBootCommands = mkOption {
      type = types.lines;
      default = "";
      example = "rm -f /var/log/messages";
      description = "Shell commands just before systemd starts.";
    };
    readOnlyNixStore = mkOption {
      type = types.bool;
      default = true;
      description = "Whether nothing but the package manager can write to {file}`/nix/store`.";
    };
    systemdExecutable = mkOption {
      type = types.str;
      default = "/run/current-system/systemd/lib/systemd/systemd";
      description = "The program that the machine's first process becomes.";
    };
  };

  config.system.build.bootStage2 = pkgs.runCommand "stage-2-init.sh"
    {
      script = ./stage-2-init.sh;
      inherit (config.boot) systemdExecutable postBootCommands;
      passAsFile = [ "postBootCommands" ];
      PATH = "${pkgs.coreutils}/bin:${pkgs.sed}/bin";
    }
    ''
      sed -e "s|@shell@|${pkgs.bash}/bin/bash|" \
        -e "s|@path@|${lib.makeBinPath [ config.system.build.busybox pkgs.coreutils pkgs.util-linux pkgs.mount ]}|" \
        -e "s|@readOnlyNixStore@|${lib.optionalString config.boot.readOnlyNixStore "1"}|" \
        -e "s|@systemdExecutable@|$systemdExecutable|" \
        -e "/^@postBootCommands@$/{r $postBootCommandsPath
      d}" $script > $out
      chmod +x $out
      ${pkgs.bash}/bin/bash -n $out
    '';
}
