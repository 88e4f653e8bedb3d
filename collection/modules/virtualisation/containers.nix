# What all programs for containers have in common: where images come from and where they are kept.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation.containers;
  toml = pkgs.formats.toml { };
  json = pkgs.formats.json { };
in
{
  options.virtualisation.containers = {
    enable = mkOption { type = types.bool; default = false; description = "Whether the files in {file}`/etc/containers` are there."; };
    containersConf.settings = mkOption { inherit (toml) type; default = { }; description = "Settings of {file}`containers.conf`."; };
    storage.settings = mkOption { inherit (toml) type; description = "Settings of {file}`storage.conf`."; };
    registries = {
      search = mkOption { type = types.listOf types.str; default = [ "docker.io" "quay.io" ]; description = "Where images without a registry are looked for."; };
      insecure = mkOption { type = types.listOf types.str; default = [ ]; description = "Registries that need not say who they are."; };
      block = mkOption { type = types.listOf types.str; default = [ ]; description = "Registries that nothing is taken from."; };
    };
    policy = mkOption { type = types.attrs; default = { }; description = "Which images are trusted; by default all."; };
  };

  config = lib.mkIf cfg.enable {
    virtualisation.containers.storage.settings.storage = { driver = lib.mkDefault "overlay"; graphroot = lib.mkDefault "/var/lib/containers/storage"; runroot = lib.mkDefault "/run/containers/storage"; };
    virtualisation.containers.containersConf.settings = {
      engine.helper_binaries_dir = [ "${pkgs.podman}/lib/podman" "${pkgs.netavark}/lib/podman" "${pkgs.aardvark-dns}/lib/podman" "${pkgs.conmon}/bin" ];
      engine.conmon_path = [ "${pkgs.conmon}/bin/conmon" ];
      engine.runtimes.crun = [ "${pkgs.crun}/bin/crun" ];
      engine.init_path = lib.mkIf (pkgs ? catatonit) "${pkgs.catatonit}/bin/catatonit";
      network.network_backend = lib.mkDefault "netavark";
    };
    environment.etc = {
      "containers/containers.conf".source = toml.generate "containers.conf" cfg.containersConf.settings;
      "containers/storage.conf".source = toml.generate "storage.conf" cfg.storage.settings;
      "containers/registries.conf".source = toml.generate "registries.conf" {
        unqualified-search-registries = cfg.registries.search;
        registry = map (location: { inherit location; insecure = true; }) cfg.registries.insecure
          ++ map (location: { inherit location; blocked = true; }) cfg.registries.block;
      };
      "containers/policy.json".source = json.generate "policy.json" (if cfg.policy != { } then cfg.policy else { default = [ { type = "insecureAcceptAnything"; } ]; });
    };
  };
}
