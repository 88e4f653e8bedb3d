{ lib, ... }: { options.enable = lib.mkEnableOption "it"; options.list = lib.mkOption { type = lib.types.listOf lib.types.int; default = [ ]; }; }
