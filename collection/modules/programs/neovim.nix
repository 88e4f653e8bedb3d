# The editor neovim, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.neovim;
  flag = description: mkOption { type = types.bool; default = false; inherit description; };

  runtimeFile = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether the file is there."; };
      target = mkOption { type = types.str; default = name; description = "Its path in the runtime folder."; };
      text = mkOption { type = types.nullOr types.lines; default = null; description = "What is in it."; };
      source = mkOption { type = types.nullOr types.path; default = null; description = "The file that it is."; };
    };
    config.source = lib.mkIf (config.text != null) (lib.mkDefault (pkgs.writeText "neovim-runtime" config.text));
  };
  files = builtins.filter (file: file.enable) (builtins.attrValues cfg.runtime);
  plugins = lib.concatMap (set: map (plugin: { name = "pack/${set.name}/start/${lib.getName plugin}"; path = plugin; }) set.value.start or [ ]
    ++ map (plugin: { name = "pack/${set.name}/opt/${lib.getName plugin}"; path = plugin; }) set.value.opt or [ ])
    (lib.attrsToList cfg.configure.packages or { });
  alias = name: pkgs.runCommand "neovim-${name}" { } "mkdir -p $out/bin && ln -s ${cfg.package}/bin/nvim $out/bin/${name}";
in
{
  options.programs.neovim = {
    enable = flag "Whether neovim is there.";
    package = mkOption { type = types.package; default = pkgs.neovim; defaultText = lib.literalExpression "pkgs.neovim"; description = "The package of neovim."; };
    finalPackage = mkOption { type = types.package; visible = false; readOnly = true; default = cfg.package; description = "The package with its settings."; };
    defaultEditor = flag "Whether it is what programs edit texts with.";
    viAlias = flag "Whether {command}`vi` is neovim.";
    vimAlias = flag "Whether {command}`vim` is neovim.";
    withRuby = flag "Whether plugins in Ruby work.";
    withPython3 = mkOption { type = types.bool; default = true; description = "Whether plugins in Python work."; };
    withNodeJs = flag "Whether plugins in JavaScript work.";
    configure = mkOption {
      type = types.attrs;
      default = { };
      example = { customRC = "set number"; };
      description = "`customRC` and `customLuaRC`, what is done at the start, and `packages.<name>.{start,opt}`, plugins.";
    };
    runtime = mkOption { type = types.attrsOf (types.submodule runtimeFile); default = { }; description = "Files of the runtime folder, by path."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ]
      ++ lib.optional cfg.viAlias (lib.hiPrio (alias "vi"))
      ++ lib.optional cfg.vimAlias (lib.hiPrio (alias "vim"))
      ++ lib.optional (cfg.withPython3 && pkgs ? python3-pynvim) pkgs.python3-pynvim
      ++ lib.optional cfg.withNodeJs pkgs.nodejs
      ++ lib.optional cfg.withRuby pkgs.ruby;
    environment.variables.EDITOR = lib.mkIf cfg.defaultEditor (lib.mkOverride 900 "nvim");
    # Neovim looks there: XDG_CONFIG_DIRS has /etc/xdg.
    environment.etc = {
      "xdg/nvim/sysinit.vim" = lib.mkIf (cfg.configure.customRC or "" != "" || cfg.configure.customLuaRC or "" != "" || plugins != [ ]) {
        text = lib.optionalString (plugins != [ ]) "set packpath^=${pkgs.linkFarm "neovim-plugins" plugins}\n"
          + cfg.configure.customRC or ""
          + lib.optionalString (cfg.configure.customLuaRC or "" != "") "\nlua << EOF\n${cfg.configure.customLuaRC}\nEOF\n";
      };
    } // lib.listToAttrs (map (file: lib.nameValuePair "xdg/nvim/${file.target}" { inherit (file) source; }) files);
  };
}
