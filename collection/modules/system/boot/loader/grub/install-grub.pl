# Writes GRUB's menu, and installs GRUB where it has changed: install-grub CONFIG.json TOPLEVEL. The toplevel is the default entry;
# every generation of the system's profiles is in submenus. Kernels are started from the store, or from copies on /boot when that
# is another file system.
use strict;
use warnings;
use File::Basename;
use File::Path 'make_path';
use JSON::PP;
use Boot;

my ($config_file, $toplevel) = @ARGV;
die "usage: install-grub CONFIG TOPLEVEL\n" unless defined $toplevel;
my $config = Boot::read_json($config_file);
my $system = Boot::resolve($toplevel) // die "there is no system $toplevel\n";

# Each place gets a menu of its own, with its own copies: the machine starts from any of them.
install_at($_) for @{$config->{places}};

sub install_at {
  my ($place) = @_;
  my $boot = "$Boot::root$place->{path}";
  make_path("$boot/grub");
  my $copy = $config->{copyKernels} || (stat $boot)[0] != (stat "$Boot::root/nix/store")[0];

  my $default = Boot::boot_of($system) // die "the system $system cannot be started\n";
  my %files;
  my $menu = menu($default, place_of($copy ? $boot : "$Boot::root/nix/store", $copy ? "$place->{path}/kernels" : undef, \%files));

  my $file = "$boot/grub/grub.cfg";
  my $old = -e $file ? Boot::read_text($file) : '';
  if (%files) {
    make_path("$boot/kernels");
    # Neither the menu that is there nor the new one starts it.
    for my $kernel (glob "\Q$boot\E/kernels/*") { unlink $kernel unless $files{$kernel} || index($old, basename $kernel) >= 0 }
    Boot::check_space($boot, \%files);
    Boot::copy($files{$_}, $_) for sort keys %files;
  }
  if ($old ne $menu) {
    Boot::prepare($file, $menu);
    Boot::settle($boot);
    # The old menu's blocks stay its own until the new one is what the disk says.
    unlink "$file.old";
    link $file, "$file.old" if -e $file;
    Boot::put_in_place($file);
  }
  Boot::settle($boot);

  for my $kernel (glob "\Q$boot\E/kernels/*") { unlink $kernel unless $files{$kernel} }
  install_programs($place, $boot);
}

# How GRUB calls a store path: a function from path to `($drive1)/…`. It notes what has to be copied for that in `files`.
sub place_of {
  my ($folder, $copies, $files) = @_;
  my ($uuid, $prefix) = file_system($folder);
  my $search = "search --set=drive1 --fs-uuid $uuid";
  my $name = sub {
    my ($path) = @_;
    if (defined $copies) {
      my $copy = Boot::stored_name($path);
      $files->{"$Boot::root$copies/$copy"} = "$Boot::root$path";
      return "(\$drive1)$prefix/kernels/$copy";
    }
    return "(\$drive1)$prefix" . $path =~ s{^/nix/store}{}r;
  };
  return ($search, $name);
}

# The UUID of a folder's file system, and the folder's path in it, which is another than here below a mount.
sub file_system {
  my ($folder) = @_;
  if ($Boot::root ne '') { return ($ENV{FIRN_BOOT_UUID}, substr($folder, length $Boot::root)) }
  my ($best, $root_in_it, $source);
  for my $line (split /\n/, Boot::read_text('/proc/self/mountinfo')) {
    my ($fields, $more) = split / - /, $line, 2;
    my ($in_it, $point) = map { s/\\([0-7]{3})/chr oct $1/ger } (split / /, $fields)[3, 4];
    my $inside = $point eq '/' ? $folder : $folder eq $point ? '' : index($folder, "$point/") == 0 ? substr($folder, length $point) : next;
    # Of several at one place the last lies on top.
    next if defined $best && length $point < length $best;
    $best = $point;
    $root_in_it = ($in_it eq '/' ? '' : $in_it) . $inside;
    $source = (split / /, $more)[1];
  }
  my $uuid = qx(blkid -o value -s UUID '$source');
  chomp $uuid;
  die "the file system of $folder, on $source, has no UUID by which GRUB could find it\n" if $uuid eq '';
  return ($uuid, $root_in_it);
}

sub menu {
  my ($default, $search, $name) = @_;
  my $timeout = $config->{timeout} // -1;
  my $text = <<"END";
# Made from the system's configuration, whenever it is switched.
if [ -s \$prefix/grubenv ]; then load_env; fi
if [ "\${next_entry}" ]; then
  set default="\${next_entry}"
  set next_entry=
  save_env next_entry
  set timeout=1
else
  set default="$config->{default}"
  set timeout=$timeout
fi
set timeout_style=$config->{timeoutStyle}

function savedefault {
  if [ -z "\${boot_once}" ]; then
    saved_entry="\${chosen}"
    save_env saved_entry
  fi
}

$config->{extraConfig}
END
  my $entry = sub { return entry(@_, $search, $name) };
  $text .= "$config->{extraEntries}\n" if $config->{extraEntriesBeforeNixOS};
  $text .= system_entries($config->{name}, '', $default, 1, $entry);
  $text .= "$config->{extraEntries}\n" unless $config->{extraEntriesBeforeNixOS};
  for my $profile (Boot::profiles()) {
    my ($profile_name, $link) = @$profile;
    my @generations = Boot::generations($link, $config->{configurationLimit}, $system);
    next unless @generations;
    my $title = defined $profile_name ? "$config->{name} - Profile '$profile_name'" : "$config->{name} - All configurations";
    $text .= 'submenu "' . quoted($title) . "\" --class submenu {\n";
    for my $generation (@generations) {
      my $boot = Boot::boot_of($generation->{system}) // next;
      my $suffix = " (" . Boot::date($generation->{time}) . " - $boot->{version})";
      $text .= system_entries("$config->{name} - Configuration $generation->{number}", $suffix, $boot, 0, $entry);
    }
    $text .= "}\n";
  }
  return $text;
}

# A system, and its specialisations: beside it when it is the default, else in a submenu of their own.
sub system_entries {
  my ($title, $suffix, $boot, $is_default, $entry) = @_;
  my $label = $boot->{name} eq '' ? '' : " - $boot->{name}";
  my @children = sort keys %{$boot->{specialisations}};
  my $text = $entry->("$title$label" . (@children && !$is_default ? ' - Default' : '') . $suffix, $boot);
  $text .= $entry->("$title - ($_)$suffix", $boot->{specialisations}{$_}) for @children;
  return $text if $is_default || !@children;
  return 'submenu "> ' . quoted("$title$suffix") . "\" --class submenu {\n$text}\n";
}

sub entry {
  my ($title, $boot, $search, $name) = @_;
  my $text = 'menuentry "' . quoted($title) . "\" $config->{entryOptions} {\n";
  $text .= "  savedefault\n" if $config->{default} eq 'saved';
  $text .= "  $search\n";
  $text .= "  $config->{extraPerEntryConfig}\n" if $config->{extraPerEntryConfig} ne '';
  $text .= '  linux ' . $name->($boot->{kernel}) . ' init=' . argument("$boot->{init} $boot->{params}") . "\n";
  $text .= '  initrd ' . $name->($boot->{initrd}) . "\n" if defined $boot->{initrd};
  return "$text}\n";
}

# Inside double quotes.
sub quoted { return $_[0] =~ s/(["\\\$`])/\\$1/gr }

# Words for the kernel, as GRUB's shell must see them; it takes double quotes away, and gives them back around a word with spaces.
sub argument { return $_[0] =~ s/([\\\$`;&|<>{}()#*?~'])/\\$1/gr }

# GRUB itself is written only when it is another than the one that is there: of all that is done here this alone cannot be done so
# that a power cut leaves the one or the other.
sub install_programs {
  my ($place, $boot) = @_;
  return if $Boot::root ne '';
  my @devices = grep { $_ ne 'nodev' } @{$place->{devices}};
  my $state = JSON::PP->new->canonical->encode({
    version => $config->{version},
    devices => \@devices,
    efi => $config->{efi} ? $place->{efiSysMountPoint} : undef,
    arguments => $config->{arguments},
    removable => $config->{efiInstallAsRemovable} ? 1 : 0,
  });
  my $file = "$boot/grub/firn-state.json";
  if (!$ENV{NIXOS_INSTALL_BOOTLOADER} && Boot::same_text($file, $state)) { return }

  my @common = ("--boot-directory=$boot", '--recheck', @{$config->{arguments}});
  push @common, '--force' if $config->{forceInstall};
  for my $device ($config->{bios} ? @devices : ()) {
    print STDERR "installing the GRUB boot loader on $device...\n";
    Boot::run('grub-install', "--directory=$config->{bios}", '--target=i386-pc', @common, $device);
  }
  if ($config->{efi}) {
    my $efi = "$Boot::root$place->{efiSysMountPoint}";
    print STDERR "installing the GRUB boot loader into $efi...\n";
    my @kind = $config->{efiInstallAsRemovable} ? ('--removable', '--no-nvram') : $config->{canTouchEfiVariables} ? () : ('--no-nvram');
    Boot::run('grub-install', "--directory=$config->{efi}", '--target=x86_64-efi', "--efi-directory=$efi",
      "--bootloader-id=$config->{bootloaderId}", '--no-uefi-secure-boot', @kind, @common);
    Boot::settle($efi);
  }
  Boot::prepare($file, $state);
  Boot::settle($boot);
  Boot::put_in_place($file);
  Boot::settle($boot);
}
