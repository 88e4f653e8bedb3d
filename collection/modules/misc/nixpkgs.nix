# Which packages modules get as `pkgs`: those of the machine's lock, with what the configuration changes of them.
{ config, lib, options, packagesOfLock, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.nixpkgs;
  platform = types.either types.str (types.attrsOf types.unspecified);
  overrides = cfg.config.packageOverrides or null;
  overlays = lib.optional (overrides != null) (_: prev: overrides prev) ++ cfg.overlays;
  systemOf = value: value.system or value;
  isOurs = value: systemOf value == "x86_64-linux";
in
{
  options.nixpkgs = {
    pkgs = mkOption {
      type = types.lazyAttrsOf types.raw;
      description = "All packages, in place of those of the lock.";
    };
    config = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
      example = lib.literalExpression "{ allowUnfree = true; }";
      description = "Of nixpkgs' settings `packageOverrides` changes packages here. What others allow, the archive's packages do not need.";
    };
    overlays = mkOption {
      type = types.listOf (types.mkOptionType {
        name = "nixpkgs-overlay";
        description = "nixpkgs overlay";
        check = lib.isFunction;
        merge = lib.mergeOneOption;
      });
      default = [ ];
      example = lib.literalExpression "[ (final: prev: { hello = prev.hello // { … }; }) ]";
      description = "Functions from all packages, and those before, to a set of packages that come on top.";
    };
    hostPlatform = mkOption { type = platform; default = "x86_64-linux"; description = "The platform of the machine: there is one."; };
    buildPlatform = mkOption { type = platform; default = "x86_64-linux"; description = "The platform that builds."; };
    localSystem = mkOption { type = platform; default = "x86_64-linux"; internal = true; description = "The older name of both."; };
    crossSystem = mkOption { type = types.nullOr platform; default = null; internal = true; description = "Another platform than the one that builds: there is none."; };
    system = mkOption { type = types.str; default = "x86_64-linux"; description = "The older name of {option}`nixpkgs.hostPlatform`."; };
    initialSystem = mkOption { type = types.str; default = "x86_64-linux"; internal = true; description = "The platform that evaluates."; };
  };

  config = {
    _module.args.pkgs = lib.mkIf (options.nixpkgs.pkgs.isDefined || overlays != [ ]) (lib.mkOverride 1400 (
      let base = if options.nixpkgs.pkgs.isDefined then cfg.pkgs else packagesOfLock; in
      lib.fix (builtins.foldl' (f: overlay: lib.extends overlay f) (_: base) overlays)
    ));
    assertions = map
      (name: {
        assertion = isOurs cfg.${name};
        about = [ [ "nixpkgs" name ] ];
        message = "nixpkgs.${name}: the packages are for x86_64-linux, and not for ${builtins.toJSON (systemOf cfg.${name})}.";
      })
      [ "hostPlatform" "buildPlatform" "localSystem" "system" ]
    ++ [
      {
        assertion = cfg.crossSystem == null;
        about = [ [ "nixpkgs" "crossSystem" ] ];
        message = "nixpkgs.crossSystem: packages are not built for another platform.";
      }
    ];
  };
}
