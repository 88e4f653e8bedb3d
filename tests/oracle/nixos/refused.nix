# A configuration that its modules refuse: an assertion, with its words.
{
  boot.loader.grub.device = "/dev/sda";
  fileSystems."/".device = "/dev/sda1";
  services.loki.enable = true;
}
