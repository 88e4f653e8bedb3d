# Activation: steps of shell, each of which makes one part of the running machine what the configuration says, and may be run
# again at any time. They name the steps that must come before them.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.system.activationScripts;

  # Programs that start several times faster than those of GNU, since they are one file without libraries.
  busybox = pkgs.runCommand "busybox-programs" { PATH = "${pkgs.busybox-static}/bin"; } ''
    busybox mkdir -p $out/bin
    for program in $(busybox --list); do busybox ln -s ${pkgs.busybox-static}/bin/busybox $out/bin/$program; done
  '';

  path = map (name: pkgs.${name}) [ "coreutils" "grep" "findutils" "libc-bin" "passwd" "hostname" "util-linux" "mount" "e2fsprogs" ];

  step = types.submodule {
    options = {
      deps = mkOption { type = types.listOf types.str; default = [ ]; description = "The steps before this one."; };
      text = mkOption { type = types.lines; default = ""; description = "Shell commands."; };
      supportsDryActivation = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the step only tells what it would do when `$NIXOS_ACTION` is `dry-activate`.";
      };
      busybox = mkOption {
        internal = true;
        type = types.bool;
        default = false;
        description = "Whether busybox's programs go before all others, because the step needs none of the options that they lack.";
      };
    };
  };

  wrapStep = name: { text, deps, ... }@step: {
    inherit deps;
    text = ''
      #### Activation step ${name}:
      _localstatus=0
      ${lib.optionalString step.busybox "PATH=${busybox}/bin:$PATH"}
      ${text}
      ${lib.optionalString step.busybox "PATH=\${PATH#*:}"}

      if (( _localstatus > 0 )); then
        printf "Activation step '%s' failed (%s)\n" "${name}" "$_localstatus"
      fi
    '';
  };

  # A step that fails does not keep the others from being done; the end's status tells.
  script = { dry, steps }:
    let
      known = builtins.mapAttrs (_: s: s // { deps = builtins.filter (name: steps ? ${name}) s.deps; }) steps;
      wrapped = builtins.mapAttrs wrapStep known;
    in
    ''
      #!${pkgs.bash}/bin/bash

      systemConfig='@out@'

      export PATH=${lib.makeBinPath path}
      ${lib.optionalString dry "export NIXOS_ACTION=dry-activate"}

      _status=0
      _localstatus=0
      trap "_status=1 _localstatus=\$?" ERR

      # Files are made for everybody to read.
      umask 0022

      isMounted() {
        local place rest
        while read -r _ place rest; do if [ "$place" = "$1" ]; then return 0; fi; done < /proc/mounts
        return 1
      }
      # Makes PATH a link to TARGET by one rename, if it is none yet: linkTo TARGET PATH
      linkTo() {
        if [ -L "$2" ] && [ "$(readlink "$2")" = "$1" ]; then return 0; fi
        [ -d "''${2%/*}" ] || mkdir -p "''${2%/*}"
        if [ ! -e "$2" ] && [ ! -L "$2" ]; then ln -s "$1" "$2" && return 0; fi
        ln -sfn "$1" "''${2%/*}/.''${2##*/}.tmp" && mv -fT "''${2%/*}/.''${2##*/}.tmp" "$2"
      }

      ${lib.textClosureMap lib.id wrapped (builtins.attrNames wrapped)}
    '' + lib.optionalString (!dry) ''
      PATH=${busybox}/bin
      # The system is the current one, and kept.
      linkTo "$systemConfig" /run/current-system
      linkTo /run/current-system /nix/var/nix/gcroots/current-system
    '' + ''

      exit $_status
    '';
  # A container's folder is the host's, which could not delete it.
  seal = if config.boot.isContainer or false then "true" else "chattr -f +i /var/empty || true";

in
{
  options.system = {
    activationScripts = mkOption {
      default = { };
      type = types.attrsOf (types.coercedTo types.str lib.noDepEntry step);
      example = lib.literalExpression ''
        { stdio = { text = "ln -sfn /proc/self/fd /dev/fd"; deps = [ ]; }; }
      '';
      description = ''
        The steps of the activation, which runs when the machine starts and when it is switched to another system. Each can be
        done again and again, and is quick.
      '';
    };
    activatable = mkOption { type = types.bool; default = true; description = "Whether the system has an activation."; };
  };

  config = {
    system.build.busybox = busybox;
    system.build.activationScript = script { dry = false; steps = cfg; };
    system.build.dryActivationScript = script { dry = true; steps = lib.filterAttrs (_: s: s.supportsDryActivation) cfg; };

    system.activationScripts = {
      specialfs = {
        busybox = true;
        text = ''
          # What systemd would mount too: here for what runs before it, and for a change of the options.
          specialMount() {
            if isMounted "$2"; then options=remount,$3; else mkdir -p "$2"; options=$3; fi
            mount -t "$4" -o "$options" "$1" "$2"
          }
          specialMount devpts /dev/pts "nosuid,noexec,mode=620,ptmxmode=0666,gid=${toString config.ids.gids.tty}" devpts
          specialMount tmpfs /dev/shm "nosuid,nodev,strictatime,mode=1777" tmpfs
          specialMount ramfs /run/keys "nosuid,nodev,mode=750" ramfs
        '';
      };

      binsh = {
        busybox = true;
        text = "linkTo ${config.environment.binsh} /bin/sh";
      };

      usrbinenv = {
        busybox = true;
        text =
          if config.environment.usrbinenv == null then ''
            rm -f /usr/bin/env
            rmdir --ignore-fail-on-non-empty -p /usr/bin 2> /dev/null || true
          '' else "linkTo ${config.environment.usrbinenv} /usr/bin/env";
      };

      var = {
        busybox = true;
        text = ''
          [ -d /var/tmp ] || mkdir -p /var/tmp
          chmod 1777 /var/tmp
          isEmpty() {
            local name
            for name in "$1"/* "$1"/.[!.]* "$1"/..?*; do if [ -e "$name" ] || [ -L "$name" ]; then return 1; fi; done
          }
          # Programs that need a home and must not have one get this: empty, and so it stays.
          if [ ! -e /var/empty ]; then
            mkdir -m 0555 /var/empty
            ${seal}
          elif { : > /var/empty/.written; } 2> /dev/null || ! isEmpty /var/empty; then
            chattr -f -i /var/empty || true
            find /var/empty -mindepth 1 -delete
            chmod 0555 /var/empty
            chown 0:0 /var/empty
            ${seal}
          fi
        '';
      };

      users = {
        deps = [ "var" ];
        supportsDryActivation = true;
        text = ''
          ${lib.getExe (pkgs.writePerl "update-users-groups" ./update-users-groups.pl)} ${pkgs.writeText "users-groups" config.system.build.usersText}
        '';
      };
      groups = { deps = [ "users" ]; text = ""; };

      etc = {
        deps = [ "users" "groups" ];
        text = ''
          ${lib.getExe (pkgs.writePerl "setup-etc" ./setup-etc.pl)} ${config.system.build.etc}/etc
        '';
      };

      hostname = lib.mkIf (config.networking.hostName != "") {
        busybox = true;
        text = ''[ "$(< /proc/sys/kernel/hostname)" = "${config.networking.hostName}" ] || hostname "${config.networking.hostName}"'';
      };

      modprobe.text = ''
        # The kernel itself loads modules by this program.
        if [ -w /proc/sys/kernel/modprobe ]; then echo ${pkgs.kmod}/bin/modprobe > /proc/sys/kernel/modprobe; fi
      '';

      udevd.text = ''
        # udev's rules name programs by their paths; firmware is the kernel's own business.
        if [ -w /proc/sys/kernel/hotplug ]; then echo > /proc/sys/kernel/hotplug; fi
        if [ -w /sys/module/firmware_class/parameters/path ]; then
          echo -n ${config.system.build.firmware}/lib/firmware > /sys/module/firmware_class/parameters/path
        fi
      '';

      nix = {
        busybox = true;
        text = ''
          missing=()
          for folder in /nix/var/nix/{db,profiles/per-user,gcroots/per-user,temproots,userpool}; do
            [ -d "$folder" ] || missing+=("$folder")
          done
          if (( ''${#missing[@]} > 0 )); then mkdir -p "''${missing[@]}"; fi
        '';
      };
    };

    # One account or group a line; a field is empty, or has a value behind `=`.
    system.build.usersText =
      let
        manifest = config.system.build.usersManifest;
        field = value: if value == null then "" else if builtins.isBool value then "=${if value then "1" else "0"}" else "=${toString value}";
        line = fields: lib.concatStringsSep "\t" fields + "\n";
        ranges = start: list: map (r: "${toString r.${start}}+${toString r.count}") list;
      in
      line [ "options" (field manifest.mutableUsers) ]
      + lib.concatMapStrings (g: line [ "group" (field g.name) (field g.gid) (field (lib.concatStringsSep "," g.members)) ]) manifest.groups
      + lib.concatMapStrings
        (u: line (
          [ "user" ]
          ++ map (name: field u.${name}) [
            "name" "uid" "group" "description" "home" "homeMode" "createHome" "isSystemUser" "shell" "hashedPassword" "password"
            "hashedPasswordFile" "initialPassword" "initialHashedPassword" "expires" "autoSubUidGidRange"
          ]
          ++ [ (field (lib.concatStringsSep "," (ranges "startUid" u.subUidRanges))) (field (lib.concatStringsSep "," (ranges "startGid" u.subGidRanges))) ]
        ))
        manifest.users;
  };
}
