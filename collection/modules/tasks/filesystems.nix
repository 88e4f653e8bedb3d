# File systems and swap: what /etc/fstab says, and what the first stage of the boot mounts.
{ config, lib, utils, ... }:

let
  inherit (lib) mkOption types;

  fileSystem = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether it is mounted."; };
      mountPoint = mkOption { type = types.str; example = "/mnt/usb"; description = "Where it is mounted."; };
      device = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "/dev/sda1";
        description = "What is mounted: a device, or what the type of file system calls one.";
      };
      label = mkOption { type = types.nullOr types.str; default = null; description = "The label of the device, in its place."; };
      fsType = mkOption { type = types.str; default = "auto"; example = "ext4"; description = "The type of the file system."; };
      options = mkOption {
        type = types.nonEmptyListOf types.str;
        default = [ "defaults" ];
        example = [ "noatime" ];
        description = "How it is mounted.";
      };
      neededForBoot = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the first stage of the boot mounts it. It always does what holds the store and the system's state.";
      };
      noCheck = mkOption { type = types.bool; default = false; description = "Whether it is never checked."; };
      autoResize = mkOption {
        type = types.bool;
        default = false;
        description = "Whether it is grown to the size of its partition before it is mounted. It must be one of ext2, ext3, ext4 and f2fs.";
      };
      depends = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Mount points that come before this one, beside those above it.";
      };
    };
    config = {
      mountPoint = lib.mkDefault name;
      options = lib.mkIf config.autoResize [ "x-nixos.autoresize" ];
      device = lib.mkIf (config.label != null) (lib.mkDefault "/dev/disk/by-label/${config.label}");
    };
  };

  swapDevice = { config, ... }: {
    options = {
      device = mkOption { type = types.str; example = "/dev/sda3"; description = "The device or file."; };
      label = mkOption { type = types.str; description = "The label of the device, in its place."; };
      priority = mkOption { type = types.nullOr types.int; default = null; description = "Which swap is used first: that of the greatest number."; };
      options = mkOption { type = types.listOf types.str; default = [ "defaults" ]; description = "Options of the swap."; };
    };
  };

  all = builtins.filter (fs: fs.enable) (builtins.attrValues config.fileSystems);
  parts = path: builtins.filter (part: builtins.isString part && part != "") (builtins.split "/" path);
  isBelow = lower: upper: lib.take (builtins.length (parts upper)) (parts lower) == parts upper && lower != upper;
  isBefore = a: b:
    builtins.elem a.mountPoint b.depends || isBelow b.mountPoint a.mountPoint
    || (b.device != null && lib.hasPrefix "/" b.device && isBelow b.device a.mountPoint && a.mountPoint != "/");
  sorted = lib.toposort isBefore all;
  ordered = sorted.result or [ ];

  bootMounts = [ "/" "/nix" "/nix/store" "/var" "/var/log" "/var/lib" "/var/lib/nixos" "/etc" "/usr" ];
  neededForBoot = fs: fs.neededForBoot || builtins.elem fs.mountPoint bootMounts;

  # Types that no program checks.
  unchecked = [ "auto" "none" "bind" "tmpfs" "overlay" "squashfs" "erofs" "9p" "virtiofs" "nfs" "nfs4" "cifs" "btrfs" "zfs" "iso9660" ];
  escape = builtins.replaceStrings [ " " "\t" ] [ "\\040" "\\011" ];
  fstabLine = fs: lib.concatStringsSep " " [
    (escape fs.device)
    (escape fs.mountPoint)
    fs.fsType
    (escape (lib.concatStringsSep "," (fs.options ++ lib.optional (neededForBoot fs) "x-initrd.mount")))
    "0"
    (if fs.noCheck || builtins.elem fs.fsType unchecked then "0" else if fs.mountPoint == "/" then "1" else "2")
  ];
  swapLine = swap: "${escape swap.device} none swap ${lib.concatStringsSep "," (swap.options ++ lib.optional (swap.priority != null) "pri=${toString swap.priority}")}";
in
{
  options = {
    fileSystems = mkOption {
      type = types.attrsOf (types.submodule fileSystem);
      default = { };
      example = { "/".label = "nixos"; "/data" = { device = "/dev/disk/by-uuid/…"; fsType = "ext4"; }; };
      description = "The file systems, by mount point.";
    };
    swapDevices = mkOption {
      type = types.listOf (types.submodule [ swapDevice ({ config, options, ... }: { device = lib.mkIf options.label.isDefined "/dev/disk/by-label/${config.label}"; }) ]);
      default = [ ];
      example = [ { device = "/dev/sda3"; } ];
      description = "Where the kernel puts memory that it has no room for.";
    };
  };

  config = {
    assertions =
      [
        {
          assertion = sorted ? result;
          about = map (fs: [ "fileSystems" fs.mountPoint "depends" ]) (sorted.cycle or [ ]);
          message = "The `fileSystems' option has a cycle: ${lib.concatMapStringsSep " → " (fs: fs.mountPoint) (sorted.cycle or [ ])}.";
        }
      ]
      ++ map
        (fs: {
          assertion = fs.device != null;
          about = [ [ "fileSystems" fs.mountPoint ] ];
          message = "The `fileSystems' option has no device or label for `${fs.mountPoint}'.";
        })
        all
      ++ map
        (fs: {
          assertion = !fs.autoResize || lib.hasPrefix "ext" fs.fsType || fs.fsType == "f2fs";
          message = "Mountpoint '${fs.mountPoint}': 'autoResize = true' is not supported for 'fsType = \"${fs.fsType}\"':${lib.optionalString (fs.fsType == "auto") " fsType has to be explicitly set and"} only the ext filesystems and f2fs support it.";
        })
        all
      ++ lib.concatMap
        (fs: map
          (missing: {
            assertion = false;
            about = [ [ "fileSystems" fs.mountPoint "depends" ] ];
            message = "The file system at `${fs.mountPoint}' depends on one at `${missing}', which is not among `fileSystems'.";
          })
          (lib.subtractLists (map (other: other.mountPoint) all) fs.depends))
        all;

    system.build.bootFileSystems = builtins.filter neededForBoot ordered;

    environment.etc.fstab.text = ''
      # Made from the system's configuration (fileSystems and swapDevices).
      ${lib.concatMapStringsSep "\n" fstabLine ordered}
      ${lib.concatMapStringsSep "\n" swapLine config.swapDevices}
    '';
  };
}
