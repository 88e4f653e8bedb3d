# Documentation in the system: manual pages of the packages and the program that shows them, and the page of all options. What
# the options are is `system.build.manual`, which is only made when something asks for it.
{ config, lib, pkgs, options, ... }:

let
  inherit (lib) mkIf mkOption types;
  cfg = config.documentation;

  # The page says nothing of this system: options of its own modules are in it only where that is asked for.
  isOurs = option: lib.any (file: lib.hasPrefix "${toString ../.}/" (toString file)) option.declarations;
  listed = lib.filter (option: cfg.nixos.includeAllModules || isOurs option) (lib.documentation.listOptions options);
  # Where the modules lie differs from machine to machine.
  relative = map
    (option: option // {
      declarations = map (file: lib.removePrefix "${toString ../.}/" (toString file)) option.declarations;
    })
    listed;

  json = builtins.unsafeDiscardStringContext (builtins.toJSON (lib.documentation.listToData relative));
  page = builtins.unsafeDiscardStringContext (lib.documentation.listToManualPage {
    list = relative;
    title = "the options of a system, by name";
  });

  folderOf = name: path: text: pkgs.runCommand name { inherit text; passAsFile = [ "text" ]; } ''
    mkdir -p $out/${dirOf path}
    cp "$textPath" $out/${path}
  '';
  pages = lib.optional cfg.nixos.enable config.system.build.manual.manpages;

  flag = default: description: mkOption { type = types.bool; inherit default description; };
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "programs" "info" "enable" ] [ "documentation" "info" "enable" ])
    (lib.mkRenamedOptionModule [ "programs" "man" "enable" ] [ "documentation" "man" "enable" ])
    (lib.mkRenamedOptionModule [ "services" "nixosManual" "enable" ] [ "documentation" "nixos" "enable" ])
  ];

  options.documentation = {
    enable = flag true "Whether the system has documentation at all; without it the other options do nothing.";
    man.enable = flag false ''
      Whether the program {command}`man` is there. Here it is not by default: it brings another Perl, of some 60 MiB.
    '';
    man.generateCaches = flag false "Whether the system has an index of its manual pages, for {command}`apropos`.";
    info.enable = flag true "Whether pages for {command}`info` are there.";
    doc.enable = flag true "Whether what packages have in {file}`share/doc` is there.";
    dev.enable = flag false "Whether manual pages for programmers are there too: the system calls and functions of C.";
    nixos.enable = flag cfg.man.enable "Whether the page {manpage}`configuration.nix(5)` of all options is in the system.";
    nixos.includeAllModules = flag false "Whether that page has the options of the system's own modules too.";
  };

  config = lib.mkMerge [
    {
      system.build.manual = {
        optionsJSON = folderOf "options.json" "share/doc/nixos/options.json" json // { meta.description = "Every option, as JSON"; };
        manpages = folderOf "nixos-manpages" "share/man/man5/configuration.nix.5" page;
      };
    }
    (mkIf cfg.enable {
      environment.pathsToLink =
        lib.optionals cfg.man.enable [ "/share/man" ]
        ++ lib.optionals cfg.info.enable [ "/share/info" ]
        ++ lib.optionals cfg.doc.enable [ "/share/doc" ];
      environment.systemPackages =
        lib.optionals cfg.man.enable [ pkgs.man-db ]
        ++ lib.optionals (cfg.man.enable && cfg.dev.enable) [ pkgs.manpages-dev ]
        ++ pages;
    })
    (mkIf (cfg.enable && cfg.man.enable) {
      environment.etc."man_db.conf".text = ''
        MANPATH_MAP /run/current-system/sw/bin /run/current-system/sw/share/man
        MANPATH_MAP /run/wrappers/bin /run/current-system/sw/share/man
        MANDB_MAP /run/current-system/sw/share/man /var/cache/man/nixos
      '';
      # Debian's man-db wants to be this user where it writes.
      users.users.man = { isSystemUser = true; uid = 6; group = "man"; home = "/var/cache/man"; description = "Index of the manual pages"; };
      users.groups.man.gid = 12;
    })
    (mkIf (cfg.enable && cfg.man.enable && cfg.man.generateCaches) {
      systemd.services.man-db = {
        description = "Index of the manual pages";
        wantedBy = [ "multi-user.target" ];
        restartTriggers = [ config.system.path ];
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          ExecStart = "${pkgs.man-db}/bin/mandb --no-purge --quiet --create";
          User = "man";
          Group = "man";
          CacheDirectory = "man man/nixos";
          IOSchedulingClass = "idle";
          Nice = 19;
        };
      };
    })
  ];
}
