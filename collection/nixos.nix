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
  virtual = evalConfig [ configuration ./modules/virtualisation/qemu-vm.nix ];
  tested = evalConfig [ configuration ./modules/virtualisation/qemu-vm.nix ./modules/testing/test-instrumentation.nix ];
in
{
  inherit (machine) config options;
  inherit pkgs;
  # What the machine runs.
  system = machine.config.system.build.toplevel;
  # The same as a virtual machine, and as one that a test drives.
  vm = virtual.config.system.build.vm;
  testVm = tested.config.system.build.vm;
}
