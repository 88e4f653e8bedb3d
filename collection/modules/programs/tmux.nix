# The terminal multiplexer tmux, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.tmux;
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  yes = value: if value then "on" else "off";
  keys = name: types.enum [ "emacs" "vi" ];

  resize = ''
    bind -r H resize-pane -L ${toString cfg.resizeAmount}
    bind -r J resize-pane -D ${toString cfg.resizeAmount}
    bind -r K resize-pane -U ${toString cfg.resizeAmount}
    bind -r L resize-pane -R ${toString cfg.resizeAmount}
  '';
  text = ''
    set  -g default-terminal "${cfg.terminal}"
    set  -g base-index      ${toString cfg.baseIndex}
    setw -g pane-base-index ${toString cfg.baseIndex}
    set  -g history-limit   ${toString cfg.historyLimit}
    ${lib.optionalString cfg.newSession "new-session"}
    ${lib.optionalString cfg.reverseSplit ''
      bind v split-window -h
      bind s split-window -v
    ''}
    set -g status-keys ${cfg.keyMode}
    set -g mode-keys   ${cfg.keyMode}
    ${lib.optionalString (cfg.keyMode == "vi" && cfg.customPaneNavigationAndResize) ''
      bind h select-pane -L
      bind j select-pane -D
      bind k select-pane -U
      bind l select-pane -R
      ${resize}
    ''}
    ${lib.optionalString (cfg.shortcut != "b") ''
      unbind C-b
      set -g prefix C-${cfg.shortcut}
      bind ${cfg.shortcut} send-prefix
      bind C-${cfg.shortcut} last-window
    ''}
    setw -g aggressive-resize ${yes cfg.aggressiveResize}
    setw -g clock-mode-style  ${if cfg.clock24 then "24" else "12"}
    set  -s escape-time       ${toString cfg.escapeTime}
    ${lib.optionalString (!cfg.withUtempter) "# Sessions are not written to utmp."}
    ${cfg.extraConfigBeforePlugins}
    ${lib.concatMapStrings (plugin: "run-shell ${plugin.rtp or "${plugin}"}\n") cfg.plugins}
    ${cfg.extraConfig}
  '';
in
{
  options.programs.tmux = {
    enable = flag false "Whether tmux is there.";
    package = mkOption { type = types.package; default = pkgs.tmux; defaultText = lib.literalExpression "pkgs.tmux"; description = "The package of tmux."; };
    aggressiveResize = flag false "Whether a window is as large as the smallest terminal that shows it.";
    baseIndex = mkOption { type = types.int; default = 0; example = 1; description = "The number of the first window and pane."; };
    clock24 = flag false "Whether its clock has 24 hours.";
    customPaneNavigationAndResize = flag false "Whether h, j, k and l go from pane to pane and resize them.";
    escapeTime = mkOption { type = types.int; default = 500; description = "Milliseconds for which an escape waits for more."; };
    extraConfigBeforePlugins = mkOption { type = types.lines; default = ""; description = "Lines before the plugins."; };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of {file}`/etc/tmux.conf`."; };
    historyLimit = mkOption { type = types.int; default = 2000; description = "How many lines of a window are kept."; };
    keyMode = mkOption { type = keys "mode"; default = "emacs"; description = "Whose keys it has."; };
    newSession = flag false "Whether tmux without a session makes one.";
    reverseSplit = flag false "Whether v and s split windows.";
    resizeAmount = mkOption { type = types.int; default = 5; description = "By how many lines a pane is resized."; };
    secureSocket = flag true "Whether its socket is in the user's folder of {file}`/run`, which is gone after a logout.";
    shortcut = mkOption { type = types.str; default = "b"; example = "a"; description = "The key that, with Ctrl, begins a command."; };
    terminal = mkOption { type = types.str; default = "screen"; example = "screen-256color"; description = "What programs within take it for."; };
    plugins = mkOption { type = types.listOf types.package; default = [ ]; description = "Plugins."; };
    withUtempter = flag true "Whether sessions are written to {file}`/run/utmp`.";
  };

  config = lib.mkIf cfg.enable {
    environment.etc."tmux.conf".text = text;
    environment.systemPackages = [ cfg.package ] ++ cfg.plugins;
    environment.variables.TMUX_TMPDIR = lib.mkIf cfg.secureSocket "\${XDG_RUNTIME_DIR:-/tmp}";
  };
}
