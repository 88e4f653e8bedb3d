# Paths that are compiled into a program. A text of the same length is replaced in place. A longer one needs room: it overwrites
# a text that the program can spare, and every instruction (lea) that takes the old text's address gets the new one's. That
# works only where the program measures the text when it runs; so it is for overrides that name the file, never for all.
package Redirect;
use strict;
use warnings;
use Layout ();

# Lines `FILE|OLD|NEW`, NEW as long as OLD.
sub replace_strings {
  my ($out, $lines) = @_;
  for my $line (grep { /\S/ } split /\n/, $lines) {
    my ($path, $old, $new) = split /\|/, $line;
    die "'$old' and '$new' differ in length\n" if length $old != length $new;
    my $bytes = Layout::read_file("$out/$path");
    my $count = $bytes =~ s/\Q$old\E/$new/g;
    die "$path does not have the text '$old'\n" unless $count;
    write_bytes("$out/$path", $bytes);
  }
}

# Lines `FILE|ROOM|OLD|NEW`: ROOM is the beginning of the text that may be overwritten.
sub redirect {
  my ($out, $lines) = @_;
  my %used;
  for my $line (grep { /\S/ } split /\n/, $lines) {
    my ($path, $room, $old, $new) = split /\|/, $line;
    my $bytes = Layout::read_file("$out/$path");
    my $start = $used{$path} // index $bytes, $room;
    die "$path does not have the text '$room'\n" if $start < 0;
    my $end = index $bytes, "\0", $start;
    $end = $used{"$path end"} //= $end;
    die "$path has no room for '$new'\n" if $start + length($new) + 1 > $end;
    my $at = index $bytes, "\0$old\0";
    die "$path does not have the text '$old'\n" if $at < 0;
    my $count = repoint(\$bytes, $at + 1, $start);
    die "$path never takes the address of '$old'\n" unless $count;
    substr $bytes, $start, length($new) + 1, "$new\0";
    $used{$path} = $start + length($new) + 1;
    write_bytes("$out/$path", $bytes);
  }
}

# `lea register, [rip + distance]` for the text at one file offset becomes one for another. Offsets become addresses first.
sub repoint {
  my ($bytes, $from, $to) = @_;
  my ($table) = unpack 'Q<', substr $$bytes, 32, 8;
  my ($size, $count) = unpack 'vv', substr $$bytes, 54, 4;
  my @loads;
  for my $i (0 .. $count - 1) {
    my ($kind, $flags, $at, $address, $physical, $length) = unpack 'V V Q< Q< Q< Q<', substr $$bytes, $table + $i * $size, 48;
    push @loads, { at => $at, address => $address, length => $length, code => $flags & 1 } if $kind == 1;
  }
  my $address_of = sub {
    my ($offset) = @_;
    for my $load (@loads) { return $offset - $load->{at} + $load->{address} if $offset >= $load->{at} && $offset < $load->{at} + $load->{length} }
    die "offset $offset is not loaded\n";
  };
  my ($old, $new) = map { $address_of->($_) } $from, $to;
  my $changed = 0;
  for my $load (grep { $_->{code} } @loads) {
    my $code = substr $$bytes, $load->{at}, $load->{length};
    while ($code =~ /[\x48\x4c]\x8d[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]/g) {
      my $at = pos $code;
      next if $at + 4 > length $code;
      my $next = $load->{address} + $at + 4;
      next unless $next + unpack('l<', substr $code, $at, 4) == $old;
      substr $$bytes, $load->{at} + $at, 4, pack 'l<', $new - $next;
      $changed++;
    }
  }
  return $changed;
}

sub write_bytes {
  my ($path, $bytes) = @_;
  my $mode = (stat $path)[2];
  chmod 0755, $path;
  open my $file, '>:raw', $path or die "cannot write $path: $!\n";
  print $file $bytes;
  close $file or die "cannot write $path: $!\n";
  chmod $mode & 0777, $path;
}

1;
