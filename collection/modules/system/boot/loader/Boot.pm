# What the programs that write boot menus have in common: the generations of the system's profiles, what a system says of its
# boot (boot.json), and files that are on disk before anything points at them.
#
# A boot loader reads a file system as it lies on disk: GRUB does not replay ext4's journal, and fsync only gets as far as that.
# `settle` brings everything to its place, so the order is: write the new file under another name, settle, rename, settle. A power
# cut in between leaves the old menu or the new one.
package Boot;
use strict;
use warnings;
use Fcntl;
use File::Basename;
use File::Path 'make_path';
use IO::Handle;
use JSON::PP;
use POSIX 'strftime';

# Everything lies below this folder. It is for images and tests: then nothing has to be on disk yet, and no program installs itself.
our $root = $ENV{FIRN_BOOT_ROOT} // '';

sub read_text {
  my ($path) = @_;
  open my $file, '<', $path or die "cannot read $path: $!\n";
  local $/;
  return scalar <$file>;
}

sub read_json { return JSON::PP->new->utf8->decode(read_text($_[0])) }

# Where a path leads with every link followed, the root taken for `/`; undef when nothing is there.
sub resolve {
  my ($path) = @_;
  my ($done, @rest) = ('', split m{/}, $path);
  for (my $links = 0; @rest;) {
    my $name = shift @rest;
    next if $name eq '' || $name eq '.';
    if ($name eq '..') { $done = $done =~ s{/[^/]*$}{}r; next }
    my $next = "$done/$name";
    if (-l "$root$next") {
      return undef if ++$links > 40;
      my $target = readlink "$root$next";
      $done = '' if $target =~ m{^/};
      unshift @rest, split m{/}, $target;
    } elsif (-e "$root$next") {
      $done = $next;
    } else {
      return undef;
    }
  }
  return $done eq '' ? '/' : $done;
}

# The names and links of the profiles of systems; the usual one's name is undef.
sub profiles {
  my $folder = '/nix/var/nix/profiles';
  my @found = ([undef, "$folder/system"]);
  for my $link (sort glob "\Q$root\E$folder/system-profiles/*") {
    my $name = basename $link;
    push @found, [$name, "$folder/system-profiles/$name"] unless $name =~ /-\d+-link$/;
  }
  return @found;
}

# The generations of a profile, newest first: number, system, and time of each. At most `limit`, and always `system` where it is
# one of them: what is made the default must be in the menu.
sub generations {
  my ($profile, $limit, $system) = @_;
  my $name = basename $profile;
  my $folder = $root . dirname $profile;
  opendir my $handle, $folder or return ();
  my @found;
  for my $entry (readdir $handle) {
    next unless $entry =~ /^\Q$name\E-(\d+)-link$/;
    my $path = resolve(dirname($profile) . "/$entry");
    if (!defined $path) { warn "the generation $entry leads nowhere, and is left out of the menu\n"; next }
    push @found, { number => $1, system => $path, time => (lstat "$folder/$entry")[9] };
  }
  @found = sort { $b->{number} <=> $a->{number} } @found;
  my $left = $limit;
  return grep { !defined $limit || $left-- > 0 || $_->{system} eq $system } @found;
}

# How a system is started: `kernel`, `initrd`, `init`, `params`, `label`, `version`, and `specialisations` by name. Undef, with a
# warning, when it cannot be started any more: that must not keep the others from being so.
sub boot_of {
  my ($system) = @_;
  my $found = eval { describe($system) };
  warn "$system is left out of the menu: $@" if $@;
  return $found;
}

sub describe {
  my ($system) = @_;
  my $file = resolve("$system/boot.json");
  my $document = defined $file ? read_json("$root$file") : {};
  my $spec = $document->{'org.nixos.bootspec.v1'} // describe_old($system);
  my $version = resolve("$system/nixos-version");
  my $name = resolve("$system/configuration-name");
  my %boot = (
    init => $spec->{init},
    params => join(' ', @{$spec->{kernelParams}}),
    label => $spec->{label},
    version => defined $version ? read_text("$root$version") : '',
    name => defined $name ? read_text("$root$name") : '',
    kernel => (resolve($spec->{kernel}) // die "it has no kernel\n"),
    specialisations => {},
  );
  if (defined $spec->{initrd}) { $boot{initrd} = resolve($spec->{initrd}) // die "it has no initrd\n" }
  my $folder = resolve("$system/specialisation");
  for my $link (defined $folder ? sort glob("\Q$root$folder\E/*") : ()) {
    my $child = boot_of("$folder/" . basename $link);
    $boot{specialisations}{basename $link} = $child if $child;
  }
  return \%boot;
}

# A system from before there was a boot.json says the same in files of its own.
sub describe_old {
  my ($system) = @_;
  my $version = read_text("$root$system/nixos-version");
  return {
    kernel => "$system/kernel",
    initrd => "$system/initrd",
    init => "$system/init",
    kernelParams => [split ' ', read_text("$root$system/kernel-params")],
    label => "NixOS $version",
  };
}

sub date { return strftime('%Y-%m-%d', localtime $_[0]) }

# A store path as one name, for a copy of it: its hash says what is in it.
sub stored_name { return $_[0] =~ s{^/nix/store/}{}r =~ s{/}{-}gr }

# Brings what was written to the file system of a folder to its place on disk.
sub settle {
  my ($folder) = @_;
  return if $root ne '';
  system('sync', '-f', $folder) == 0 or die "cannot write $folder to disk\n";
  sysopen my $handle, $folder, O_RDONLY | O_DIRECTORY or die "cannot open $folder: $!\n";
  # EXT4_IOC_CHECKPOINT: the journal's blocks too. Other file systems have none, or do not know it.
  my $flags = pack 'L', 0;
  ioctl $handle, 0x4004662b, $flags;
}

# Writes a file under another name, and leaves the renaming to `put_in_place`.
sub prepare {
  my ($path, $text) = @_;
  make_path(dirname $path);
  open my $file, '>', "$path.tmp" or die "cannot write $path.tmp: $!\n";
  (print $file $text and $file->flush and $file->sync and close $file) or die "cannot write $path.tmp: $!\n";
}

sub put_in_place {
  my ($path) = @_;
  rename "$path.tmp", $path or die "cannot rename $path.tmp to $path: $!\n";
}

sub same_text {
  my ($path, $text) = @_;
  return -f $path && read_text($path) eq $text;
}

# Copies a file, unless it was copied before: one that is there under its own name is whole. Says whether it did.
sub copy {
  my ($from, $to) = @_;
  return 0 if -e $to;
  prepare($to, read_text($from));
  put_in_place($to);
  return 1;
}

# Free space of a folder's file system, in bytes.
sub free_space {
  my ($folder) = @_;
  my ($blocks, $size) = split ' ', qx(stat -f -c '%a %S' '$folder');
  return $blocks * $size;
}

# Refuses before anything is changed. `files`: sources by where they are copied to.
sub check_space {
  my ($folder, $files) = @_;
  my $needed = 0;
  for my $to (keys %$files) { $needed += -s $files->{$to} unless -e $to }
  # Some for the file system's own use.
  my $free = free_space($folder) - 256 * 1024;
  return if $needed == 0 || $needed <= $free;
  die sprintf("%s has room for %.1f MiB, and %.1f MiB of kernels and initrds are to be copied to it. Nothing was changed.\n"
    . "Fewer generations need less: set configurationLimit, or delete generations of the system.\n", $folder, $free / 2**20, $needed / 2**20);
}

sub run {
  my (@command) = @_;
  system(@command) == 0 or die "$command[0] failed (status " . ($? >> 8) . "): @command\n";
}

1;
