# What a machine boots with: the kernel, and systemd as its first process. A system of the collection has no /bin and no /lib,
# so what these find there by compiled-in paths they find in the store.
{ packages, shell, authorities }:

let
  core = "lib/x86_64-linux-gnu/systemd/libsystemd-core-252.so";
in
{
  names = {
    systemd = {
      # Programs that its units call by their paths.
      add = [ "kmod" "util-linux" ];
      redirects = [
        "lib/systemd/systemd||/lib/systemd/systemd-shutdown|$out/lib/systemd/systemd-shutdown"
        "lib/systemd/systemd||/lib/systemd/systemd|$out/lib/systemd/systemd"
        "lib/systemd/systemd-remount-fs||/bin/mount|${packages.mount}/bin/mount"
      ];
      # Units that name a program without its path mean the one that belongs to them; and those that may fail name theirs
      # behind a dash, where it does not look like a path.
      postInstall = ''
        for unit in "$out"/lib/systemd/system/* "$out"/lib/systemd/user/*; do
          if [ ! -f "$unit" ] || [ -L "$unit" ]; then continue; fi
          for program in systemctl journalctl networkctl systemd-firstboot systemd-machine-id-setup systemd-sysext systemd-sysusers systemd-tmpfiles systemd-tty-ask-password-agent; do
            sed -i "s|^\(Exec[A-Za-z]*=[-@:+!]*\)$program\( \|$\)|\1$out/bin/$program\2|" "$unit"
          done
          sed -i "s|=-/sbin/\(agetty\) |=-${packages.util-linux}/bin/\1 |; s|=-/sbin/modprobe |=-${packages.kmod}/bin/modprobe |; s|=-/lib/systemd/|=-$out/lib/systemd/|" "$unit"
          sed -i "s|^\(ExecStart=[-]*\)rm |\1${packages.coreutils}/bin/rm |" "$unit"
        done
      '';
    };

    udev.postInstall = ''
      sed -i "s|^\(Exec[A-Za-z]*=[-]*\)udevadm |\1$out/bin/udevadm |" "$out"/lib/systemd/system/systemd-udev*.service
    '';

    # Modules are those of the kernel that runs, and not of the system that it was switched to since: the boot makes the link
    # /run/modules. (The text is as long as the old one, since it does not begin behind a zero.)
    libkmod2.strings = [ "lib/x86_64-linux-gnu/libkmod.so.2|/lib/modules|/run/modules" ];
    kmod.strings = [
      # But depmod and modprobe keep theirs below a folder that they are given.
      "bin/kmod|%s/lib/modules/%s|%s/LIB/modules/%s"
      "bin/kmod|/lib/modules|/run/modules"
      "bin/kmod|%s/LIB/modules/%s|%s/lib/modules/%s"
    ];

    # Mounts, and the default of every service's PATH.
    libsystemd-shared = {
      add = [ "mount" ];
      redirects = map (program: "${core}||/${program}|${packages.mount}/bin/${baseNameOf program}")
        [ "bin/umount" "bin/mount" "sbin/swapoff" "sbin/swapon" ];
      strings = [
        "lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so|/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|/run/current-system/sw/bin:/run/wrappers/bin"
      ];
    };
  };

  patterns = [
    {
      # A kernel and its modules; nothing in it is a program, and the initrd is the system's.
      pattern = "linux-image-[0-9].*";
      override = captures: {
        skipElf = true;
        essential = false;
        drop = [ "initramfs-tools" "linux-base" "kmod" ];
      };
    }
  ];
}
