# Who may come in, and how that is found out: a file of /etc/pam.d for each program that asks.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.pam;
  module = name: "${pkgs.libpam-modules}/lib/x86_64-linux-gnu/security/${name}";
  systemdModule = "${pkgs.libpam-systemd}/lib/x86_64-linux-gnu/security/pam_systemd.so";

  service = { name, config, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "The name of the service."; };
      allowNullPassword = mkOption { type = types.bool; default = false; description = "Whether an empty password is one."; };
      rootOK = mkOption { type = types.bool; default = false; description = "Whether root needs no password."; };
      startSession = mkOption { type = types.bool; default = false; description = "Whether a session is registered with logind."; };
      unixAuth = mkOption { type = types.bool; default = true; description = "Whether passwords of {file}`/etc/shadow` count."; };
      setLoginUid = mkOption { type = types.bool; default = config.startSession; description = "Whether the kernel is told who logged in."; };
      text = mkOption { type = types.lines; description = "The file itself."; };
    };
    config.text = lib.mkDefault (lib.concatStringsSep "\n" (
      [ "account required ${module "pam_unix.so"}" ]
      ++ lib.optional config.rootOK "auth sufficient ${module "pam_rootok.so"}"
      ++ lib.optional config.unixAuth "auth sufficient ${module "pam_unix.so"} ${lib.optionalString config.allowNullPassword "nullok "}try_first_pass"
      ++ [ "auth required ${module "pam_deny.so"}" "password sufficient ${module "pam_unix.so"} nullok yescrypt" ]
      ++ [ "session required ${module "pam_env.so"} conffile=/etc/pam/environment readenv=0" "session required ${module "pam_unix.so"}" ]
      ++ lib.optional config.setLoginUid "session optional ${module "pam_loginuid.so"}"
      ++ lib.optional config.startSession "session optional ${systemdModule}"
    ) + "\n");
  };
in
{
  options.security.pam.services = mkOption {
    type = types.attrsOf (types.submodule service);
    default = { };
    description = "The programs that ask who somebody is.";
  };

  config = {
    security.pam.services = {
      login = { allowNullPassword = true; startSession = true; };
      su = { rootOK = true; };
      passwd = { };
      chpasswd = { rootOK = true; };
      systemd-user = { startSession = true; unixAuth = false; };
      other.text = "auth required ${module "pam_deny.so"}\naccount required ${module "pam_deny.so"}\npassword required ${module "pam_deny.so"}\nsession required ${module "pam_deny.so"}\n";
    };
    environment.etc = lib.mapAttrs' (_: service: lib.nameValuePair "pam.d/${service.name}" { text = service.text; }) cfg.services // {
      "pam/environment".text = "PATH DEFAULT=\"/run/wrappers/bin:/run/current-system/sw/bin\"\n";
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
    };
  };
}
