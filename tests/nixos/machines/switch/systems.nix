# The systems that a machine is switched between, and the machine, which begins with the first and has all in its store: a folder
# with a link to each. The machine evaluates its configuration by the Firn that it has, as the store path `firn`; the systems are
# made with that, so that they are the same ones. Without it there is only that Firn, `package`.
{ lock, firn ? null }:

let
  collection = ../../../../collection;
  packages = import (collection + "/packages") { inherit lock; system = "x86_64-linux"; };
  evaluate = configuration: import (collection + "/nixos.nix") { inherit lock packages firn configuration; };

  base = evaluate ./base.nix;
  systems = {
    base = base.system;
    edited = (evaluate ./edited.nix).system;
    unhealthy = (evaluate ./unhealthy.nix).system;
    broken = (evaluate ./broken.nix).system;
  };
  # What the configuration reads the archive's index from, for there is no network.
  lockInStore = builtins.path { name = "lock"; path = lock; };
  machine = evaluate {
    imports = [ ./base.nix ];
    virtualisation.additionalPaths = builtins.attrValues systems ++ [ lockInStore ];
  };

  parts = systems // { lock = lockInStore; machine = machine.config.system.build.vm; };
in
{
  package = base.pkgs.firn;
  all = base.pkgs.runCommand "switched-machine" { } ''
    mkdir -p $out
    ${builtins.concatStringsSep "\n" (map (name: "ln -s ${parts.${name}} $out/${name}") (builtins.attrNames parts))}
  '';
}
