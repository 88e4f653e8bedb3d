# A filter over a tar archive that takes the setuid, setgid and sticky bits out of its headers: a sandbox refuses to create
# files that have them, and the store would drop them in any case.
use strict;
use warnings;

binmode STDIN;
binmode STDOUT;

my $block = 512;
while (read_exactly(my $header, $block)) {
  # The end of the archive is blocks of zeros; what follows is padding.
  if ($header =~ /^\0*$/) {
    print $header;
    while (read(STDIN, my $rest, 65536)) { print $rest }
    last;
  }
  my $mode = oct(substr($header, 100, 8) =~ s/[^0-7]//gr || 0);
  if ($mode & 07000) {
    substr($header, 100, 8) = sprintf "%07o\0", $mode & 0777;
    substr($header, 148, 8) = ' ' x 8;
    substr($header, 148, 8) = sprintf "%06o\0 ", unpack '%32C*', $header;
  }
  print $header;
  my $size = substr($header, 124, 12);
  # Sizes of 8 GiB and more are in base 256, marked by the top bit.
  my $bytes = ord($size) & 0x80 ? unpack('Q>', substr($size, 4)) : oct($size =~ s/[^0-7]//gr || 0);
  my $left = int(($bytes + $block - 1) / $block) * $block;
  while ($left > 0) {
    my $got = read(STDIN, my $data, $left < 65536 ? $left : 65536);
    die "the archive is cut off\n" unless $got;
    print $data;
    $left -= $got;
  }
}
close STDOUT or die "cannot write: $!\n";

sub read_exactly {
  my $got = read(STDIN, $_[0], $_[1]);
  die "cannot read: $!\n" unless defined $got;
  die "the archive is cut off\n" if $got != 0 && $got != $_[1];
  return $got;
}
