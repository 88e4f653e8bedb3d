# The end of the machine. Whoever unmounts file systems must not lie on one of them; so the last process moves into a folder in
# memory, which a service fills when the end begins, and unmounts the store and the root from there.
{ config, lib, pkgs, utils, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.systemd.shutdownRamfs;

  # The programs and the libraries that they are linked to. They are copied to their own paths in memory, so that nothing about
  # them has to be changed.
  files = pkgs.runCommand "shutdown-ramfs-files"
    { PATH = lib.makeBinPath [ pkgs.coreutils pkgs.sed pkgs.patchelf ]; programs = cfg.storePaths; }
    ''
      for program in $programs; do
        readlink -f "$program"
        loader=$(patchelf --print-interpreter "$program" 2> /dev/null) || continue
        echo "$loader"
        "$loader" --list "$program" | sed -n 's|.* => \(/[^ ]*\) .*|\1|p'
      done > found
      sort -u found > $out
    '';
in
{
  options.systemd.shutdownRamfs = {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the machine's last process goes into memory, so that even the file systems that it came from can be unmounted.";
    };
    storePaths = mkOption {
      type = types.listOf types.pathInStore;
      default = [ ];
      description = "Programs that are there too.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.shutdownRamfs.storePaths = [ "${config.systemd.package}/lib/systemd/systemd-shutdown" ];

    # What the first stage mounted, the systemd that runs from there cannot unmount, and need not try.
    systemd.units = lib.genAttrs
      (map (place: "${utils.escapeSystemdPath place}.mount")
        (lib.unique ([ "/nix/store" ] ++ builtins.filter (place: place != "/") (map (fs: fs.mountPoint) config.system.build.bootFileSystems))))
      (_: { overrideStrategy = "asDropin"; text = "[Unit]\nDefaultDependencies=no\n"; });

    systemd.services.generate-shutdown-ramfs = {
      description = "Generate shutdown ramfs";
      wantedBy = [ "shutdown.target" ];
      before = [ "shutdown.target" ];
      unitConfig = {
        DefaultDependencies = false;
        ConditionFileIsExecutable = [ "!/run/initramfs/shutdown" ];
      };
      serviceConfig.Type = "oneshot";
      script = ''
        mkdir -p /run/initramfs
        cd /run/initramfs
        mkdir -p dev etc oldroot proc run sys tmp
        : > etc/initrd-release
        xargs cp -L --parents -t . < ${files}
        ln -s ${config.systemd.package}/lib/systemd/systemd-shutdown shutdown
      '';
    };
  };
}
