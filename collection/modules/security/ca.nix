# Whom programs trust to say who somebody on the network is.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.pki;

  # Of the usual authorities those that are not refused, by the name in each file's first lines or the file's own.
  bundle = pkgs.runCommand "ca-certificates.crt" { PATH = "${pkgs.coreutils}/bin:${pkgs.grep}/bin"; } ''
    for file in ${lib.optionalString cfg.installCACerts "${pkgs.ca-certificates}/share/ca-certificates/mozilla/*.crt"} ${lib.escapeShellArgs (map toString cfg.certificateFiles)} ${pkgs.writeText "extra-certificates" (lib.concatStringsSep "\n" cfg.certificates)}; do
      name=''${file##*/}
      if printf '%s\n' ${lib.escapeShellArgs cfg.caCertificateBlacklist} | tr ' ' '_' | grep -qxF "''${name%.crt}"; then continue; fi
      cat "$file"
      echo
    done > $out
  '';
in
{
  options.security.pki = {
    installCACerts = mkOption { type = types.bool; default = true; description = "Whether the usual authorities are trusted."; };
    certificateFiles = mkOption { type = types.listOf types.path; default = [ ]; description = "Files with further authorities."; };
    certificates = mkOption { type = types.listOf types.str; default = [ ]; description = "Further authorities themselves."; };
    caCertificateBlacklist = mkOption { type = types.listOf types.str; default = [ ]; example = [ "ACCVRAIZ1" ]; description = "Usual authorities that are not trusted, by the name of their file."; };
    caBundle = mkOption { type = types.path; readOnly = true; internal = true; default = bundle; defaultText = lib.literalMD "made of the other options"; description = "All of them in one file."; };
  };

  config.environment.etc = {
    "ssl/certs/ca-certificates.crt".source = cfg.caBundle;
    "ssl/certs/ca-bundle.crt".source = cfg.caBundle;
    "pki/tls/certs/ca-bundle.crt".source = cfg.caBundle;
  };
}
