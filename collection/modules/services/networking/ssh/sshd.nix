# The secure shell's server.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.openssh;

  show = value: if value == true then "yes" else if value == false then "no" else if builtins.isList value then lib.concatStringsSep "," value else toString value;
  settings = lib.concatStrings (lib.mapAttrsToList (name: value: lib.optionalString (value != null) "${name} ${show value}\n") cfg.settings);

  keysOf = user: user.openssh.authorizedKeys.keys ++ map builtins.readFile user.openssh.authorizedKeys.keyFiles;
  withKeys = lib.filterAttrs (_: user: keysOf user != [ ]) config.users.users;
in
{
  options = {
    services.openssh = {
      enable = mkOption { type = types.bool; default = false; description = "Whether one can log in over the network by the secure shell."; };
      package = mkOption { type = types.package; default = pkgs.openssh-server; defaultText = lib.literalExpression "pkgs.openssh-server"; description = "The package of the server."; };
      openFirewall = mkOption { type = types.bool; default = true; description = "Whether the firewall lets its ports through."; };
      ports = mkOption { type = types.listOf types.port; default = [ 22 ]; description = "The ports it listens at."; };
      settings = mkOption {
        type = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ]));
        default = { };
        example = { PasswordAuthentication = false; };
        description = "Settings, as {manpage}`sshd_config(5)` names them.";
      };
      hostKeys = mkOption {
        type = types.listOf (types.attrsOf types.unspecified);
        default = [ { type = "ed25519"; path = "/etc/ssh/ssh_host_ed25519_key"; } ];
        description = "The machine's own keys; one that does not exist is made.";
      };
      extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of {file}`sshd_config`."; };
    };
    users.users = mkOption {
      type = types.attrsOf (types.submodule {
        options.openssh.authorizedKeys.keys = mkOption { type = types.listOf types.singleLineStr; default = [ ]; description = "The public keys with which one can log in as this user."; };
        options.openssh.authorizedKeys.keyFiles = mkOption { type = types.listOf types.path; default = [ ]; description = "Files with such keys."; };
      });
    };
  };

  config = lib.mkIf cfg.enable {
    users.users.sshd = { isSystemUser = true; group = "sshd"; description = "SSH privilege separation user"; };
    users.groups.sshd = { };
    security.pam.services.sshd.startSession = true;
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall cfg.ports;
    services.openssh.settings = {
      UsePAM = lib.mkDefault true;
      PermitRootLogin = lib.mkDefault "prohibit-password";
      PasswordAuthentication = lib.mkDefault true;
      KbdInteractiveAuthentication = lib.mkDefault true;
      X11Forwarding = lib.mkDefault false;
      PrintMotd = lib.mkDefault false;
    };
    environment.systemPackages = [ pkgs.openssh-client ];
    environment.etc = {
      "ssh/sshd_config".text = lib.concatMapStrings (port: "Port ${toString port}\n") cfg.ports
        + lib.concatMapStrings (key: "HostKey ${key.path}\n") cfg.hostKeys
        + "AuthorizedKeysFile %h/.ssh/authorized_keys /etc/ssh/authorized_keys.d/%u\n"
        + "Subsystem sftp ${pkgs.openssh-sftp-server}/lib/openssh/sftp-server\n"
        + settings + cfg.extraConfig;
    } // lib.mapAttrs'
      (_: user: lib.nameValuePair "ssh/authorized_keys.d/${user.name}" { mode = "0444"; text = lib.concatStringsSep "\n" (keysOf user) + "\n"; })
      withKeys;
    systemd.tmpfiles.rules = [ "d /run/sshd 0755 root root -" ];
    systemd.services.sshd = {
      description = "SSH Daemon";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      stopIfChanged = false;
      restartTriggers = [ config.environment.etc."ssh/sshd_config".source ];
      preStart = lib.concatMapStrings
        (key: ''
          if ! [ -s ${key.path} ]; then
            mkdir -p "$(dirname ${key.path})"
            ${pkgs.openssh-client}/bin/ssh-keygen -q -t ${key.type} -f ${key.path} -N ""
          fi
        '')
        cfg.hostKeys;
      serviceConfig = {
        ExecStart = "${cfg.package}/bin/sshd -D -f /etc/ssh/sshd_config";
        KillMode = "process";
        Restart = "always";
        Type = "notify";
      };
    };
  };
}
