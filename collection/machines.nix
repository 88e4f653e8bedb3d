# Several machines on networks of their own, as virtual machines that a test drives: a folder with a link to each, by its name.
#   nix-build collection/machines.nix --arg lock ./lock --arg nodes ./machines.nix
# `nodes` is a set of configurations, or a file with one. Each module gets the configurations of all as `nodes`, and with
# `extendNode NAME MODULE` that of a machine with something more.
{ lock
, nodes
, packages ? import ./packages { inherit lock system; }
, system ? "x86_64-linux"
}:

let
  pkgs = import ./pkgs.nix { inherit packages system; };
  inherit (import ./lib) imap1 listToAttrs nameValuePair;
  configurations = if builtins.isAttrs nodes then nodes else import nodes;

  evaluated = listToAttrs (imap1
    (number: name: nameValuePair name ((import ./modules { }).evalConfig {
      inherit pkgs;
      specialArgs = {
        nodes = builtins.mapAttrs (_: machine: machine.config) evaluated;
        extendNode = name: module: (evaluated.${name}.extendModules { modules = [ module ]; }).config;
      };
      modules = [
        configurations.${name}
        ./modules/virtualisation/qemu-vm.nix
        ./modules/testing/test-instrumentation.nix
        ./modules/testing/network.nix
        { virtualisation.test = { nodeName = name; nodeNumber = number; }; }
      ];
    }))
    (builtins.attrNames configurations));
in
pkgs.runCommand "machines" { } ''
  mkdir -p $out
  ${builtins.concatStringsSep "\n" (map (name: "ln -s ${evaluated.${name}.config.system.build.vm} $out/${name}") (builtins.attrNames evaluated))}
''
// { nodes = evaluated; }
