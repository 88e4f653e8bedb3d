# Paths that are compiled into a program. A text of the same length is replaced in place. A longer one needs room: it overwrites
# a text that the program can spare, or lies behind a run path; every instruction (lea) and every pointer that has the old text's
# address gets the new one's. That works only where the program measures the text when it runs; so it is for overrides that name the file, never for all.
package Redirect;
use strict;
use warnings;
use Layout ();

# Lines `FILE|OLD|NEW`: every text that begins with OLD begins with NEW instead. What a shorter NEW leaves is filled with zeros.
sub replace_strings {
  my ($out, $lines) = @_;
  for my $line (grep { /\S/ } split /\n/, $lines) {
    my ($path, $old, $new) = split /\|/, $line;
    my $shorter = length($old) - length($new);
    die "'$new' is longer than '$old'\n" if $shorter < 0;
    my $bytes = Layout::read_file("$out/$path");
    my $count = $shorter == 0 ? $bytes =~ s/\Q$old\E/$new/g : $bytes =~ s/(?<=\0)\Q$old\E([^\0]*)\0/"$new$1" . "\0" x ($shorter + 1)/ge;
    die "$path does not have the text '$old'\n" unless $count;
    write_bytes("$out/$path", $bytes);
  }
}

# Lines `FILE|ROOM|OLD|NEW`: ROOM is the beginning of the text that may be overwritten; where it is empty, patchelf makes room,
# by a run path that is longer than the file needs. A fifth part, `?`, allows that nothing takes the address of OLD.
sub redirect {
  my ($out, $lines) = @_;
  my (%texts, %rooms, @paths);
  for my $line (grep { /\S/ } split /\n/, $lines) {
    my ($path, $room, $old, $new, $optional) = split /\|/, $line;
    push @paths, $path unless $texts{$path};
    $rooms{$path} = $room;
    push @{ $texts{$path} }, [$old, $new, $optional];
  }
  for my $path (@paths) {
    my @texts = @{ $texts{$path} };
    my $bytes = $rooms{$path} eq '' ? lengthen_runpath("$out/$path", @texts) : Layout::read_file("$out/$path");
    my $room = index $bytes, $rooms{$path} eq '' ? join(':', map { $_->[1] } @texts) : $rooms{$path};
    die "$path does not have the text '$rooms{$path}'\n" if $room < 0;
    my $end = index $bytes, "\0", $room;
    # After a run path that ends here, the texts begin.
    substr($bytes, $room - 1, 1) = "\0" if $rooms{$path} eq '';
    for my $text (@texts) {
      my ($old, $new, $optional) = @$text;
      die "$path has no room for '$new'\n" if $room + length($new) > $end;
      my $at = index $bytes, "\0$old\0";
      die "$path does not have the text '$old'\n" if $at < 0;
      repoint(\$bytes, $at + 1, $room) or $optional or die "$path never takes the address of '$old'\n";
      substr $bytes, $room, length($new) + 1, "$new\0";
      $room += length($new) + 1;
    }
    write_bytes("$out/$path", $bytes);
  }
}

sub lengthen_runpath {
  my ($file, @texts) = @_;
  chomp(my $runpath = `patchelf --print-rpath $file`);
  $runpath = '/nix/store' if $runpath eq '';
  system('patchelf', '--set-rpath', join(':', $runpath, map { $_->[1] } @texts), $file) == 0 or die "patchelf failed on $file\n";
  return Layout::read_file($file);
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
  # And the tables of pointers that the loader fills in: relocation R_X86_64_RELATIVE with the text's address.
  my ($entry, $other) = map { pack 'Q< Q<', 8, $_ } $old, $new;
  $changed += $$bytes =~ s/\Q$entry\E/$other/g;
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
