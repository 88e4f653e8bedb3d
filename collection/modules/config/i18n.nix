# The languages that programs speak, and which of them is the default.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.i18n;

  # `NAME/CHARSET`, or `NAME@MODIFIER/CHARSET`. The C library has C, POSIX and C.UTF-8 itself.
  parse = locale: builtins.match "([^/]+)/([^/]+)" locale;
  builtIn = [ "C" "POSIX" "C.UTF-8" ];
  supported = builtins.filter (parsed: ! builtins.elem (builtins.head parsed) builtIn) (map parse (lib.unique cfg.supportedLocales));

  # Which charset a locale has that is named after none.
  withCharset = locale: if builtins.elem locale [ "C" "POSIX" ] then [ ] else [ "${locale}/UTF-8" ];

  localeFiles = pkgs.runCommand "locales"
    {
      PATH = "${pkgs.coreutils}/bin:${pkgs.libc-bin}/bin:${pkgs.gzip}/bin";
      I18NPATH = "${pkgs.locales}/share/i18n";
      locales = map (builtins.concatStringsSep "/") supported;
    }
    ''
      mkdir -p $out/lib/locale
      for locale in $locales; do
        name=''${locale%/*}
        charset=''${locale##*/}
        source=''${name%%.*}
        if [[ $name == *@* && $source != *@* ]]; then source=$source@''${name##*@}; fi
        if [ ! -e "$I18NPATH/locales/$source" ]; then echo "i18n.supportedLocales: there is no locale $name" >&2; exit 1; fi
        # A warning of its, such as that a name of a month has no short form, is none of ours.
        localedef --no-archive --no-hard-links --force -i "$source" -f "$charset" "$out/lib/locale/$name" 2> messages ||
          if [ ! -e "$out/lib/locale/$name/LC_CTYPE" ]; then cat messages >&2; exit 1; fi
      done
    '';
in
{
  options.i18n = {
    glibcLocales = mkOption {
      type = types.package;
      default = localeFiles;
      defaultText = lib.literalMD "the locales of `i18n.supportedLocales`";
      description = "The package with the locales' files, in {file}`lib/locale`.";
    };
    defaultLocale = mkOption {
      type = types.str;
      default = "en_US.UTF-8";
      example = "nl_NL.UTF-8";
      description = "The language that programs speak, how they write dates and numbers, and their character set.";
    };
    extraLocaleSettings = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { LC_MESSAGES = "en_US.UTF-8"; LC_TIME = "de_DE.UTF-8"; };
      description = "What is different from that, by `LC_…`.";
    };
    supportedLocales = mkOption {
      type = types.listOf (types.strMatching "[^/]+/[^/]+" // { description = "locale and character set, as NAME/CHARSET"; });
      default = lib.unique ([ "C.UTF-8/UTF-8" "en_US.UTF-8/UTF-8" ] ++ lib.concatMap withCharset ([ cfg.defaultLocale ] ++ builtins.attrValues (removeAttrs cfg.extraLocaleSettings [ "LANGUAGE" ])));
      defaultText = lib.literalMD "English, the default, and those of `i18n.extraLocaleSettings`";
      example = [ "en_US.UTF-8/UTF-8" "nl_NL.UTF-8/UTF-8" "nl_NL/ISO-8859-1" ];
      description = "The locales that the machine has.";
    };
  };

  config = {
    environment.systemPackages = [ cfg.glibcLocales ];
    environment.pathsToLink = [ "/lib/locale" ];
    environment.sessionVariables = { LANG = cfg.defaultLocale; LOCPATH = "/run/current-system/sw/lib/locale"; } // cfg.extraLocaleSettings;
    # The C library of the archive has no variable for an archive of locales; it has one for their folder.
    systemd.globalEnvironment.LOCPATH = "${cfg.glibcLocales}/lib/locale";
    # Locales are not in a folder that could be written to.
    systemd.services.systemd-localed.serviceConfig.ReadWritePaths = [ "" "/etc" ];
    environment.etc."locale.conf".text = "LANG=${cfg.defaultLocale}\n"
      + lib.concatStrings (lib.mapAttrsToList (name: value: "${name}=${value}\n") cfg.extraLocaleSettings);
  };
}
