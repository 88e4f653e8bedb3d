# GnuPG: the agent that keeps keys, for every user.
{ config, lib, options, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.gnupg;
  ini = pkgs.formats.keyValue { mkKeyValue = lib.generators.mkKeyValueDefault { } " "; };
  flag = description: mkOption { type = types.bool; default = false; inherit description; };

  socket = { name, file, supervised ? true }: lib.nameValuePair name {
    description = "GnuPG's agent, at ${file}";
    wantedBy = [ "sockets.target" ];
    listenStreams = [ "%t/gnupg/${file}" ];
    socketConfig = { FileDescriptorName = if name == "gpg-agent" then "std" else lib.removePrefix "gpg-agent-" name; Service = "gpg-agent.service"; SocketMode = "0600"; DirectoryMode = "0700"; };
  };
in
{
  options.programs.gnupg = {
    package = mkOption { type = types.package; default = pkgs.gnupg; defaultText = lib.literalExpression "pkgs.gnupg"; description = "The package of GnuPG."; };
    dirmngr.enable = flag "Whether keys are looked up by a program of its own for each user.";
    agent = {
      enable = flag "Whether an agent is started for each user when something asks for it.";
      enableSSHSupport = flag "Whether it is the agent of the secure shell too.";
      enableExtraSocket = flag "Whether it has a socket for other machines.";
      enableBrowserSocket = flag "Whether it has a socket for browsers.";
      pinentryPackage = mkOption { type = types.nullOr types.package; default = pkgs.pinentry-curses; defaultText = lib.literalExpression "pkgs.pinentry-curses"; description = "The program that asks for a passphrase."; };
      settings = mkOption { inherit (ini) type; default = { }; example = { default-cache-ttl = 600; }; description = "Settings, as {manpage}`gpg-agent(1)` has them."; };
    };
  };

  config = lib.mkIf cfg.agent.enable ({
    assertions = [
      {
        assertion = !(cfg.agent.enableSSHSupport && config.programs.ssh.startAgent);
        about = [ [ "programs" "gnupg" "agent" "enableSSHSupport" ] [ "programs" "ssh" "startAgent" ] ];
        message = "You can't use ssh-agent and GnuPG agent with SSH support enabled at the same time!";
      }
    ];
    programs.gnupg.agent.settings = lib.mkIf (cfg.agent.pinentryPackage != null) { pinentry-program = lib.mkDefault "${lib.getExe' cfg.agent.pinentryPackage "pinentry-curses"}"; };
    environment.systemPackages = [ cfg.package ];
    environment.etc."gnupg/gpg-agent.conf".source = ini.generate "gpg-agent.conf" cfg.agent.settings;
    environment.interactiveShellInit = ''
      # Where a passphrase is asked for.
      export GPG_TTY=$(tty)
    '';
    environment.extraInit = lib.mkIf cfg.agent.enableSSHSupport ''
      if [ -z "''${SSH_AUTH_SOCK-}" ]; then export SSH_AUTH_SOCK=$(${pkgs.gpgconf}/bin/gpgconf --list-dirs agent-ssh-socket); fi
    '';
  } // lib.optionalAttrs (options.systemd ? user) {
    systemd.user.services.gpg-agent = {
      description = "GnuPG's agent";
      requires = [ "gpg-agent.socket" ];
      serviceConfig = { ExecStart = "${pkgs.gpg-agent}/bin/gpg-agent --supervised"; ExecReload = "${pkgs.gpgconf}/bin/gpgconf --reload gpg-agent"; };
    };
    systemd.user.sockets = lib.listToAttrs (map socket (
      [ { name = "gpg-agent"; file = "S.gpg-agent"; } ]
      ++ lib.optional cfg.agent.enableSSHSupport { name = "gpg-agent-ssh"; file = "S.gpg-agent.ssh"; }
      ++ lib.optional cfg.agent.enableExtraSocket { name = "gpg-agent-extra"; file = "S.gpg-agent.extra"; }
      ++ lib.optional cfg.agent.enableBrowserSocket { name = "gpg-agent-browser"; file = "S.gpg-agent.browser"; }
    ));
  });
}
