# Who may come in, and how that is found out: a file of /etc/pam.d for each program that asks.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption optional types;
  cfg = config.security.pam;
  module = name: "${pkgs.libpam-modules}/lib/x86_64-linux-gnu/security/${name}";
  systemdModule = "${pkgs.libpam-systemd}/lib/x86_64-linux-gnu/security/pam_systemd.so";
  flag = default: description: mkOption { type = types.bool; inherit default description; };

  limit = types.submodule {
    options = {
      domain = mkOption { type = types.str; example = "@wheel"; description = "Whom it is for: a user, `@` and a group, or `*`."; };
      type = mkOption { type = types.enum [ "-" "hard" "soft" ]; default = "-"; description = "Whether it can be raised: `soft`, or not: `hard`; `-` for both."; };
      item = mkOption {
        type = types.enum [
          "core" "data" "fsize" "memlock" "nofile" "rss" "stack" "cpu" "nproc" "as" "maxlogins" "maxsyslogins" "priority" "locks"
          "sigpending" "msgqueue" "nice" "rtprio"
        ];
        description = "What is limited.";
      };
      value = mkOption { type = types.oneOf [ types.str types.int ]; description = "The limit."; };
    };
  };
  limitsFile = limits: pkgs.writeText "limits.conf" (lib.concatMapStrings (l: "${l.domain} ${l.type} ${l.item} ${toString l.value}\n") limits);

  service = { name, config, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "The name of the service."; };
      enable = flag true "Whether there is a file for it.";
      allowNullPassword = flag false "Whether an empty password is one.";
      rootOK = flag false "Whether root needs no password.";
      requireWheel = flag false "Whether only members of `wheel` come in.";
      nodelay = flag false "Whether a wrong password is answered at once.";
      logFailures = flag false "Whether failures are counted, and too many keep a user out for a while.";
      startSession = flag false "Whether a session is registered with logind.";
      unixAuth = flag true "Whether passwords of {file}`/etc/shadow` count.";
      setEnvironment = flag true "Whether sessions get {option}`environment.sessionVariables`.";
      setLoginUid = flag config.startSession "Whether the kernel is told who logged in.";
      makeHomeDir = flag false "Whether a home is made for who has none.";
      updateWtmp = flag false "Whether logins are written down.";
      showMotd = flag false "Whether {option}`users.motd` is shown.";
      limits = mkOption { type = types.listOf limit; default = cfg.loginLimits; defaultText = lib.literalExpression "config.security.pam.loginLimits"; description = "What sessions may use at most."; };
      text = mkOption { type = types.lines; description = "The file itself."; };
    };
    config.text = lib.mkDefault (lib.concatStringsSep "\n" (
      [ "account required ${module "pam_unix.so"}" ]
      ++ optional config.rootOK "auth sufficient ${module "pam_rootok.so"}"
      ++ optional config.requireWheel "auth required ${module "pam_wheel.so"} use_uid"
      ++ optional config.logFailures "auth required ${module "pam_faillock.so"} preauth"
      ++ optional config.unixAuth "auth sufficient ${module "pam_unix.so"} ${lib.optionalString config.allowNullPassword "nullok "}${lib.optionalString config.nodelay "nodelay "}try_first_pass"
      ++ optional config.logFailures "auth [default=die] ${module "pam_faillock.so"} authfail"
      ++ [ "auth required ${module "pam_deny.so"}" "password sufficient ${module "pam_unix.so"} nullok yescrypt" ]
      ++ optional config.setEnvironment "session required ${module "pam_env.so"} conffile=/etc/pam/environment readenv=0"
      ++ [ "session required ${module "pam_unix.so"}" ]
      ++ optional config.setLoginUid "session optional ${module "pam_loginuid.so"}"
      ++ optional config.makeHomeDir "session required ${module "pam_mkhomedir.so"} silent skel=/var/empty umask=0077"
      ++ optional config.updateWtmp "session required ${module "pam_lastlog.so"} silent"
      ++ optional config.startSession "session optional ${systemdModule}"
      ++ optional (config.limits != [ ]) "session required ${module "pam_limits.so"} conf=${limitsFile config.limits}"
      ++ optional (config.showMotd && motd != "") "session optional ${module "pam_motd.so"} motd=/etc/motd"
    ) + "\n");
  };
  motd = config.users.motd;
  services = lib.filterAttrs (_: service: service.enable) cfg.services;
in
{
  options = {
    security.pam.services = mkOption {
      type = types.attrsOf (types.submodule service);
      default = { };
      description = "The programs that ask who somebody is.";
    };
    security.pam.loginLimits = mkOption {
      type = types.listOf limit;
      default = [ ];
      example = [ { domain = "ftp"; type = "hard"; item = "nproc"; value = "0"; } ];
      description = "What sessions may use at most, as {manpage}`limits.conf(5)` has it.";
    };
    users.motd = mkOption { type = types.lines; default = ""; example = "Today is Sweetmorn, the 4th day of The Aftermath in the YOLD 3178."; description = "What is shown to who logs in."; };
  };

  config = {
    security.pam.services = {
      login = { allowNullPassword = true; startSession = true; updateWtmp = true; showMotd = true; };
      su = { rootOK = true; };
      su-l = { rootOK = true; };
      passwd = { };
      chpasswd = { rootOK = true; };
      systemd-user = { startSession = true; unixAuth = false; };
      other.text = "auth required ${module "pam_deny.so"}\naccount required ${module "pam_deny.so"}\npassword required ${module "pam_deny.so"}\nsession required ${module "pam_deny.so"}\n";
    };
    environment.etc = lib.mapAttrs' (_: service: lib.nameValuePair "pam.d/${service.name}" { text = service.text; }) services // {
      "login.defs".text = ''
        DEFAULT_HOME yes
        SYS_UID_MIN 400
        SYS_UID_MAX 999
        UID_MIN 1000
        UID_MAX 29999
        SYS_GID_MIN 400
        SYS_GID_MAX 999
        GID_MIN 1000
        GID_MAX 29999
        TTYGROUP tty
        TTYPERM 0620
        UMASK 077
        ENCRYPT_METHOD YESCRYPT
      '';
      "nsswitch.conf".text = ''
        passwd: files
        group: files
        shadow: files
        hosts: files dns
        networks: files
        services: files
        protocols: files
      '';
    } // lib.optionalAttrs (motd != "") { motd.text = motd; };
  };
}
