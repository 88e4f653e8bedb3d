# The machine's disks, declared: from one description follow what is mounted, the swap, the encrypted volumes and the arrays; and
# `firn disk` makes the disks be so. Options are named as disko names them.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  inherit (import ./contents.nix { inherit lib; }) content none join follow describe;
  cfg = config.disko.devices;
  disks = builtins.attrValues cfg.disk;
  arrays = builtins.attrValues cfg.mdadm;
  groups = builtins.attrValues cfg.lvm_vg;

  # Types of partitions, by the codes of sgdisk.
  codes = {
    EF00 = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
    EF02 = "21686148-6449-6E6F-744E-656564454649";
    "8200" = "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F";
    "8300" = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
    "8E00" = "E6D6D379-F507-44C2-A23C-238F2A3DF928";
    "8309" = "CA7D7CCB-63ED-4C53-861C-1742536059CC";
    FD00 = "A19D880F-05FC-4D3B-A006-743F0F84911E";
  };
  guid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

  # In bytes; null is all that is left.
  bytes = size:
    let
      parts = builtins.match "([0-9]+)([KMGT]?)i?B?" size;
      powers = { "" = 1; K = 1024; M = 1024 * 1024; G = 1024 * 1024 * 1024; T = 1024 * 1024 * 1024 * 1024; };
    in
    if lib.hasPrefix "100%" size then null else lib.toInt (builtins.elemAt parts 0) * powers.${builtins.elemAt parts 1};

  partition = disk: types.submodule ({ name, config, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "The partition's name."; };
      label = mkOption {
        type = types.strMatching "[^\"\\\\/[:space:]]{1,36}";
        default = "disk-${disk}-${config.name}";
        defaultText = "disk-‹disk›-‹name›";
        description = "Its name in the partition table, by which it is found again.";
      };
      type = mkOption {
        type = types.strMatching "${guid}|${lib.concatStringsSep "|" (builtins.attrNames codes)}";
        default = if config.content == null then "8300" else { swap = "8200"; luks = "8309"; mdraid = "FD00"; lvm_pv = "8E00"; }.${config.content.type} or "8300";
        defaultText = "what its content needs";
        example = "EF00";
        description = "Its type, as sgdisk's code (`EF00`: EFI system partition, `EF02`: where GRUB lies for a BIOS) or as a UUID.";
      };
      size = mkOption { type = types.strMatching "100%|[0-9]+([KMGT](iB?|B)?)?"; default = "100%"; example = "512M"; description = "Its size, or `100%` for all that is left."; };
      priority = mkOption {
        type = types.int;
        default = if config.size == "100%" then 9001 else if config.type == "EF02" then 100 else 1000;
        defaultText = "GRUB's first, the one that takes the rest last";
        description = "Where it stands among the others; those of one priority stand by their names.";
      };
      device = mkOption { type = types.str; readOnly = true; default = "/dev/disk/by-partlabel/${config.label}"; description = "Where the system finds it."; };
      content = mkOption { type = content; default = null; description = "What is on it."; };
    };
  });

  # A disk's content is one of contents.nix, or partitions.
  diskContent = disk: types.nullOr (types.either
    (types.addCheck (types.submodule {
      options = {
        type = mkOption { type = types.enum [ "gpt" ]; description = "A table of partitions."; };
        partitions = mkOption { type = types.attrsOf (partition disk); default = { }; description = "The partitions, by name."; };
      };
    }) (value: builtins.isAttrs value && value.type or null == "gpt"))
    content);

  disk = types.submodule ({ name, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "The disk's name in the configuration."; };
      type = mkOption { type = types.enum [ "disk" ]; default = "disk"; description = "A disk."; };
      device = mkOption { type = types.path; example = "/dev/disk/by-id/nvme-eui.0025385b11b0c9a5"; description = "Where it is."; };
      content = mkOption { type = diskContent name; default = null; description = "What is on it."; };
    };
  });

  array = types.submodule ({ name, ... }: {
    options = {
      name = mkOption { type = types.strMatching "[-_.a-zA-Z0-9]+"; default = name; description = "The array's name."; };
      type = mkOption { type = types.enum [ "mdadm" ]; default = "mdadm"; description = "An array of the kernel's."; };
      level = mkOption { type = types.enum [ 0 1 5 6 10 ]; default = 1; description = "How its parts work together; with 1 each has everything."; };
      metadata = mkOption { type = types.enum [ "1" "1.0" "1.1" "1.2" "default" ]; default = "default"; description = "The form of its description; that of `1.0` stands at the end of each part, so a firmware can read one by itself."; };
      content = mkOption { type = content; default = null; description = "What is on it."; };
      extraArgs = mkOption { type = types.listOf types.str; default = [ ]; description = "Further arguments of `mdadm --create`."; };
    };
  });

  group = types.submodule ({ name, ... }: {
    options = {
      name = mkOption { type = types.strMatching "[a-zA-Z0-9_+.][-a-zA-Z0-9_+.]*"; default = name; description = "The volume group's name."; };
      type = mkOption { type = types.enum [ "lvm_vg" ]; default = "lvm_vg"; description = "A volume group of LVM."; };
      lvs = mkOption { type = types.attrsOf volume; default = { }; description = "Its volumes, by name."; };
    };
  });

  volume = types.submodule ({ name, config, ... }: {
    options = {
      name = mkOption { type = types.strMatching "[a-zA-Z0-9_+.][-a-zA-Z0-9_+.]*"; default = name; description = "The volume's name."; };
      size = mkOption { type = types.strMatching "100%(FREE)?|[0-9]+([KMGT](iB?|B)?)?"; default = "100%FREE"; example = "20G"; description = "Its size, or `100%FREE` for all that is left."; };
      priority = mkOption {
        type = types.int;
        default = if bytes config.size == null then 9001 else 1000;
        defaultText = "the one that takes the rest last";
        description = "Where it stands among the others; those of one priority stand by their names.";
      };
      extraArgs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--type=raid1" ]; description = "Further arguments of `lvcreate`."; };
      content = mkOption { type = content; default = null; description = "What is on it."; };
    };
  });

  nodev = types.submodule ({ name, ... }: {
    options = {
      type = mkOption { type = types.enum [ "nodev" ]; default = "nodev"; description = "What has no disk."; };
      fsType = mkOption { type = types.str; example = "tmpfs"; description = "The type of file system."; };
      device = mkOption { type = types.str; default = "none"; description = "What the type of file system calls a device."; };
      mountpoint = mkOption { type = types.str; default = name; description = "Where it is mounted."; };
      mountOptions = mkOption { type = types.nonEmptyListOf types.str; default = [ "defaults" ]; description = "How it is mounted."; };
    };
  });

  isTable = c: c != null && c.type == "gpt";
  partitionsOf = disk:
    if isTable disk.content
    then byPriority disk.content.partitions
    else [ ];
  volumesOf = g: byPriority g.lvs;
  byPriority = set: lib.sort (a: b: a.priority < b.priority || a.priority == b.priority && a.name < b.name) (builtins.attrValues set);
  followDisk = disk:
    if isTable disk.content then lib.foldl' (all: p: join all (follow p.device p.content)) none (partitionsOf disk)
    else follow disk.device disk.content;
  followed = lib.foldl' join none (
    map followDisk disks
    ++ map (a: follow "/dev/md/${a.name}" a.content) arrays
    ++ lib.concatMap (g: map (v: follow "/dev/${g.name}/${v.name}" v.content) (volumesOf g)) groups
  );

  hasGrub = disk: lib.any (p: p.type == "EF02") (partitionsOf disk);
  labels = lib.concatMap (disk: map (p: p.label) (partitionsOf disk)) disks;
  partsOf = a: lib.length (builtins.filter (name: name == a.name) followed.arrays);
  twice = list: lib.unique (builtins.filter (x: lib.count (y: x == y) list > 1) list);
  isNeeded = type: lib.any (fs: fs.value.fsType == type) followed.fileSystems;

  layout = {
    disks = map
      (disk: {
        inherit (disk) name device;
        content =
          if !isTable disk.content then describe disk.content
          else {
            type = "gpt";
            partitions = map
              (p: { inherit (p) name label; type = codes.${p.type} or (lib.toUpper p.type); size = bytes p.size; content = describe p.content; })
              (partitionsOf disk);
          };
      })
      disks;
    arrays = map (a: { inherit (a) name level metadata extraArgs; content = describe a.content; }) arrays;
    groups = map
      (g: {
        inherit (g) name;
        volumes = map (v: { inherit (v) name extraArgs; size = bytes v.size; content = describe v.content; }) (volumesOf g);
      })
      groups;
  };
in
{
  options.disko.devices = {
    disk = mkOption {
      type = types.attrsOf disk;
      default = { };
      example = lib.literalExpression ''
        {
          main = {
            device = "/dev/vda";
            content = {
              type = "gpt";
              partitions = {
                ESP = { type = "EF00"; size = "512M"; content = { type = "filesystem"; format = "vfat"; mountpoint = "/boot"; }; };
                root = { size = "100%"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };
              };
            };
          };
        }
      '';
      description = "The disks, and what is on them.";
    };
    mdadm = mkOption { type = types.attrsOf array; default = { }; description = "Arrays of partitions, each of which has the content `mdraid` with the array's name."; };
    lvm_vg = mkOption {
      type = types.attrsOf group;
      default = { };
      example.pool.lvs.root = { size = "20G"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };
      description = "Volume groups of LVM. What a group lies on are partitions, disks, encrypted volumes or arrays with the content `lvm_pv` and its name.";
    };
    nodev = mkOption { type = types.attrsOf nodev; default = { }; example = { "/tmp".fsType = "tmpfs"; }; description = "File systems without a disk, by mount point."; };
  };

  config = lib.mkIf (disks != [ ] || cfg.nodev != { }) {
    fileSystems = lib.mkMerge (
      map (fs: { ${fs.name} = fs.value; }) followed.fileSystems
      ++ lib.mapAttrsToList (_: fs: { ${fs.mountpoint} = { inherit (fs) device fsType; options = fs.mountOptions; }; }) cfg.nodev
    );
    swapDevices = followed.swapDevices;
    boot.initrd.availableKernelModules =
      lib.optional (isNeeded "btrfs") "btrfs" ++ lib.optional (isNeeded "xfs") "xfs" ++ lib.optionals (isNeeded "vfat") [ "vfat" "nls_cp437" "nls_iso8859-1" "nls_ascii" ];
    boot.initrd.luks.devices = builtins.listToAttrs followed.luks;
    boot.swraid.enable = lib.mkIf (arrays != [ ]) true;
    boot.initrd.services.lvm.enable = lib.mkIf (groups != [ ]) true;
    boot.loader.grub.devices = map (disk: disk.device) (builtins.filter hasGrub disks);

    # What `firn disk` calls.
    environment.systemPackages = with pkgs; [ util-linux fdisk e2fsprogs ]
      ++ lib.optional (isNeeded "vfat") dosfstools ++ lib.optional (isNeeded "btrfs") btrfs-progs ++ lib.optional (isNeeded "xfs") xfsprogs;

    system.build.diskLayout = layout;
    # With the system goes what its disks are, so that an installer has it.
    system.systemBuilderCommands = lib.mkIf (disks != [ ]) ''
      ln -s ${pkgs.writeText "disk-layout.json" (builtins.toJSON layout)} $out/disk-layout.json
    '';

    assertions =
      map (label: { assertion = false; message = "Several partitions of `disko.devices.disk' have the label `${label}'."; }) (twice labels)
      ++ map (device: { assertion = false; message = "Several disks of `disko.devices.disk' are ${device}."; }) (twice (map (disk: disk.device) disks))
      ++ map
        (a: {
          assertion = partsOf a >= { "0" = 2; "1" = 2; "5" = 3; "6" = 4; "10" = 2; }.${toString a.level};
          message = "The array `${a.name}' of `disko.devices.mdadm' has ${toString (partsOf a)} parts, which is too few for level ${toString a.level}: a part is a partition whose content has the type `mdraid' and the name `${a.name}'.";
        })
        arrays
      ++ map
        (name: { assertion = cfg.mdadm ? ${name}; message = "A partition is a part of the array `${name}', which `disko.devices.mdadm' does not have."; })
        (lib.unique followed.arrays)
      ++ map
        (name: { assertion = cfg.lvm_vg ? ${name}; message = "A part of `disko.devices' belongs to the volume group `${name}', which `disko.devices.lvm_vg' does not have."; })
        (lib.unique followed.groups)
      ++ lib.concatMap
        (g: [
          {
            assertion = builtins.elem g.name followed.groups;
            message = "The volume group `${g.name}' of `disko.devices.lvm_vg' lies on nothing: a part of it has a content of the type `lvm_pv' with `vg = \"${g.name}\"'.";
          }
          {
            assertion = lib.count (v: bytes v.size == null) (volumesOf g) <= 1;
            message = "Several volumes of the group `${g.name}' take all that is left (size = \"100%FREE\").";
          }
          {
            assertion = lib.all (v: let inner = follow "" v.content; in inner.arrays == [ ] && inner.groups == [ ]) (volumesOf g);
            message = "A volume of the group `${g.name}' is a part of an array or of a group, which cannot be made: groups are made last.";
          }
        ])
        groups
      ++ map
        (disk: {
          assertion = lib.count (p: p.size == "100%") (partitionsOf disk) <= 1;
          message = "Several partitions of the disk `${disk.name}' take all that is left (size = \"100%\").";
        })
        disks;
  };
}
