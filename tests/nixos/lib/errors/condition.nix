{ lib, ... }:
lib.mkMerge [
  { enable = true; }
  (lib.mkIf true {
    port = lib.mkForce (-1);
  })
]
