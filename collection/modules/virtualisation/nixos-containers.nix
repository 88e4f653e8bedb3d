# Containers: systems that run beside the machine's own, on its kernel and with its store, each in a folder of
# /var/lib/nixos-containers. systemd-nspawn starts them.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkDefault mkOption optionalString types;
  cfg = config.containers;
  maybe = type: example: description: mkOption { type = types.nullOr type; default = null; inherit example description; };
  flag = default: description: mkOption { type = types.bool; inherit default description; };

  networkOptions = {
    hostBridge = maybe types.str "br0" "The bridge of the host that the interface is on.";
    forwardPorts = mkOption {
      type = types.listOf (types.submodule {
        options = {
          protocol = mkOption { type = types.str; default = "tcp"; description = "The protocol."; };
          hostPort = mkOption { type = types.int; description = "The port of the host."; };
          containerPort = mkOption { type = types.nullOr types.int; default = null; description = "The port of the container; `null` for the same."; };
        };
      });
      default = [ ];
      example = [ { protocol = "tcp"; hostPort = 8080; containerPort = 80; } ];
      description = "Ports of the host that lead into the container.";
    };
    hostAddress = maybe types.str "10.231.136.1" "The host's IPv4 address on the interface to the container.";
    hostAddress6 = maybe types.str "fc00::1" "The host's IPv6 address there.";
    localAddress = maybe types.str "10.231.136.2" "The container's IPv4 address; on a bridge with the length of its prefix.";
    localAddress6 = maybe types.str "fc00::2" "The container's IPv6 address.";
  };

  # A configuration as an option: evaluated with what the container is.
  systemType = name: container: lib.mkOptionType {
    name = "Toplevel NixOS config";
    merge = _: defs: ((import ../default.nix { inherit lib; }).evalConfig {
      inherit pkgs;
      inherit (container) specialArgs;
      prefix = [ "containers" name ];
      modules = [
        {
          _file = "containers.${name}";
          boot.isContainer = true;
          networking.hostName = mkDefault name;
          networking.useDHCP = false;
          # Without a network of its own the packet filter is the host's.
          networking.firewall.enable = lib.mkIf (!container.privateNetwork) (mkDefault false);
          system.stateVersion = mkDefault config.system.stateVersion;
        }
      ] ++ map (def: def.value) defs;
    }).config;
  };

  bindMount = { name, ... }: {
    options = {
      mountPoint = mkOption { type = types.str; default = name; example = "/mnt/usb"; description = "Where it is in the container."; };
      hostPath = maybe types.str "/home/alice" "What it is on the host; `null` for the same path.";
      isReadOnly = flag true "Whether the container cannot write to it.";
    };
  };

  container = { name, config, options, ... }: {
    options = networkOptions // {
      config = mkOption { type = systemType name config; description = "The configuration of the container."; };
      path = mkOption { type = types.path; example = "/nix/var/nix/profiles/per-container/webserver"; description = "The system of the container, in place of a configuration."; };
      specialArgs = mkOption { type = types.attrsOf types.unspecified; default = { }; description = "Further arguments of the configuration's modules."; };
      autoStart = flag false "Whether it starts with the machine.";
      restartIfChanged = flag true "Whether it is restarted when its system is another after a switch.";
      ephemeral = flag false "Whether it begins anew each time, and what it wrote is gone.";
      privateNetwork = flag false "Whether it has a network of its own, and not the host's.";
      bindMounts = mkOption {
        type = types.attrsOf (types.submodule bindMount);
        default = { };
        example = { "/home" = { hostPath = "/home/alice"; isReadOnly = false; }; };
        description = "Folders and files of the host that it sees.";
      };
      interfaces = mkOption { type = types.listOf types.str; default = [ ]; example = [ "eth1" ]; description = "Interfaces of the host that are moved into it."; };
      macvlans = mkOption { type = types.listOf types.str; default = [ ]; example = [ "eth1" ]; description = "Interfaces of the host on which it has one of its own."; };
      allowedDevices = mkOption {
        type = types.listOf (types.submodule {
          options.node = mkOption { type = types.str; example = "/dev/net/tun"; description = "The device."; };
          options.modifier = mkOption { type = types.str; example = "rwm"; description = "What it may do with it."; };
        });
        default = [ ];
        description = "Devices that it may use.";
      };
      enableTun = flag false "Whether it may make tunnels.";
      additionalCapabilities = mkOption { type = types.listOf types.str; default = [ ]; example = [ "CAP_NET_ADMIN" ]; description = "Further rights of its processes."; };
      tmpfs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "/var" ]; description = "Folders that are in memory."; };
      timeoutStartSec = mkOption { type = types.str; default = "1min"; description = "How long its start may take."; };
      extraFlags = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--drop-capability=CAP_SYS_CHROOT" ]; description = "Further arguments of {manpage}`systemd-nspawn(1)`."; };
    };
    config = lib.mkMerge [
      (lib.mkIf options.config.isDefined { path = mkDefault config.config.system.build.toplevel; })
      (lib.mkIf config.enableTun {
        allowedDevices = [ { node = "/dev/net/tun"; modifier = "rwm"; } ];
        additionalCapabilities = [ "CAP_NET_ADMIN" ];
      })
    ];
  };

  rootOf = name: "/var/lib/nixos-containers/${name}";
  hasPair = c: c.privateNetwork && (c.hostAddress != null || c.hostAddress6 != null || c.localAddress != null || c.localAddress6 != null || c.hostBridge != null);
  ip = "${pkgs.iproute2}/bin/ip";

  # The first process of the container: it makes the network ready, where there is one, and becomes the second stage of the boot.
  init = name: c: pkgs.writeShellScriptBin "container-init" (
    optionalString (hasPair c) (
      "${ip} link set host0 name eth0\n${ip} link set dev eth0 up\n"
      + optionalString (c.localAddress != null) "${ip} addr add ${c.localAddress} dev eth0\n"
      + optionalString (c.localAddress6 != null) "${ip} -6 addr add ${c.localAddress6} dev eth0 nodad\n"
      + optionalString (c.hostAddress != null) "${ip} route add ${c.hostAddress} dev eth0\n${ip} route add default via ${c.hostAddress}\n"
      + optionalString (c.hostAddress6 != null) "${ip} -6 route add ${c.hostAddress6} dev eth0\n${ip} -6 route add default via ${c.hostAddress6}\n"
    )
    + "exec ${c.path}/init\n"
  );

  nspawnFlags = name: c:
    [ "--keep-unit" "--machine=${name}" "--notify-ready=yes" "--kill-signal=SIGRTMIN+3" "--link-journal=try-guest" "--timezone=off" ]
    ++ [ "--bind-ro=/nix/store" "--bind=/nix/var/nix/profiles/per-container/${name}:/nix/var/nix/profiles" "--bind=/nix/var/nix/gcroots/per-container/${name}:/nix/var/nix/gcroots" ]
    ++ lib.optional c.ephemeral "--ephemeral"
    ++ lib.optional (c.privateNetwork || c.hostBridge != null) "--private-network"
    ++ lib.optional (hasPair c && c.hostBridge == null) "--network-veth"
    ++ lib.optional (c.hostBridge != null) "--network-bridge=${c.hostBridge}"
    ++ map (port: "--port=${port.protocol}:${toString port.hostPort}:${toString (if port.containerPort == null then port.hostPort else port.containerPort)}") c.forwardPorts
    ++ map (interface: "--network-interface=${interface}") c.interfaces
    ++ map (interface: "--network-macvlan=${interface}") c.macvlans
    ++ lib.mapAttrsToList
      (_: mount: "--bind${optionalString mount.isReadOnly "-ro"}=${if mount.hostPath != null then mount.hostPath else mount.mountPoint}:${mount.mountPoint}")
      c.bindMounts
    ++ map (folder: "--tmpfs=${folder}") c.tmpfs
    ++ lib.optional (c.additionalCapabilities != [ ]) "--capability=${lib.concatStringsSep "," c.additionalCapabilities}"
    ++ c.extraFlags;

  unit = name: c: lib.nameValuePair "container@${name}" {
    description = "Container '${name}'";
    wantedBy = lib.optional c.autoStart "machines.target";
    wants = [ "network.target" ];
    after = [ "network.target" ];
    inherit (c) restartIfChanged;
    unitConfig.RequiresMountsFor = rootOf name;
    environment.root = rootOf name;
    environment.SYSTEMD_NSPAWN_UNIFIED_HIERARCHY = "1";
    path = [ pkgs.iproute2 pkgs.kmod ];
    # An ephemeral container has an empty folder, of which nspawn makes its copies.
    preStart = ''
      ${optionalString c.ephemeral "rm -rf ${rootOf name}"}
      mkdir -p $root/{etc,usr,var/lib,root} /nix/var/nix/{profiles,gcroots}/per-container/${name}
      chmod 0755 $root
      # nspawn wants to know what it starts, and finds the machine's id.
      [ -e $root/etc/os-release ] || [ -L $root/etc/os-release ] || touch $root/etc/os-release
      [ -e $root/etc/machine-id ] || touch $root/etc/machine-id
      ${optionalString (hasPair c && c.hostBridge == null) "ip link delete ve-${name} 2> /dev/null || true"}
    '';
    script = ''
      exec ${pkgs.systemd-container}/bin/systemd-nspawn --directory=$root ${lib.escapeShellArgs (nspawnFlags name c)} $EXTRA_NSPAWN_FLAGS \
        ${lib.getExe (init name c)}
    '';
    postStart = optionalString (hasPair c && c.hostBridge == null) (
      "ip link set dev ve-${name} up\n"
      + optionalString (c.hostAddress != null) "ip addr add ${c.hostAddress} dev ve-${name}\n"
      + optionalString (c.hostAddress6 != null) "ip -6 addr add ${c.hostAddress6} dev ve-${name} nodad\n"
      + optionalString (c.localAddress != null) "ip route add ${lib.head (lib.splitString "/" c.localAddress)} dev ve-${name}\n"
      + optionalString (c.localAddress6 != null) "ip -6 route add ${lib.head (lib.splitString "/" c.localAddress6)} dev ve-${name}\n"
    );
    restartTriggers = [ c.path ];
    serviceConfig = {
      Type = "notify";
      EnvironmentFile = "-/etc/nixos-containers/${name}.conf";
      RuntimeDirectory = "nixos-containers/${name}";
      SuccessExitStatus = "133";
      RestartForceExitStatus = "133";
      Restart = "on-failure";
      Slice = "machine.slice";
      Delegate = true;
      KillMode = "mixed";
      KillSignal = "TERM";
      TimeoutStartSec = c.timeoutStartSec;
      DevicePolicy = "closed";
      DeviceAllow = map (device: "${device.node} ${device.modifier}") c.allowedDevices;
    };
  };

  # What the program nixos-container reads.
  settings = name: c: lib.nameValuePair "nixos-containers/${name}.conf" {
    text = "SYSTEM_PATH=${c.path}\n"
      + optionalString c.privateNetwork "PRIVATE_NETWORK=1\n"
      + lib.concatStrings (lib.mapAttrsToList (key: value: optionalString (value != null) "${key}=${value}\n") {
        HOST_BRIDGE = c.hostBridge;
        HOST_ADDRESS = c.hostAddress;
        HOST_ADDRESS6 = c.hostAddress6;
        LOCAL_ADDRESS = c.localAddress;
        LOCAL_ADDRESS6 = c.localAddress6;
      })
      + optionalString c.autoStart "AUTO_START=1\n";
  };

  program = pkgs.runCommand "nixos-container" { script = ./nixos-container.sh; PATH = "${pkgs.coreutils}/bin:${pkgs.sed}/bin"; } ''
    mkdir -p $out/bin
    sed -e "s|@shell@|${pkgs.bash}/bin/bash|" \
      -e "s|@path@|${lib.makeBinPath [ pkgs.coreutils pkgs.systemd pkgs.systemd-container pkgs.util-linux ]}|" $script > $out/bin/nixos-container
    chmod +x $out/bin/nixos-container
    ${pkgs.bash}/bin/bash -n $out/bin/nixos-container
  '';
in
{
  options = {
    boot.enableContainers = mkOption {
      type = types.bool;
      default = cfg != { };
      defaultText = lib.literalMD "whether there are any";
      description = "Whether the machine can have containers.";
    };
    containers = mkOption {
      type = types.attrsOf (types.submodule container);
      default = { };
      example = { database = { autoStart = true; privateNetwork = true; config = { services.postgresql.enable = true; }; }; };
      description = "Systems that run as containers, by name.";
    };
  };

  config = lib.mkIf config.boot.enableContainers {
    assertions = lib.concatLists (lib.mapAttrsToList
      (name: c: [
        {
          assertion = hasPair c -> c.hostBridge != null || builtins.stringLength name <= 11;
          message = "containers.${name}: the name of a container with a network of its own has at most 11 characters, since it is in the name of its interface.";
        }
        {
          assertion = builtins.match "[[:alnum:]]([[:alnum:].-]*[[:alnum:]])?" name != null;
          message = "containers.${name}: the name of a container has letters, digits, dots and hyphens.";
        }
        {
          assertion = c.forwardPorts != [ ] -> c.privateNetwork;
          message = "containers.${name}: forwardPorts needs privateNetwork; without it the container has the ports of the host.";
        }
      ])
      cfg);

    environment.systemPackages = [ program pkgs.systemd-container ];
    environment.etc = lib.mapAttrs' settings cfg;
    services.dbus.packages = [ pkgs.systemd-container ];
    systemd.packages = [ pkgs.systemd-container ];
    systemd.targets.machines.wantedBy = [ "multi-user.target" ];
    systemd.services = lib.mapAttrs' unit cfg;
    systemd.tmpfiles.rules = [ "d /var/lib/nixos-containers 0700 root root -" ];
    boot.kernelModules = lib.optional (lib.any hasPair (builtins.attrValues cfg)) "veth";
  };
}
