# What modules written for NixOS expect of `pkgs` beside packages: nixpkgs' names of packages, its functions, and what it says of
# the machine. `builders` are those of stdenv/trivial-builders.nix.
{ packages, builders, system }:

let
  lib = import ./lib;
  hostPlatform = lib.systems.elaborate system;
  shell = "${packages.bash}/bin/bash";
  inherit (builders) runCommand;

  join = { name, paths, postBuild ? "" }: runCommand name
    { paths = map toString paths; passAsFile = [ "paths" ]; }
    ''
      ${packages.perl-base}/bin/perl ${./stdenv/build-env.pl} "$pathsPath" /
      ${postBuild}
    '';

  # One that stands for several packages is a tree of links to them.
  named = builtins.mapAttrs
    (name: meant:
      if builtins.isString meant then packages.${meant}
      else join { inherit name; paths = map (part: packages.${part}) meant; } // { pname = name; inherit (packages.${builtins.head meant}) version; })
    (import ./nixpkgs-names.nix);

  # Those that can be somebody's shell say where it is.
  shells = builtins.mapAttrs (name: path: packages.${name} // { shellPath = path; passthru.shellPath = path; }) {
    bash = "/bin/bash";
    dash = "/bin/dash";
    fish = "/bin/fish";
    ksh93u = "/bin/ksh93";
    mksh = "/bin/mksh";
    tcsh = "/bin/tcsh";
    xonsh = "/bin/xonsh";
    zsh = "/bin/zsh";
  };

  self = named // shells // rec {
    inherit lib system hostPlatform;
    config = { allowUnfree = false; };
    overlays = [ ];
    stdenv = {
      inherit (import ./stdenv { inherit packages system; }) mkDerivation;
      inherit hostPlatform shell;
      inherit (hostPlatform) isLinux isDarwin isx86_64 isAarch64;
      buildPlatform = hostPlatform;
      targetPlatform = hostPlatform;
    };
    stdenvNoCC = stdenv;
    bashInteractive = shells.bash;
    runtimeShell = shell;
    runtimeShellPackage = shells.bash;
    formats = import ./stdenv/formats.nix { inherit lib packages runCommand; };

    # A function, or a file with one, whose arguments are the packages of their names.
    callPackage = lib.callPackageWith (packages // builders // self);
    callPackages = lib.callPackagesWith (packages // builders // self);

    symlinkJoin = { name ? "${args.pname}-${args.version}", paths, postBuild ? "", meta ? { }, passthru ? { }, ... }@args:
      join { inherit name paths postBuild; } // { inherit meta passthru; } // passthru;
  };
in
self
