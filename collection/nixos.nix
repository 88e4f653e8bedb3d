# A system from a configuration, over the packages of a lock:
#   nix-build collection/nixos.nix --arg lock ./lock --arg configuration ./configuration.nix -A system
{ lock
, configuration
, packages ? import ./packages { inherit lock system; }
, system ? "x86_64-linux"
  # The Firn of the machine, as a package or as its store path; null for the one that these expressions belong to.
, firn ? null
}:

let
  pkgs = import ./pkgs.nix {
    inherit packages system;
    firn = if builtins.isString firn then import "${builtins.storePath firn}/collection/firn.nix" { inherit packages system; inherit (pkgs) runCommand; } else firn;
  };
  evalConfig = modules: (import ./modules { }).evalConfig { inherit pkgs modules; };
  machine = evalConfig [ configuration ];
  virtual = evalConfig [ configuration ./modules/virtualisation/qemu-vm.nix ./modules/virtualisation/vm-runner.nix ];
  tested = evalConfig [ configuration ./modules/virtualisation/qemu-vm.nix ./modules/testing/test-instrumentation.nix ];

  # Where the user's own files ask for a unit, as `nginx.service`: what they say of the unit itself, else that they enable the
  # service of its name. Empty when that is not known.
  definitionsOf = unit:
    let
      inherit (machine) lib options;
      name = lib.head (lib.splitString "." unit);
      isTheirs = place: !lib.hasPrefix "${toString ./.}/" place.file;
      placesAt = path: builtins.filter isTheirs (lib.places.definitionPlaces options path);
      found = builtins.filter (places: places != [ ]) (map placesAt [ [ "systemd" "services" name ] [ "services" name "enable" ] ]);
    in
    lib.concatMapStringsSep ", " lib.places.showPlace (if found == [ ] then [ ] else lib.unique (lib.head found));
in
{
  inherit (machine) config options;
  inherit pkgs definitionsOf;
  # What the machine runs.
  system = machine.config.system.build.toplevel;
  # The same as a virtual machine, and as one that a test drives.
  vm = virtual.config.system.build.vm;
  testVm = tested.config.system.build.vm;
}
