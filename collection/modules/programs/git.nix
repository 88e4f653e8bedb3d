# Git, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.git;
in
{
  options.programs.git = {
    enable = mkOption { type = types.bool; default = false; description = "Whether git is there."; };
    package = mkOption { type = types.package; default = pkgs.git; defaultText = lib.literalExpression "pkgs.git"; description = "The package of git."; };
    config = mkOption {
      type =
        let sections = types.attrsOf (types.attrsOf types.anything); in
        types.coercedTo sections lib.singleton (types.listOf sections) // {
          merge = loc: defs: lib.concatMap (def: if builtins.isList def.value then def.value else [ def.value ]) defs;
        };
      default = [ ];
      example = { init.defaultBranch = "main"; url."https://github.com/".insteadOf = [ "gh:" ]; };
      description = "Settings for {file}`/etc/gitconfig`: sections, or a list of such in their order.";
    };
    prompt.enable = mkOption { type = types.bool; default = false; description = "Whether prompts may show the branch, by `__git_ps1`."; };
    lfs.enable = mkOption { type = types.bool; default = false; description = "Whether large files are kept beside the repository."; };
    lfs.package = mkOption { type = types.package; default = pkgs.git-lfs; defaultText = lib.literalExpression "pkgs.git-lfs"; description = "The package of git-lfs."; };
    lfs.enablePureSSHTransfer = mkOption { type = types.bool; default = false; description = "Whether they are sent through ssh alone."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ] ++ lib.optional cfg.lfs.enable cfg.lfs.package;
    environment.etc.gitconfig = lib.mkIf (cfg.config != [ ]) { text = lib.concatMapStringsSep "\n" lib.generators.toGitINI cfg.config; };
    programs.git.config = lib.mkIf cfg.lfs.enable {
      filter.lfs = {
        clean = "git-lfs clean -- %f";
        smudge = "git-lfs smudge -- %f";
        process = "git-lfs filter-process";
        required = true;
      };
    };
    environment.interactiveShellInit = lib.mkIf cfg.prompt.enable ". ${cfg.package}/lib/git-core/git-sh-prompt\n";
  };
}
