# The numbers of users and groups that are the same on every system.
{ lib, ... }:

{
  options.ids = {
    uids = lib.mkOption {
      internal = true;
      type = lib.types.attrsOf lib.types.int;
      description = "The user ids of the system's own users.";
    };
    gids = lib.mkOption {
      internal = true;
      type = lib.types.attrsOf lib.types.int;
      description = "The group ids of the system's own groups.";
    };
  };

  config.ids = {
    uids = {
      root = 0;
      messagebus = 4;
      # The first one's is one more.
      nixbld = 30000;
      systemd-network = 152;
      systemd-resolve = 153;
      systemd-timesync = 154;
      nobody = 65534;
    };
    gids = {
      root = 0;
      wheel = 1;
      kmem = 2;
      tty = 3;
      messagebus = 4;
      disk = 6;
      floppy = 18;
      uucp = 19;
      lp = 20;
      cdrom = 24;
      tape = 25;
      audio = 17;
      video = 26;
      dialout = 27;
      utmp = 29;
      adm = 55;
      systemd-network = 152;
      systemd-resolve = 153;
      systemd-timesync = 154;
      users = 100;
      input = 174;
      sgx = 304;
      kvm = 302;
      render = 303;
      shadow = 318;
      nixbld = 30000;
      nogroup = 65534;
    };
  };
}
