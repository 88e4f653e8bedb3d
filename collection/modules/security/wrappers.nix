# Programs that run with more rights than those of whoever calls them. The store has no such files, so they are copied to a file
# system of their own, /run/wrappers, whenever the system is activated.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;

  wrapper = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether the program is there."; };
      source = mkOption { type = types.path; description = "The program."; };
      program = mkOption { type = types.str; default = name; description = "The name it has in {file}`/run/wrappers/bin`."; };
      owner = mkOption { type = types.str; description = "The user it belongs to."; };
      group = mkOption { type = types.str; description = "The group it belongs to."; };
      setuid = mkOption { type = types.bool; default = false; description = "Whether it runs as its owner."; };
      setgid = mkOption { type = types.bool; default = false; description = "Whether it runs as its group."; };
      capabilities = mkOption { type = types.commas; default = ""; example = "cap_net_raw+ep"; description = "Single rights of root that it has."; };
      permissions = mkOption { type = types.strMatching "[ugorwx,+=-]*"; default = "u+rx,g+x,o+x"; description = "Who may call it."; };
    };
  };

  # Another file for each time, so that a program that runs is not written to. One call for all that have something in common,
  # since starting programs is what the activation spends its time with.
  target = w: "$wrapperDir/${lib.escapeShellArg w.program}";
  hasItsName = w: baseNameOf "${w.source}" == w.program;
  mode = w: "u-rwx,g-rwx,o-rwx,${w.permissions},u+${if w.setuid then "s" else "r"},g${if w.setgid then "+" else "-"}s";
  forAll = key: command: list:
    lib.concatStrings (lib.mapAttrsToList (value: alike: "${command value} ${lib.concatMapStringsSep " " target alike}\n") (lib.groupBy key list));
  place =
    lib.optionalString (lib.any hasItsName wrappers)
      "cp ${lib.concatMapStringsSep " " (w: "${w.source}") (builtins.filter hasItsName wrappers)} $wrapperDir/\n"
    + lib.concatMapStrings (w: "cp ${w.source} ${target w}\n") (builtins.filter (w: !hasItsName w) wrappers)
    + forAll (w: "${w.owner}:${w.group}") (owner: "chown ${owner}") wrappers
    + forAll mode (value: "chmod \"${value}\"") wrappers
    + forAll (w: w.capabilities) (value: "${pkgs.libcap2-bin}/bin/setcap ${lib.escapeShellArg value}") (builtins.filter (w: w.capabilities != "") wrappers);
  wrappers = builtins.filter (w: w.enable) (builtins.attrValues config.security.wrappers);

  # The kernel gives no rights to a script, and the file would be there without a use.
  checked = pkgs.runCommand "wrapped-programs" { } (lib.concatMapStrings
    (w: ''
      if [ "$(head -c 4 ${w.source} | tail -c 3)" != ELF ]; then
        echo "security.wrappers: "${lib.escapeShellArg w.program}": ${w.source} is no program that can have rights of its own" >&2
        exit 1
      fi
    '')
    wrappers + "mkdir $out");
  setuidRoot = source: { inherit source; setuid = true; owner = "root"; group = "root"; };
in
{
  options.security.wrappers = mkOption {
    type = types.attrsOf (types.submodule wrapper);
    default = { };
    example = lib.literalExpression ''{ ping = { source = "''${pkgs.iputils-ping}/bin/ping"; owner = "root"; group = "root"; capabilities = "cap_net_raw+ep"; }; }'';
    description = "The programs, by name.";
  };

  config = {
    security.wrappers = {
      su = setuidRoot "${pkgs.util-linux}/bin/su";
      passwd = setuidRoot "${pkgs.passwd}/bin/passwd";
      unix_chkpwd = setuidRoot "${pkgs.libpam-modules-bin}/bin/unix_chkpwd";
      dbus-daemon-launch-helper = {
        source = "${pkgs.dbus}/lib/dbus-1.0/dbus-daemon-launch-helper";
        setuid = true;
        owner = "root";
        group = "messagebus";
        permissions = "u+rx,g+rx,o-rx";
      };
    };

    system.checks = [ checked ];
    assertions = map
      (w: {
        assertion = w.setuid || w.setgid -> w.capabilities == "";
        message = "security.wrappers.${w.program} has capabilities, and it is setuid or setgid as well.";
      })
      wrappers;

    system.activationScripts.wrappers = {
      deps = [ "specialfs" "users" ];
      busybox = true;
      text = ''
        [ -d /run/wrappers ] || mkdir -p /run/wrappers
        isMounted /run/wrappers || mount -t tmpfs -o nodev,mode=755 tmpfs /run/wrappers
        # How they were made, and what the kernel said of them then: whatever is done to a file changes when that was.
        wrappersNow() {
          echo ${builtins.hashString "sha256" place}
          stat -c '%n %i %Z %a %U:%G' /run/wrappers/bin/. /run/wrappers/bin/* 2> /dev/null
        }
        if [ ! -e /run/wrappers/made ] || [ "$(wrappersNow)" != "$(< /run/wrappers/made)" ]; then
          wrapperDir=$(mktemp -d /run/wrappers/wrappers.XXXXXXXXXX)
          chmod a+rx "$wrapperDir"
          ${place}
          old=$([ ! -L /run/wrappers/bin ] || readlink /run/wrappers/bin)
          ln -sfn "$wrapperDir" /run/wrappers/.bin && mv -fT /run/wrappers/.bin /run/wrappers/bin
          if [ -n "$old" ]; then rm -rf "$old"; fi
          # What went wrong is tried again the next time.
          if (( _localstatus == 0 )); then wrappersNow > /run/wrappers/made; fi
        fi
      '';
    };
  };
}
