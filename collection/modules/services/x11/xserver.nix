# The X server: the screen, the keys and the pointer. display-managers/ says who is logged in at it, window-managers/ what draws
# the windows.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.xserver;
  text = description: mkOption { type = types.lines; default = ""; inherit description; };

  configFile = pkgs.writeText "xserver.conf" cfg.config;
  resolutions = lib.optionalString (cfg.resolutions != [ ]) ''
    SubSection "Display"
      Depth ${toString cfg.defaultDepth}
      Modes ${lib.concatMapStringsSep " " (r: "\"${toString r.x}x${toString r.y}\"") cfg.resolutions}
    EndSubSection
  '';
  device = driver: ''
    Section "Device"
      Identifier "Device-${driver}[0]"
      Driver "${driver}"
      ${cfg.deviceSection}
    EndSection
    Section "Screen"
      Identifier "Screen-${driver}[0]"
      Device "Device-${driver}[0]"
      Monitor "Monitor[0]"
      DefaultDepth ${toString cfg.defaultDepth}
      ${cfg.screenSection}
      ${resolutions}
    EndSection
  '';
  keyboard = ''
    Section "InputClass"
      Identifier "Keyboard catchall"
      MatchIsKeyboard "on"
      Option "XkbModel" "${cfg.xkb.model}"
      Option "XkbLayout" "${cfg.xkb.layout}"
      Option "XkbOptions" "${cfg.xkb.options}"
      Option "XkbVariant" "${cfg.xkb.variant}"
    EndSection
  '';
in
{
  options.services.xserver = {
    enable = mkOption { type = types.bool; default = false; description = "Whether there is an X server."; };
    autorun = mkOption { type = types.bool; default = true; description = "Whether it starts with the machine."; };
    package = mkOption { type = types.package; default = pkgs.xserver-xorg-core; defaultText = lib.literalExpression "pkgs.xserver-xorg-core"; description = "The package of the server."; };
    videoDrivers = mkOption { type = types.listOf types.str; default = [ "modesetting" ]; example = [ "nvidia" "modesetting" ]; description = "The drivers that are tried, in order."; };
    modules = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages with further modules of the server."; };
    xkb = {
      layout = mkOption { type = types.str; default = "us"; example = "de"; description = "The layout of the keys; several with commas."; };
      model = mkOption { type = types.str; default = "pc104"; description = "The model of the keyboard."; };
      options = mkOption { type = types.commas; default = "terminate:ctrl_alt_bksp"; example = "compose:ralt"; description = "What is different about keys."; };
      variant = mkOption { type = types.str; default = ""; example = "colemak"; description = "The variant of the layout."; };
    };
    display = mkOption { type = types.nullOr types.int; default = 0; description = "The number of the display."; };
    tty = mkOption { type = types.nullOr types.int; default = 7; description = "The console that it is on."; };
    dpi = mkOption { type = types.nullOr types.int; default = null; description = "How many dots an inch has; `null` for what the screen says."; };
    enableTCP = mkOption { type = types.bool; default = false; description = "Whether programs on other machines can use it."; };
    autoRepeatDelay = mkOption { type = types.nullOr types.int; default = null; description = "After what time a key repeats, in milliseconds."; };
    autoRepeatInterval = mkOption { type = types.nullOr types.int; default = null; description = "How quickly it repeats, in milliseconds."; };
    defaultDepth = mkOption { type = types.int; default = 24; description = "How many bits a dot has."; };
    resolutions = mkOption {
      type = types.listOf (types.submodule { options = { x = mkOption { type = types.int; description = "Dots across."; }; y = mkOption { type = types.int; description = "Dots down."; }; }; });
      default = [ ];
      example = [ { x = 1600; y = 1200; } { x = 1024; y = 786; } ];
      description = "How many dots the screen has, the best first; none for what it says itself.";
    };
    config = text "The configuration of the server.";
    serverFlagsSection = text "Lines of the section `ServerFlags`.";
    serverLayoutSection = text "Lines of the section `ServerLayout`.";
    deviceSection = text "Lines of the section `Device` of every driver.";
    screenSection = text "Lines of the section `Screen` of every driver.";
    monitorSection = text "Lines of the section `Monitor`.";
    inputClassSections = mkOption { type = types.listOf types.lines; default = [ ]; description = "Further sections `InputClass`, without their first line and their last."; };
    exportConfiguration = mkOption { type = types.bool; default = false; description = "Whether the configuration is in {file}`/etc/X11` too."; };
    displayManager.job.environment = mkOption { type = types.attrsOf types.str; default = { }; internal = true; description = "The environment of the server."; };
    displayManager.xserverArgs = mkOption { type = types.listOf types.str; default = [ ]; description = "Arguments of the server."; };
  };

  config = lib.mkIf cfg.enable {
    services.xserver.modules = [ cfg.package pkgs.xserver-xorg-input-libinput ];
    services.xserver.config = ''
      Section "ServerFlags"
        Option "AllowMouseOpenFail" "on"
        Option "DontZap" "on"
        ${cfg.serverFlagsSection}
      EndSection
      Section "Monitor"
        Identifier "Monitor[0]"
        ${cfg.monitorSection}
      EndSection
      Section "InputClass"
        Identifier "libinput"
        MatchDevicePath "/dev/input/event*"
        Driver "libinput"
      EndSection
      ${keyboard}
      ${lib.concatMapStrings (section: "Section \"InputClass\"\n${section}\nEndSection\n") cfg.inputClassSections}
      Section "ServerLayout"
        Identifier "Layout[all]"
        ${cfg.serverLayoutSection}
        ${lib.concatMapStrings (driver: "Screen \"Screen-${driver}[0]\"\n") cfg.videoDrivers}
      EndSection
      ${lib.concatMapStrings device cfg.videoDrivers}
    '';
    services.xserver.displayManager.xserverArgs =
      [ "-config" "${configFile}" "-xkbdir" "${pkgs.xkb-data}/share/X11/xkb" "-logfile" "/dev/null" ]
      ++ [ "-modulepath" (lib.concatMapStringsSep "," (package: "${package}/lib/xorg/modules") cfg.modules) ]
      ++ lib.optional (cfg.display != null) ":${toString cfg.display}"
      ++ lib.optional (cfg.tty != null) "vt${toString cfg.tty}"
      ++ lib.optionals (cfg.dpi != null) [ "-dpi" (toString cfg.dpi) ]
      ++ lib.optionals (!cfg.enableTCP) [ "-nolisten" "tcp" ]
      ++ lib.optionals (cfg.autoRepeatDelay != null) [ "-ardelay" (toString cfg.autoRepeatDelay) ]
      ++ lib.optionals (cfg.autoRepeatInterval != null) [ "-arinterval" (toString cfg.autoRepeatInterval) ];

    hardware.graphics.enable = lib.mkDefault true;
    services.xserver.displayManager.job.environment = lib.mkIf config.hardware.graphics.enable { LIBGL_DRIVERS_PATH = "/run/opengl-driver/lib/dri"; };
    fonts.enableDefaultPackages = lib.mkDefault true;
    fonts.fontconfig.enable = lib.mkDefault true;
    environment.systemPackages = [ pkgs.x11-xserver-utils pkgs.x11-utils pkgs.x11-xkb-utils pkgs.xauth pkgs.xinit pkgs.xterm ];
    environment.pathsToLink = [ "/share/X11" ];
    environment.etc = {
      "X11/xorg.conf.d/00-keyboard.conf".text = keyboard;
    } // lib.optionalAttrs cfg.exportConfiguration { "X11/xorg.conf".source = configFile; };
    systemd.defaultUnit = lib.mkIf cfg.autorun "graphical.target";
  };
}
