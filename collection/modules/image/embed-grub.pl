# Puts GRUB for BIOS on the image of a disk, as grub-bios-setup does on a disk: embed-grub DISK BOOT.IMG CORE.IMG SECTOR. The core
# goes to the sector where a partition for it begins; the first sector gets the code that loads it.
use strict;
use warnings;

my ($disk, $boot_file, $core_file, $sector) = @ARGV;

sub read_all {
  my ($path) = @_;
  open my $file, '<:raw', $path or die "$path: $!\n";
  local $/;
  return scalar <$file>;
}

my $boot = read_all($boot_file);
my $core = read_all($core_file);
$core .= "\0" x (-length($core) % 512);
my $sectors = length($core) / 512;

open my $image, '+<:raw', $disk or die "$disk: $!\n";
read $image, my $old, 512;

# Where the core begins; and not to trust a BIOS that names the drive wrongly.
substr($boot, 0x5c, 8) = pack 'Q<', $sector;
substr($boot, 0x66, 2) = "\x90\x90";
# The partition table and the disk's signature are the disk's.
substr($boot, 0x1b8, 0x46) = substr($old, 0x1b8, 0x46);
# The core's own first sector loads the others: from where, how many, to which segment.
substr($core, 512 - 12, 12) = pack 'Q< S< S<', $sector + 1, $sectors - 1, 0x820;

seek $image, 0, 0;
print $image $boot;
seek $image, $sector * 512, 0;
print $image $core;
close $image or die "$disk: $!\n";
