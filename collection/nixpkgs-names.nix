# What nixpkgs calls packages that the archive calls something else: its name there, or several that are one package in nixpkgs.
# A name that both have is not here unless it means something else in each.
{
  # Tools of every day.
  bind = [ "bind9-host" "bind9-dnsutils" "bind9" ];
  dnsutils = [ "bind9-dnsutils" "bind9-host" ];
  dig = "bind9-dnsutils";
  host = "bind9-host";
  docker = "docker.io";
  docker-client = "docker.io";
  fd = "fd-find";
  glibc = "libc6";
  glibcLocales = "locales-all";
  gnugrep = "grep";
  gnumake = "make";
  gnupg = [ "gnupg" "gpg" "gpg-agent" "gpgconf" "gpgsm" "dirmngr" "gnupg-utils" ];
  gnused = "sed";
  gnutar = "tar";
  gnutls = "gnutls-bin";
  gptfdisk = "gdisk";
  imagemagick = "imagemagick-6.q16";
  inetutils = [ "inetutils-telnet" "inetutils-ping" "inetutils-traceroute" "hostname" "ftp" ];
  iperf = "iperf3";
  iputils = [ "iputils-ping" "iputils-arping" "iputils-tracepath" ];
  man = "man-db";
  man-pages = [ "manpages" "manpages-dev" ];
  mkpasswd = "whois";
  ncurses = "ncurses-bin";
  netcat = "netcat-openbsd";
  netcat-gnu = "netcat-traditional";
  nettools = "net-tools";
  nfs-utils = "nfs-common";
  openssh = [ "openssh-client" "openssh-server" "openssh-sftp-server" ];
  p7zip = "p7zip-full";
  pinentry = "pinentry-curses";
  poppler_utils = "poppler-utils";
  shadow = [ "passwd" "login" ];
  sshfs-fuse = "sshfs";
  sqlite = "sqlite3";
  sqlite-interactive = "sqlite3";
  silver-searcher = "silversearcher-ag";
  wirelesstools = "wireless-tools";
  wpa_supplicant = "wpasupplicant";
  xz = "xz-utils";
  util-linuxMinimal = "util-linux";
  systemdMinimal = "systemd";
  coreutils-full = "coreutils";
  bashInteractive = "bash";
  gitFull = "git";
  gitMinimal = "git";
  libnotify = "libnotify-bin";
  cryptsetup = "cryptsetup-bin";
  ntfs3g = "ntfs-3g";
  apacheHttpd = "apache2";

  # Languages.
  go = "golang-go";
  jdk = "default-jdk";
  jdk17 = "openjdk-17-jdk";
  jre = "default-jre";
  jre_headless = "default-jre-headless";
  openjdk = "default-jdk";
  python = "python3";
  python311 = "python3.11";
  lua5 = "lua5.4";
  php = "php-cli";

  # Servers.
  avahi = "avahi-daemon";
  cups = "cups-daemon";
  dovecot = "dovecot-core";
  mariadb = "mariadb-server";
  mysql = "mariadb-server";
  networkmanager = "network-manager";
  openldap = "slapd";
  polkit = "polkitd";
  postgresql = "postgresql-15";
  postgresql_15 = "postgresql-15";
  redis = "redis-server";
  nginxStable = "nginx";
  nginxMainline = "nginx";
  libvirt = "libvirt-daemon";
  qemu = "qemu-system-x86";
  qemu_kvm = "qemu-system-x86";
  OVMF = "ovmf";
  iptables-legacy = "iptables";

  # The desktop.
  firefox = "firefox-esr";
  libreoffice-fresh = "libreoffice";
  mesa = "libgl1-mesa-dri";
  xorg-server = "xserver-xorg-core";
  emacs = "emacs-gtk";
  vim_configurable = "vim";
  vim-full = "vim-nox";
  neovim-unwrapped = "neovim";
  wireshark-cli = "tshark";
  gtk3 = "libgtk-3-0";
  gtk4 = "libgtk-4-1";
  libva-utils = "vainfo";
  intel-vaapi-driver = "i965-va-driver";
  vaapiIntel = "i965-va-driver";
  intel-media-driver = "intel-media-va-driver";
  intel-compute-runtime = "intel-opencl-icd";
  vulkan-loader = "libvulkan1";

  # Fonts.
  dejavu_fonts = [ "fonts-dejavu-core" "fonts-dejavu-extra" ];
  fira = "fonts-firacode";
  fira-code = "fonts-firacode";
  font-awesome = "fonts-font-awesome";
  freefont_ttf = "fonts-freefont-ttf";
  hack-font = "fonts-hack";
  inconsolata = "fonts-inconsolata";
  jetbrains-mono = "fonts-jetbrains-mono";
  liberation_ttf = "fonts-liberation2";
  noto-fonts = "fonts-noto-core";
  noto-fonts-cjk = "fonts-noto-cjk";
  noto-fonts-cjk-sans = "fonts-noto-cjk";
  noto-fonts-color-emoji = "fonts-noto-color-emoji";
  noto-fonts-emoji = "fonts-noto-color-emoji";
  noto-fonts-extra = "fonts-noto-extra";
  roboto = "fonts-roboto";
  terminus_font = [ "fonts-terminus" "xfonts-terminus" ];
  cantarell-fonts = "fonts-cantarell";
  lato = "fonts-lato";
  open-sans = "fonts-open-sans";
  powerline-fonts = "fonts-powerline";
  gyre-fonts = "fonts-texgyre";
}
