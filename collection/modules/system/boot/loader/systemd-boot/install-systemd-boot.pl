# Writes the entries of systemd-boot's menu, and systemd-boot itself where it has changed: install-systemd-boot CONFIG.json TOPLEVEL.
# Kernels and initrds are copied to the EFI system partition, once for each store path. First goes what no entry needs any more,
# since the partition is small; but the entry that starts by default only when another does.
use strict;
use warnings;
use File::Basename;
use File::Path 'make_path';
use Boot;

my ($config_file, $toplevel) = @ARGV;
die "usage: install-systemd-boot CONFIG TOPLEVEL\n" unless defined $toplevel;
my $config = Boot::read_json($config_file);
my $system = Boot::resolve($toplevel) // die "there is no system $toplevel\n";
my $esp = "$Boot::root$config->{efiSysMountPoint}";
check_mount_point();
my $machine_id = machine_id();

# The entries by name without `.conf`, and the files that they need.
my (%entries, %files, $default);
for my $profile (Boot::profiles()) {
  my ($name, $link) = @$profile;
  for my $generation (Boot::generations($link, $config->{configurationLimit}, $system)) {
    my $boot = Boot::boot_of($generation->{system}) // next;
    my $id = 'nixos' . (defined $name ? "-$name" : '') . "-generation-$generation->{number}";
    add_entry($id, $boot, $generation, $name);
    add_entry("$id-specialisation-$_", $boot->{specialisations}{$_}, $generation, $name, $_) for sort keys %{$boot->{specialisations}};
    # The newest of those that are the same system.
    $default //= $id if $generation->{system} eq $system;
  }
}
die "the system $system is no generation of a profile, so the boot menu cannot begin with it\n" unless defined $default;

my $kept_default = current_default();
# What the kept entry starts stays until another is the default.
$files{$_} = $_ for defined $kept_default && !$entries{$kept_default} ? needed_by($kept_default) : ();
remove_unneeded($kept_default);
Boot::check_space($esp, \%files);
for my $to (sort keys %files) { Boot::copy($files{$to}, $to) if $files{$to} ne $to }
Boot::settle($esp);

for my $id (sort keys %entries) {
  my $file = entry_file($id);
  next if defined $file && Boot::same_text($file, $entries{$id});
  $file //= "$esp/loader/entries/$id" . ($config->{bootCounting} ? "+$config->{tries}" : '') . '.conf';
  Boot::prepare($file, $entries{$id});
  Boot::put_in_place($file);
}
Boot::settle($esp);

install_program($_) for 'EFI/systemd/systemd-bootx64.efi', 'EFI/BOOT/BOOTX64.EFI';
write_loader_conf();
Boot::settle($esp);

if (defined $kept_default && !$entries{$kept_default}) {
  delete $files{$_} for grep { $files{$_} eq $_ } keys %files;
  remove_unneeded(undef);
  Boot::settle($esp);
}
if ($config->{canTouchEfiVariables} && $Boot::root eq '') {
  eval { touch_firmware(); 1 } or $config->{graceful} ? warn $@ : die $@;
}

sub check_mount_point {
  return if $Boot::root ne '';
  -d $esp or die "there is no folder $esp for the EFI system partition (boot.loader.efi.efiSysMountPoint)\n";
  my ($inside, $above) = ((stat $esp)[0], (stat dirname $esp)[0]);
  die "$esp is no mount point: the EFI system partition must be mounted there (boot.loader.efi.efiSysMountPoint)\n" if $inside == $above;
}

# Entries of one machine belong together. A machine that has not booted yet gets its id here, and keeps it.
sub machine_id {
  my $file = "$Boot::root/etc/machine-id";
  my $id = -s $file ? Boot::read_text($file) : '';
  chomp $id;
  return $id if $id =~ /^[0-9a-f]{32}$/;
  $id = Boot::read_text('/proc/sys/kernel/random/uuid') =~ s/[-\n]//gr;
  make_path(dirname $file);
  Boot::prepare($file, "$id\n");
  chmod 0444, "$file.tmp";
  Boot::put_in_place($file);
  return $id;
}

sub add_entry {
  my ($id, $boot, $generation, $profile, $specialisation) = @_;
  my $title = 'NixOS' . (defined $profile ? " [$profile]" : '') . (defined $specialisation ? " ($specialisation)" : '')
    . ($boot->{name} eq '' ? '' : " - $boot->{name}");
  my $text = "title $title\nsort-key $config->{sortKey}\n"
    . "version Generation $generation->{number} $boot->{label}, built on " . Boot::date($generation->{time}) . "\n"
    . 'linux ' . copied($boot->{kernel}) . "\n"
    . (defined $boot->{initrd} ? 'initrd ' . copied($boot->{initrd}) . "\n" : '')
    . "options init=$boot->{init} $boot->{params}\nmachine-id $machine_id\n";
  $entries{$id} = $text;
}

# Where a file of the store is copied to, as systemd-boot calls it.
sub copied {
  my ($path) = @_;
  my $name = '/EFI/nixos/' . Boot::stored_name($path) . '.efi';
  $files{"$esp$name"} = "$Boot::root$path";
  return $name;
}

# The file of an entry that is there: its name may carry how many tries are left and how many failed.
sub entry_file {
  my ($id) = @_;
  for my $file (glob "\Q$esp\E/loader/entries/\Q$id\E*.conf") {
    return $file if entry_id($file) eq $id;
  }
  return undef;
}

sub entry_id { return basename($_[0]) =~ s/(\+\d+(-\d+)?)?\.conf$//r }

# The entry that starts by default as it stands, if it is there.
sub current_default {
  my $file = "$esp/loader/loader.conf";
  return undef unless -e $file && Boot::read_text($file) =~ /^default (nixos\S*-generation-\d+\S*?)(\[\+\.\]\*|\.conf)?$/m;
  return defined entry_file($1) ? $1 : undef;
}

sub needed_by {
  my ($id) = @_;
  return map { "$esp$_" } Boot::read_text(entry_file($id)) =~ /^(?:linux|initrd) (\S+)$/mg;
}

# Only what this program has made.
sub remove_unneeded {
  my ($kept) = @_;
  for my $file (glob("\Q$esp\E/loader/entries/nixos*-generation-*.conf"), glob("\Q$esp\E/loader/entries/*.tmp")) {
    my $id = entry_id($file);
    unlink $file unless $entries{$id} || (defined $kept && $id eq $kept);
  }
  Boot::settle("$esp/loader") if -d "$esp/loader";
  for my $file (glob "\Q$esp\E/EFI/nixos/*") { unlink $file unless $files{$file} }
}

sub install_program {
  my ($name) = @_;
  my $program = Boot::read_text($config->{program});
  return if !$ENV{NIXOS_INSTALL_BOOTLOADER} && Boot::same_text("$esp/$name", $program);
  print STDERR "installing systemd-boot as $config->{efiSysMountPoint}/$name...\n";
  Boot::prepare("$esp/$name", $program);
  Boot::settle($esp);
  Boot::put_in_place("$esp/$name");
}

sub write_loader_conf {
  my $text = ($config->{timeout} eq '' ? '' : "timeout $config->{timeout}\n")
    . "default $default" . '[+.]*' . "\n"
    . 'editor ' . ($config->{editor} ? 1 : 0) . "\n"
    . "console-mode $config->{consoleMode}\n"
    . $config->{extraConfig};
  my $file = "$esp/loader/loader.conf";
  return if Boot::same_text($file, $text);
  Boot::prepare($file, $text);
  Boot::settle($esp);
  Boot::put_in_place($file);
}

# The firmware's own menu gets an entry, if it has none.
sub touch_firmware {
  return unless -d '/sys/firmware/efi/efivars';
  my $known = qx(efibootmgr -v);
  return if $known =~ /\\EFI\\systemd\\systemd-bootx64\.efi/i;
  my ($device) = map { (split / /, (split / - /)[1])[1] } grep { (split / /)[4] eq $config->{efiSysMountPoint} }
    split /\n/, Boot::read_text('/proc/self/mountinfo');
  my $partition = basename $device;
  my $number = Boot::read_text("/sys/class/block/$partition/partition");
  chomp $number;
  my $disk = basename(dirname(readlink "/sys/class/block/$partition"));
  Boot::run('efibootmgr', '--quiet', '--create', '--disk', "/dev/$disk", '--part', $number, '--label', 'Linux Boot Manager',
    '--loader', '\\EFI\\systemd\\systemd-bootx64.efi');
}
