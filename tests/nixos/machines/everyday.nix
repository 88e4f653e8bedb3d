# What people set on every machine: language, time zone, keys, swap, sudo, users' own services, commands at times.
{ pkgs, ... }:

{
  networking.hostName = "everyday";
  boot.kernelPackages = pkgs.linuxPackages_cloud;

  time.timeZone = "Europe/Berlin";
  i18n.defaultLocale = "de_DE.UTF-8";
  i18n.extraLocaleSettings.LC_NUMERIC = "en_US.UTF-8";
  console.keyMap = "de";
  zramSwap.enable = true;
  zramSwap.memoryMax = 100 * 1024 * 1024;
  boot.kernel.sysctl."vm.swappiness" = 42;
  systemd.tmpfiles.settings."10-everyday"."/var/lib/everyday".d = { mode = "0750"; user = "anna"; group = "users"; };
  services.journald.rateLimitBurst = 1234;
  services.logind.lidSwitch = "ignore";
  environment.sessionVariables.FAVOURITE = "apples & $5 @home";
  users.motd = "Apples are fresh today.";

  users.users.anna = { isNormalUser = true; extraGroups = [ "wheel" ]; initialPassword = "apples"; };
  users.users.bert = { isNormalUser = true; };
  security.sudo.extraRules = [ { users = [ "bert" ]; commands = [ { command = "/run/current-system/sw/bin/id"; options = [ "NOPASSWD" ]; } ]; } ];
  security.pam.services.su.limits = [ { domain = "bert"; item = "nofile"; value = 77; } ];
  environment.systemPackages = [ pkgs.libcap2-bin ];
  security.wrappers.may-read = {
    source = "${pkgs.coreutils}/bin/cat";
    owner = "root";
    group = "root";
    capabilities = "cap_dac_read_search+ep";
  };

  systemd.user.services.greeting = {
    wantedBy = [ "default.target" ];
    serviceConfig.Type = "oneshot";
    serviceConfig.RemainAfterExit = true;
    script = "echo $LOCPATH > $XDG_RUNTIME_DIR/greeting";
  };
  services.cron.systemCronJobs = [ "* * * * *  bert  date > /home/bert/cron" ];
}
