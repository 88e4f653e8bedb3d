# From debs to one prefix. /usr, /usr/local and / become $out; sbin and games become bin, lib64 becomes lib; symbolic links are
# taken out before the move, and made anew when all targets are in their places.
package Layout;
use strict;
use warnings;

my ($here) = __FILE__ =~ m{^(.*)/};

# Unpacks into $out/.root; gives the text of the postinst scripts, which are read but never run.
sub unpack_debs {
  my ($out, @debs) = @_;
  my @postinsts;
  mkdir "$out/.root";
  for my $deb (@debs) {
    my @members = split /\n/, `busybox ar t $deb`;
    my ($data) = grep { /^data\.tar/ } @members;
    my ($control) = grep { /^control\.tar/ } @members;
    die "cannot unpack $deb: it has no data archive\n" unless defined $data && defined $control;
    shell("busybox ar p $deb $data | " . decompressor($data) . " | $^X -I$ENV{tools}/lib/perl-base $here/plain-modes.pl | busybox tar -x -o -C $out/.root") == 0
      or die "cannot unpack $deb\n";
    my $scripts = "$ENV{NIX_BUILD_TOP}/control";
    shell("rm -rf $scripts; mkdir $scripts; busybox ar p $deb $control | " . decompressor($control) . " | busybox tar -x -o -C $scripts") == 0
      or die "cannot unpack $deb\n";
    push @postinsts, read_file("$scripts/postinst") if -f "$scripts/postinst";
  }
  system('busybox', 'chmod', '-R', 'u+rwX,go-w,a-s', "$out/.root");
  return @postinsts;
}

# A sandbox need not have a /bin/sh, which is what Perl's own system() of a pipeline takes.
sub shell {
  my ($script) = @_;
  return system("$ENV{shell}/bin/sh", '-c', $script);
}

sub decompressor {
  my ($name) = @_;
  return 'busybox xz -dc' if $name =~ /\.xz$/;
  return 'busybox gzip -dc' if $name =~ /\.gz$/;
  return 'zstd -dc' if $name =~ /\.zst$/;
  return 'busybox cat';
}

# Where a path of Debian's layout lies below a package's output, without a leading slash.
sub flat {
  my ($path) = @_;
  $path =~ s{^/+}{};
  $path =~ s{^usr(?:/local)?(?:/|$)}{};
  $path =~ s{^(?:sbin|games)(?=/|$)}{bin};
  $path =~ s{^lib64(?=/|$)}{lib};
  return $path;
}

# Moves everything to its place; gives the links that were there, new path => target as an absolute path of Debian's layout.
sub flatten {
  my ($out) = @_;
  my %links;
  take_links("$out/.root", '', \%links);
  for my $part (qw(usr/local/sbin usr/local/games usr/local/lib64 usr/local usr/sbin usr/games usr/lib64 usr sbin lib64), '') {
    next unless -d "$out/.root/$part";
    my $target = flat($part);
    $target = '' if $part eq 'usr' || $part eq 'usr/local' || $part eq '';
    merge_folder("$out/.root" . ($part eq '' ? '' : "/$part"), $target eq '' ? $out : "$out/$target");
  }
  rmdir "$out/.root";
  return \%links;
}

sub take_links {
  my ($root, $folder, $links) = @_;
  opendir my $handle, "$root$folder" or die "cannot list $root$folder: $!\n";
  for my $name (sort readdir $handle) {
    next if $name eq '.' || $name eq '..';
    my $path = "$folder/$name";
    if (-l "$root$path") {
      my $target = readlink "$root$path";
      $links->{flat($path)} //= { target => normalise($target =~ m{^/} ? $target : "$folder/$target"), text => $target };
      unlink "$root$path";
    } elsif (-d _) {
      take_links($root, $path, $links);
    }
  }
}

sub normalise {
  my ($path) = @_;
  my @parts;
  for my $part (split m{/+}, $path) {
    next if $part eq '' || $part eq '.';
    if ($part eq '..') { pop @parts } else { push @parts, $part }
  }
  return '/' . join '/', @parts;
}

# The first to come keeps its place where two files meet.
sub merge_folder {
  my ($from, $to) = @_;
  if (!-e $to) { rename $from, $to or die "cannot move $from: $!\n"; return }
  opendir my $handle, $from or die "cannot list $from: $!\n";
  for my $name (readdir $handle) {
    next if $name eq '.' || $name eq '..' || "$from/$name" eq "$to/.root";
    if (-d "$from/$name" && -d "$to/$name") { merge_folder("$from/$name", "$to/$name") }
    elsif (!-e "$to/$name") { rename "$from/$name", "$to/$name" or die "cannot move $from/$name: $!\n" }
    else { system 'busybox', 'rm', '-rf', "$from/$name" }
  }
  rmdir $from;
}

# What serves only Debian's own tools.
sub prune {
  my ($out) = @_;
  system 'busybox', 'rm', '-rf', map { "$out/$_" } qw(share/lintian share/doc-base share/bug share/menu etc/init.d etc/cron.d etc/cron.daily);
}

sub make_links {
  my ($out, $links, $closure, $alternatives) = @_;
  for my $path (sort keys %$links) {
    my ($target, $text) = @{ $links->{$path} }{qw(target text)};
    if ($target =~ m{^/etc/alternatives/(.+)} && defined $alternatives->{by_name}{$1}) { $target = $alternatives->{by_name}{$1} }
    my $flat = flat($target);
    my $final;
    if ($flat ne '' && (-e "$out/$flat" || -l "$out/$flat" || exists $links->{$flat})) { $final = relative($path, $flat) }
    else { $final = $closure->find($flat) // $text }
    make_parents("$out/$path");
    next if -e "$out/$path" || -l "$out/$path";
    symlink $final, "$out/$path" or die "cannot link $path: $!\n";
  }
}

sub relative {
  my ($from, $to) = @_;
  my @from = split m{/}, $from;
  my @to = split m{/}, $to;
  pop @from;
  while (@from && @to > 1 && $from[0] eq $to[0]) { shift @from; shift @to }
  return join '/', ('..') x @from, @to;
}

sub make_parents {
  my ($path) = @_;
  my @missing;
  while ($path =~ s{/[^/]+$}{} && !-d $path) { unshift @missing, $path }
  mkdir $_ for @missing;
}

# Every regular file that may need a change: path, kind (elf or text), executable or not.
sub list_files {
  my ($out) = @_;
  my @files;
  my %seen;
  my @pending = ('');
  while (defined(my $folder = pop @pending)) {
    next if $folder =~ m{^/(?:share/(?:doc|man|info|locale|icons|fonts|zoneinfo|pixmaps|sounds)|include|nix-support)$};
    opendir my $handle, "$out$folder" or die "cannot list $out$folder: $!\n";
    for my $name (sort readdir $handle) {
      next if $name eq '.' || $name eq '..';
      my $path = "$folder/$name";
      next if -l "$out$path";
      if (-d _) { push @pending, $path; next }
      next unless -f _ && -s _;
      my ($device, $inode, $mode) = stat _;
      next if $seen{$inode}++;
      my $size = -s _;
      open my $file, '<:raw', "$out$path" or die "cannot read $out$path: $!\n";
      read $file, my $head, 4096;
      close $file;
      if (substr($head, 0, 4) eq "\x7fELF") { push @files, { path => "$out$path", kind => 'elf', size => $size } }
      elsif ($size < 4_000_000 && index($head, "\0") < 0) { push @files, { path => "$out$path", kind => 'text', executable => $mode & 0111, size => $size } }
    }
  }
  return \@files;
}

sub read_file {
  my ($path) = @_;
  open my $file, '<:raw', $path or die "cannot read $path: $!\n";
  local $/;
  my $text = <$file>;
  return $text // '';
}

1;
