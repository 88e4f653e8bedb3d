# What may be on a disk, a partition, an opened volume or an array, under disko's option names; and what of a configuration follows
# from it. `device` is always where the system finds it.
{ lib }:

let
  inherit (lib) mkOption types;

  content = types.nullOr (types.submodule ({ config, ... }: {
    options = {
      type = mkOption { type = types.enum [ "filesystem" "btrfs" "swap" "luks" "mdraid" "lvm_pv" ]; description = "What it is."; };

      format = mkOption { type = types.str; example = "ext4"; description = "Of a `filesystem`: its type."; };
      mountpoint = mkOption { type = types.nullOr types.str; default = null; example = "/"; description = "Where the file system is mounted."; };
      mountOptions = mkOption { type = types.nonEmptyListOf types.str; default = [ "defaults" ]; description = "How it is mounted."; };
      extraArgs = mkOption { type = types.listOf types.str; default = [ ]; description = "Further arguments of the program that makes it."; };

      subvolumes = mkOption {
        type = types.attrsOf (types.submodule {
          options = {
            mountpoint = mkOption { type = types.nullOr types.str; default = null; description = "Where the subvolume is mounted."; };
            mountOptions = mkOption { type = types.nonEmptyListOf types.str; default = [ "defaults" ]; description = "How it is mounted."; };
          };
        });
        default = { };
        example = { "/root".mountpoint = "/"; "/nix" = { mountpoint = "/nix"; mountOptions = [ "noatime" ]; }; };
        description = "Of `btrfs`: its subvolumes, by path.";
      };

      name = mkOption { type = types.str; description = "Of `luks`: its name when it is open. Of `mdraid`: the array of `disko.devices.mdadm` that it is a part of."; };
      vg = mkOption { type = types.str; description = "Of `lvm_pv`: the volume group of `disko.devices.lvm_vg` that it is a part of."; };
      passwordFile = mkOption { type = types.nullOr types.str; default = null; example = "/tmp/secret"; description = "Of `luks`: a file with its passphrase while disks are set up; without it, it is asked for."; };
      settings = mkOption { type = types.attrsOf types.anything; default = { }; example = { allowDiscards = true; }; description = "Of `luks`: its options in `boot.initrd.luks.devices`."; };
      initrdUnlock = mkOption { type = types.bool; default = true; description = "Of `luks`: whether the first stage of the boot opens it."; };
      extraFormatArgs = mkOption { type = types.listOf types.str; default = [ ]; description = "Of `luks`: further arguments of `cryptsetup luksFormat`."; };
      extraOpenArgs = mkOption { type = types.listOf types.str; default = [ ]; description = "Of `luks`: further arguments of `cryptsetup open`."; };
      content = mkOption { visible = "shallow"; type = content; default = null; description = "Of `luks`: what is in it."; };

      priority = mkOption { type = types.nullOr types.int; default = null; description = "Of `swap`: which is used first."; };
    };
  }));

  none = { fileSystems = [ ]; swapDevices = [ ]; luks = [ ]; arrays = [ ]; groups = [ ]; };
  join = a: b: builtins.mapAttrs (name: list: list ++ b.${name}) a;

  # fileSystems, swapDevices, boot.initrd.luks.devices as lists of names and values, and the arrays and volume groups
  # that have a part here.
  follow = device: c:
    if c == null then none
    else {
      filesystem = none // { fileSystems = mounted device c c.format [ ]; };
      btrfs = none // {
        fileSystems = mounted device c "btrfs" [ ]
          ++ lib.concatLists (lib.mapAttrsToList (path: volume: mounted device volume "btrfs" [ "subvol=${path}" ]) c.subvolumes);
      };
      swap = none // { swapDevices = [ ({ inherit device; } // lib.optionalAttrs (c.priority != null) { inherit (c) priority; }) ]; };
      luks = join (follow "/dev/mapper/${c.name}" c.content) (none // {
        luks = lib.optional c.initrdUnlock (lib.nameValuePair c.name ({ inherit device; } // c.settings));
      });
      mdraid = none // { arrays = [ c.name ]; };
      lvm_pv = none // { groups = [ c.vg ]; };
    }.${c.type};
  mounted = device: c: fsType: options:
    lib.optional (c.mountpoint != null) (lib.nameValuePair c.mountpoint { inherit device fsType; options = options ++ c.mountOptions; });

  # As data, with what the kind has and nothing else.
  describe = c:
    if c == null then null
    else { inherit (c) type; } // {
      filesystem = { inherit (c) format mountpoint mountOptions extraArgs; };
      btrfs = {
        inherit (c) mountpoint mountOptions extraArgs;
        subvolumes = lib.mapAttrsToList (name: volume: { inherit name; inherit (volume) mountpoint mountOptions; }) c.subvolumes;
      };
      swap = { inherit (c) extraArgs; };
      luks = {
        inherit (c) name extraFormatArgs extraOpenArgs;
        keyFile = if c.passwordFile != null then c.passwordFile else c.settings.keyFile or null;
        content = describe c.content;
      };
      mdraid = { array = c.name; };
      lvm_pv = { group = c.vg; };
    }.${c.type};
in
{
  inherit content none join follow describe;
}
