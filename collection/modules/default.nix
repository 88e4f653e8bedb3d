# evalConfig: a system's configuration from its modules. Options have NixOS's names, and the modules lie at NixOS's paths, so
# that disabledModules finds them by name. `pkgs` are the packages, with the builders of ../stdenv/trivial-builders.nix;
# nothing of it is looked at until something asks for a package or a file in the store.
{ lib ? import ../lib }:

{
  evalConfig =
    { modules
    , pkgs ? throw "evalConfig was called without `pkgs`, which something in the configuration needs."
    , specialArgs ? { }
    , baseModules ? import ./module-list.nix
    , prefix ? [ ]
    }:
    let
      evalWith = more: lib.evalModules {
        class = "nixos";
        inherit prefix;
        specialArgs = { modulesPath = toString ./.; } // specialArgs;
        modules = baseModules ++ [ ownModule ] ++ more;
      };
      ownModule = {
        _file = "evalConfig";
        _module.args = {
          pkgs = lib.mkOptionDefault pkgs;
          packagesOfLock = pkgs;
          utils = import ./utils.nix { inherit lib; };
          # For variants that begin anew.
          noUserModules = evalWith [ ];
          inherit baseModules modules;
        };
      };
      evaluated = evalWith modules;
    in
    evaluated // {
      inherit pkgs lib;

      # A value of this configuration, when nothing in it is asserted in vain.
      checked = import ./refusals.nix { inherit lib; inherit (evaluated) options; } { inherit (evaluated.config) assertions warnings; };
    };
}
