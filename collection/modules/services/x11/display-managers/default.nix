# Who is logged in at the X server, and what that one's session begins with. Somebody is, or nobody: there is no program so far
# that asks for a name and a password on the screen.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  xcfg = config.services.xserver;
  cfg = config.services.displayManager;

  sessions = xcfg.windowManager.session;
  # `none+NAME`: no desktop, and a window manager.
  chosen = lib.findFirst (session: "none+${session.name}" == cfg.defaultSession) null sessions;

  xsession = pkgs.writeShellScriptBin "xsession" ''
    # What Xlib knows of languages.
    export XLOCALEDIR=${pkgs.libx11-data}/share/X11/locale
    export XDG_SESSION_TYPE=x11 DESKTOP_SESSION=${lib.escapeShellArg "${cfg.defaultSession}"}
    if [ -n "''${XDG_RUNTIME_DIR-}" ]; then
      ${config.systemd.package}/bin/systemctl --user import-environment DISPLAY XAUTHORITY 2> /dev/null || true
      ${config.systemd.package}/bin/systemctl --user start graphical-session.target 2> /dev/null || true
    fi
    ${xcfg.displayManager.sessionCommands}
    waitPID=
    ${lib.optionalString (chosen != null) chosen.start}
    if [ -n "$waitPID" ]; then wait "$waitPID"; fi
    ${config.systemd.package}/bin/systemctl --user stop graphical-session.target 2> /dev/null || true
  '';

  # The session's owner can come to the server by the cookie in a file of its own.
  login = pkgs.writeShellScriptBin "login-session" ''
    export XAUTHORITY=/run/display-manager/user-authority
    exec ${pkgs.util-linux}/bin/runuser -l -w DISPLAY,XAUTHORITY ${lib.escapeShellArg "${cfg.autoLogin.user}"} -c ${lib.getExe xsession}
  '';
in
{
  options = {
    services.displayManager = {
      enable = mkOption { type = types.bool; default = xcfg.enable && !xcfg.displayManager.startx.enable; defaultText = lib.literalMD "whether there is an X server that nobody starts by hand"; description = "Whether somebody is logged in at the screen when the machine starts."; };
      autoLogin.enable = mkOption { type = types.bool; default = cfg.autoLogin.user != null; defaultText = lib.literalMD "whether there is a user"; description = "Whether a user is logged in without a password."; };
      autoLogin.user = mkOption { type = types.nullOr types.str; default = null; description = "That user."; };
      defaultSession = mkOption {
        type = types.nullOr types.str;
        default = if sessions == [ ] then null else "none+${(builtins.head sessions).name}";
        defaultText = lib.literalMD "the first window manager";
        example = "none+icewm";
        description = "The session: `none+` and a window manager.";
      };
    };
    services.xserver.displayManager = {
      sessionCommands = mkOption { type = types.lines; default = ""; example = "xmessage 'Hello World!' &"; description = "Shell commands at the start of every session, before the window manager's."; };
      setupCommands = mkOption { type = types.lines; default = ""; description = "Shell commands of root's before anybody is logged in."; };
      startx.enable = mkOption { type = types.bool; default = false; description = "Whether users start the server themselves, at a console, by {command}`startx`."; };
    };
  };

  config = lib.mkIf (xcfg.enable && cfg.enable) {
    assertions = [
      {
        assertion = cfg.autoLogin.enable -> cfg.autoLogin.user != null;
        message = "services.displayManager.autoLogin.enable requires services.displayManager.autoLogin.user to be set.";
      }
      {
        assertion = cfg.autoLogin.enable;
        message = "Nobody would be logged in at the X server: set services.displayManager.autoLogin.user, or services.xserver.displayManager.startx.enable. There is no program yet that asks for a password on the screen.";
      }
      {
        assertion = chosen != null;
        message = "services.displayManager.defaultSession names no window manager of services.xserver.windowManager. There are: ${lib.concatMapStringsSep ", " (session: "none+${session.name}") sessions}.";
      }
    ];
    security.pam.services.runuser-l = { rootOK = true; unixAuth = false; startSession = true; };

    systemd.services.display-manager = {
      description = "X11 Server";
      wantedBy = lib.optional xcfg.autorun "graphical.target";
      after = [ "systemd-user-sessions.service" "systemd-logind.service" "systemd-udev-trigger.service" ];
      conflicts = [ "getty@tty${toString xcfg.tty}.service" ];
      restartIfChanged = false;
      path = [ pkgs.xauth pkgs.util-linux ];
      preStart = ''
        rm -f /tmp/.X${toString xcfg.display}-lock
        cookie=$(mcookie)
        for file in server user; do
          rm -f /run/display-manager/$file-authority
          (umask 0077; : > /run/display-manager/$file-authority)
          xauth -q -f /run/display-manager/$file-authority add :${toString xcfg.display} . $cookie
        done
        chown ${lib.escapeShellArg "${cfg.autoLogin.user}"} /run/display-manager/user-authority
      '';
      script = ''
        ${xcfg.displayManager.setupCommands}
        exec ${pkgs.xinit}/bin/xinit ${lib.getExe login} -- ${xcfg.package}/lib/xorg/Xorg ${lib.escapeShellArgs xcfg.displayManager.xserverArgs} -auth /run/display-manager/server-authority
      '';
      environment = { XAUTHORITY = "/run/display-manager/server-authority"; } // xcfg.displayManager.job.environment;
      startLimitIntervalSec = 30;
      startLimitBurst = 3;
      serviceConfig = { Restart = "always"; RestartSec = "200ms"; SyslogIdentifier = "display-manager"; RuntimeDirectory = "display-manager"; RuntimeDirectoryMode = "0711"; };
    };
  };
}
