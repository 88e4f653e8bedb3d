# The secure shell's client: settings for everybody, the keys of known machines, and an agent for each user's own keys.
{ config, lib, options, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.ssh;

  knownHost = { name, config, ... }: {
    options = {
      certAuthority = mkOption { type = types.bool; default = false; description = "Whether the key vouches for the keys of others."; };
      hostNames = mkOption {
        type = types.listOf types.str;
        default = [ name ] ++ config.extraHostNames;
        defaultText = lib.literalExpression "[ name ] ++ extraHostNames";
        description = "The machine's names and addresses.";
      };
      extraHostNames = mkOption { type = types.listOf types.str; default = [ ]; description = "Names beside that of the attribute."; };
      publicKey = mkOption { type = types.nullOr types.str; default = null; example = "ssh-ed25519 AAAA…"; description = "The machine's public key."; };
      publicKeyFile = mkOption { type = types.nullOr types.path; default = null; description = "A file with it."; };
    };
  };
  hosts = builtins.attrValues cfg.knownHosts;
  line = host: lib.concatStrings [
    (lib.optionalString host.certAuthority "@cert-authority ")
    (lib.concatStringsSep "," host.hostNames)
    " "
    (if host.publicKey != null then host.publicKey else lib.removeSuffix "\n" (builtins.readFile host.publicKeyFile))
    "\n"
  ];

  algorithms = description: mkOption { type = types.nullOr (types.listOf types.str); default = null; inherit description; };
  setting = name: value: lib.optionalString (value != null) "${name} ${lib.concatStringsSep "," value}\n";
in
{
  options.programs.ssh = {
    package = mkOption { type = types.package; default = pkgs.openssh-client; defaultText = lib.literalExpression "pkgs.openssh-client"; description = "The package of the client."; };
    enableAskPassword = mkOption { type = types.bool; default = false; description = "Whether a window asks for passwords where there is no terminal."; };
    askPassword = mkOption { type = types.str; default = ""; description = "The program that asks."; };
    forwardX11 = mkOption { type = types.nullOr types.bool; default = false; description = "Whether windows of the other machine are shown here."; };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines for {file}`/etc/ssh/ssh_config`, before the others."; };
    systemd-ssh-proxy.enable = mkOption { type = types.bool; default = false; description = "Whether virtual machines are reached without a network."; };
    knownHosts = mkOption {
      type = types.attrsOf (types.submodule knownHost);
      default = { };
      example = { "host.example.org".publicKey = "ssh-ed25519 AAAA…"; };
      description = "Keys of machines that nobody is asked about.";
    };
    knownHostsFiles = mkOption { type = types.listOf types.path; default = [ ]; description = "Files with further keys."; };
    hostKeyAlgorithms = mkOption { type = types.listOf types.str; default = [ ]; description = "The kinds of keys that machines may have."; };
    pubkeyAcceptedKeyTypes = mkOption { type = types.listOf types.str; default = [ ]; description = "The kinds of keys that are used to log in."; };
    kexAlgorithms = algorithms "How keys are agreed on.";
    ciphers = algorithms "How what is sent is encrypted.";
    macs = algorithms "How it is protected from change.";
    startAgent = mkOption { type = types.bool; default = false; description = "Whether an agent keeps each user's keys from login to logout."; };
    agentTimeout = mkOption { type = types.nullOr types.str; default = null; example = "1h"; description = "How long the agent keeps a key."; };
    agentPKCS11Whitelist = mkOption { type = types.nullOr types.str; default = null; description = "Libraries for keys on cards that the agent may load."; };
  };

  config = {
    assertions = lib.mapAttrsToList
      (name: host: {
        assertion = (host.publicKey == null) != (host.publicKeyFile == null);
        about = [ [ "programs" "ssh" "knownHosts" name ] ];
        message = "The key of the known host `${name}' must be given by one of publicKey and publicKeyFile.";
      })
      cfg.knownHosts;

    environment.systemPackages = lib.mkIf (cfg.startAgent || cfg.knownHosts != { } || cfg.extraConfig != "") [ cfg.package ];
    environment.etc."ssh/ssh_config".text =
      cfg.extraConfig + "\nHost *\n"
      + setting "GlobalKnownHostsFile" [ (toString ([ "/etc/ssh/ssh_known_hosts" ] ++ map toString cfg.knownHostsFiles)) ]
      + lib.optionalString (cfg.forwardX11 != null) "ForwardX11 ${if cfg.forwardX11 then "yes" else "no"}\n"
      + setting "PubkeyAcceptedAlgorithms" (if cfg.pubkeyAcceptedKeyTypes == [ ] then null else cfg.pubkeyAcceptedKeyTypes)
      + setting "HostKeyAlgorithms" (if cfg.hostKeyAlgorithms == [ ] then null else cfg.hostKeyAlgorithms)
      + setting "KexAlgorithms" cfg.kexAlgorithms
      + setting "Ciphers" cfg.ciphers
      + setting "MACs" cfg.macs;
    environment.etc."ssh/ssh_known_hosts".text = lib.concatMapStrings line hosts;

    systemd = lib.optionalAttrs (options.systemd ? user) {
      user.services.ssh-agent = lib.mkIf cfg.startAgent {
        description = "SSH Agent";
        wantedBy = [ "default.target" ];
        unitConfig.ConditionUser = "!@system";
        environment.SSH_ASKPASS = cfg.askPassword;
        serviceConfig = {
          Type = "forking";
          ExecStartPre = "${pkgs.coreutils}/bin/rm -f %t/ssh-agent";
          ExecStart = "${cfg.package}/bin/ssh-agent "
            + lib.optionalString (cfg.agentTimeout != null) "-t ${cfg.agentTimeout} "
            + lib.optionalString (cfg.agentPKCS11Whitelist != null) "-P ${cfg.agentPKCS11Whitelist} "
            + "-a %t/ssh-agent";
          # Ended by a signal, as at a logout.
          SuccessExitStatus = 2;
        };
      };
    };
    environment.extraInit = lib.optionalString cfg.startAgent ''
      if [ -z "''${SSH_AUTH_SOCK-}" ] && [ -n "''${XDG_RUNTIME_DIR-}" ]; then export SSH_AUTH_SOCK="$XDG_RUNTIME_DIR/ssh-agent"; fi
    '' + lib.optionalString cfg.enableAskPassword "export SSH_ASKPASS=${lib.escapeShellArg cfg.askPassword}\n";
  };
}
