# Java, with the variable by which its programs find it.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.java;
in
{
  options.programs.java = {
    enable = mkOption { type = types.bool; default = false; description = "Whether Java is there."; };
    package = mkOption { type = types.package; default = pkgs.openjdk-17-jdk-headless; defaultText = lib.literalExpression "pkgs.openjdk-17-jdk-headless"; description = "The package of Java."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    # Where the compiler lies, or else the program.
    environment.shellInit = ''
      export JAVA_HOME=$(d=$(readlink -f "$(command -v javac || command -v java)"); echo "''${d%/bin/*}")
    '';
  };
}
