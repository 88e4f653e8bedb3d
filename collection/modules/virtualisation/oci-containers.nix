# Containers as services: each image that is named here runs as a unit, by podman or Docker.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation.oci-containers;
  inherit (cfg) backend;
  program = if backend == "docker" then "${config.virtualisation.docker.package}/bin/docker" else "${config.virtualisation.podman.package}/bin/podman";
  strings = description: mkOption { type = types.listOf types.str; default = [ ]; inherit description; };
  nullOrStr = description: mkOption { type = types.nullOr types.str; default = null; inherit description; };

  container = { name, ... }: {
    options = {
      image = mkOption { type = types.str; example = "library/hello-world"; description = "The image, with its tag."; };
      imageFile = mkOption { type = types.nullOr types.package; default = null; description = "An archive with the image, which is loaded before."; };
      imageStream = mkOption { type = types.nullOr types.package; default = null; description = "A program that writes such an archive."; };
      login = {
        username = nullOrStr "The name at the registry.";
        passwordFile = nullOrStr "A file with the password.";
        registry = nullOrStr "The registry.";
      };
      pull = mkOption { type = types.enum [ "always" "missing" "never" "newer" ]; default = "missing"; description = "When the image is fetched."; };
      cmd = strings "Arguments of the image's program.";
      labels = mkOption { type = types.attrsOf types.str; default = { }; description = "Labels of the container."; };
      entrypoint = nullOrStr "Another program of the image.";
      environment = mkOption { type = types.attrsOf types.str; default = { }; description = "Variables."; };
      environmentFiles = mkOption { type = types.listOf types.path; default = [ ]; description = "Files with variables, which need not be in the store."; };
      log-driver = mkOption { type = types.str; default = "journald"; description = "Where it logs to."; };
      ports = strings "Ports that lead into it: `address:port:port/protocol`.";
      user = nullOrStr "The user that it runs as.";
      volumes = strings "Folders: `outside:inside:options`.";
      workdir = nullOrStr "The folder that it starts in.";
      dependsOn = strings "Containers that are started before.";
      hostname = nullOrStr "Its name.";
      preRunExtraOptions = strings "Arguments before `run`.";
      extraOptions = strings "Further arguments of `run`.";
      networks = strings "The networks it is in.";
      devices = strings "Devices that it sees.";
      privileged = mkOption { type = types.bool; default = false; description = "Whether it may do everything."; };
      capabilities = mkOption { type = types.attrsOf (types.nullOr types.bool); default = { }; example = { NET_ADMIN = true; }; description = "Abilities of root that it is given, or that are taken from it."; };
      autoStart = mkOption { type = types.bool; default = true; description = "Whether it runs from the start."; };
      autoRemoveOnStop = mkOption { type = types.bool; default = true; description = "Whether nothing is left of it when it stops."; };
      serviceName = mkOption { type = types.str; default = "${backend}-${name}"; defaultText = lib.literalExpression ''"''${backend}-''${name}"''; description = "The unit's name."; };
    };
  };

  service = name: c:
    let
      id = lib.escapeShellArg name;
      each = flag: list: map (value: "${flag} ${lib.escapeShellArg value}") list;
      pairs = flag: set: lib.mapAttrsToList (key: value: "${flag} ${lib.escapeShellArg "${key}=${value}"}") set;
      maybe = flag: value: lib.optional (value != null) "${flag} ${lib.escapeShellArg value}";
      dependencies = map (other: "${cfg.containers.${other}.serviceName}.service") c.dependsOn;
    in
    {
      wantedBy = lib.optional c.autoStart "multi-user.target";
      wants = lib.optional (c.imageFile == null && c.imageStream == null) "network-online.target";
      after = lib.optionals (backend == "docker") [ "docker.service" "docker.socket" ]
        ++ lib.optional (c.imageFile == null && c.imageStream == null) "network-online.target" ++ dependencies;
      requires = dependencies;
      environment = { };
      path = [ "/run/wrappers" pkgs.iptables pkgs.kmod ];
      preStart = ''
        ${lib.optionalString (c.login.username != null) "cat ${lib.escapeShellArg c.login.passwordFile} | ${program} login ${toString c.login.registry} --username ${lib.escapeShellArg c.login.username} --password-stdin"}
        ${lib.optionalString (c.imageFile != null) "${program} load -i ${c.imageFile}"}
        ${lib.optionalString (c.imageStream != null) "${c.imageStream} | ${program} load"}
        ${program} rm -f ${id} || true
        ${lib.optionalString (backend == "podman") "rm -f /run/podman-${id}.ctr-id"}
      '';
      script = lib.concatStringsSep " \\\n  " (
        [ "exec ${program}" ] ++ map lib.escapeShellArg c.preRunExtraOptions ++ [ "run" "--name=${id}" "--log-driver=${c.log-driver}" ]
        ++ lib.optional c.autoRemoveOnStop "--rm"
        ++ maybe "--entrypoint" c.entrypoint ++ maybe "--hostname" c.hostname
        ++ lib.optionals (backend == "podman") [ "--cidfile=/run/podman-${id}.ctr-id" "--cgroups=enabled" "--sdnotify=conmon" "-d" "--replace" ]
        ++ pairs "-e" c.environment ++ each "--env-file" (map toString c.environmentFiles)
        ++ each "-p" c.ports ++ maybe "-u" c.user ++ each "-v" c.volumes ++ pairs "-l" c.labels ++ maybe "-w" c.workdir
        ++ each "--device" c.devices ++ each "--network" c.networks
        ++ lib.mapAttrsToList (capability: given: "--cap-${if given then "add" else "drop"}=${capability}") (lib.filterAttrs (_: given: given != null) c.capabilities)
        ++ lib.optional c.privileged "--privileged"
        ++ [ "--pull ${lib.escapeShellArg c.pull}" ]
        ++ map lib.escapeShellArg c.extraOptions ++ [ c.image ] ++ map lib.escapeShellArg c.cmd
      );
      preStop = "${program} stop ${lib.optionalString (backend == "podman") "--ignore --cidfile=/run/podman-${id}.ctr-id"}${lib.optionalString (backend == "docker") id}";
      postStop = if backend == "podman" then "${program} rm -f --ignore --cidfile=/run/podman-${id}.ctr-id" else "${program} rm -f ${id} || true";
      serviceConfig = { TimeoutStartSec = 0; TimeoutStopSec = 120; Restart = "always"; }
        // lib.optionalAttrs (backend == "podman") { Environment = "PODMAN_SYSTEMD_UNIT=podman-${name}.service"; Type = "notify"; NotifyAccess = "all"; Delegate = true; };
    };
in
{
  options.virtualisation.oci-containers = {
    backend = mkOption { type = types.enum [ "podman" "docker" ]; default = "podman"; description = "What runs them."; };
    containers = mkOption { type = types.attrsOf (types.submodule container); default = { }; description = "The containers, by name."; };
  };

  config = lib.mkIf (cfg.containers != { }) {
    systemd.services = lib.mapAttrs' (name: c: lib.nameValuePair c.serviceName (service name c)) cfg.containers;
    virtualisation.podman.enable = lib.mkIf (backend == "podman") true;
    virtualisation.docker.enable = lib.mkIf (backend == "docker") true;
    assertions = lib.concatLists (lib.mapAttrsToList
      (name: c: map
        (other: {
          assertion = false;
          about = [ [ "virtualisation" "oci-containers" "containers" name "dependsOn" ] ];
          message = "The container `${name}' depends on `${other}', which is not among virtualisation.oci-containers.containers.";
        })
        (builtins.filter (other: !(cfg.containers ? ${other})) c.dependsOn))
      cfg.containers);
  };
}
