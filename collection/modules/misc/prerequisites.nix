# What a system needs to start and to work as a whole, refused when it is not there: a boot loader, and an order in which units and
# steps can be done.
{ config, lib, ... }:

let
  findCycle = import ./find-cycle.nix { inherit lib; };
  names = cycle: if cycle == null then [ ] else cycle;
  showCycle = cycle: lib.concatStringsSep " → " (names cycle);

  # Units of the configuration by name, each with its kind and its own name there. What waits for what: `after`, and `before`
  # turned round.
  units = lib.listToAttrs (lib.concatMap
    (kind: lib.mapAttrsToList
      (name: unit: lib.nameValuePair unit.name { inherit kind name unit; })
      (lib.filterAttrs (_: unit: unit.enable) config.systemd.${kind}))
    [ "services" "sockets" "targets" "timers" "paths" ]);
  turned = lib.zipAttrs (lib.concatMap
    ({ unit, ... }: map (later: { ${later} = unit.name; }) unit.before)
    (builtins.attrValues units));
  unitCycle = findCycle (builtins.mapAttrs (name: { unit, ... }: unit.after ++ turned.${name} or [ ]) units);
  aboutUnit = id:
    let inherit (units.${id}) kind name; in
    [ [ "systemd" kind name "after" ] [ "systemd" kind name "before" ] ];

  scripts = config.system.activationScripts;
  scriptCycle = findCycle (builtins.mapAttrs (_: step: step.deps) scripts);

  loaders = builtins.attrValues config.boot.loader;
in
{
  config.assertions = [
    {
      assertion = config.boot.isContainer or false || lib.any (loader: loader.enable or false == true) loaders;
      message = ''
        No boot loader is chosen, so nothing would start this system. Set one of
          boot.loader.systemd-boot.enable = true;
          boot.loader.grub.enable = true;     with boot.loader.grub.device = "/dev/…";
          boot.loader.external.enable = true; if something else loads the kernel
      '';
      about = [ [ "boot" "loader" "grub" "enable" ] [ "boot" "loader" "systemd-boot" "enable" ] ];
    }
    {
      assertion = unitCycle == null;
      message = "Units wait for each other in a circle: ${showCycle unitCycle}. Systemd would leave one of them out.";
      about = lib.concatMap aboutUnit (lib.unique (names unitCycle));
    }
    {
      assertion = scriptCycle == null;
      message = "Activation steps wait for each other in a circle: ${showCycle scriptCycle}.";
      about = map (name: [ "system" "activationScripts" name "deps" ]) (lib.unique (names scriptCycle));
    }
  ];
}
