# What holds for all packages.
{
  # Only maintainer scripts use these, and none is run.
  ignoredDependencies = [
    "debconf" "dpkg" "adduser" "ucf" "lsb-base" "init-system-helpers" "sysvinit-utils" "install-info" "dh-python"
    "base-files" "base-passwd" "sensible-utils" "py3compile" "systemd-sysv" "fontconfig-config-update"
  ];

  # Whose programs any package may call without saying so. (perl is here for scripts' first lines.)
  essentialPrograms = [
    "bash" "dash" "coreutils" "debianutils" "diffutils" "findutils" "grep" "gzip" "hostname" "mawk" "ncurses-bin" "sed" "tar"
    "util-linux" "bsdutils"
  ];
  essentialInterpreters = [ "perl-base" ];

  # Nix's default is 5; what Debian calls extra yields to everything else.
  priorityOf = record: if record.priority == "extra" then 7 else 5;
}
