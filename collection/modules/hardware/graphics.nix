# Drivers of the graphics card for programs that draw in three dimensions, at /run/opengl-driver, where they look for them.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.hardware.graphics;
  drivers = pkgs.buildEnv {
    name = "graphics-drivers";
    paths = [ cfg.package ] ++ cfg.extraPackages;
    pathsToLink = [ "/lib" "/share" "/etc" ];
    postBuild = "if [ -d $out/lib/x86_64-linux-gnu ]; then cp -rsn $out/lib/x86_64-linux-gnu/. $out/lib/; fi";
  };
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "hardware" "opengl" "enable" ] [ "hardware" "graphics" "enable" ])
    (lib.mkRenamedOptionModule [ "hardware" "opengl" "extraPackages" ] [ "hardware" "graphics" "extraPackages" ])
    (lib.mkRenamedOptionModule [ "hardware" "opengl" "driSupport32Bit" ] [ "hardware" "graphics" "enable32Bit" ])
    (lib.mkRenamedOptionModule [ "hardware" "opengl" "package" ] [ "hardware" "graphics" "package" ])
    (lib.mkRemovedOptionModule [ "hardware" "opengl" "driSupport" ] "The setting can be removed.")
  ];

  options.hardware.graphics = {
    enable = mkOption { type = types.bool; default = false; description = "Whether programs find drivers of the graphics card."; };
    enable32Bit = mkOption { type = types.bool; default = false; description = "Whether programs for 32 bits do: there are no packages for them."; };
    package = mkOption { type = types.package; default = pkgs.libgl1-mesa-dri; defaultText = lib.literalExpression "pkgs.libgl1-mesa-dri"; description = "The package of the drivers."; };
    extraPackages = mkOption { type = types.listOf types.package; default = [ ]; example = lib.literalExpression "[ pkgs.intel-media-va-driver ]"; description = "Further drivers, for films among others."; };
    extraPackages32 = mkOption { type = types.listOf types.package; default = [ ]; description = "The same for 32 bits."; };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !cfg.enable32Bit;
        about = [ [ "hardware" "graphics" "enable32Bit" ] [ "hardware" "opengl" "driSupport32Bit" ] ];
        message = "hardware.graphics.enable32Bit: the lock has packages for 64 bits alone.";
      }
    ];
    systemd.tmpfiles.rules = [ "L+ /run/opengl-driver - - - - ${drivers}" ];
    environment.variables = {
      LIBGL_DRIVERS_PATH = "/run/opengl-driver/lib/dri";
      LIBVA_DRIVERS_PATH = "/run/opengl-driver/lib/dri";
      VDPAU_DRIVER_PATH = "/run/opengl-driver/lib/vdpau";
    };
    hardware.graphics.extraPackages = lib.mkBefore [ pkgs.mesa-vulkan-drivers pkgs.mesa-va-drivers ];
  };
}
