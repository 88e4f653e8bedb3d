# ELF files: the interpreter becomes the closure's, the run path names exactly the folders that have the libraries a file needs
# or names in its text (those it opens by dlopen). Where these are many, each start would look for each library in each of them,
# so the package has one folder of links to them. Read here, written by patchelf, one call for all files that need the same.
package Elf;
use strict;
use warnings;
use Layout ();

# Gives the programs that have the path of a shell compiled in.
sub patch_all {
  my ($files, $closure) = @_;
  my $interpreter = $closure->find('lib/x86_64-linux-gnu/ld-linux-x86-64.so.2') // $closure->find('lib/ld-linux-x86-64.so.2');
  my $out = $closure->out;
  my %own;
  for my $file (@$files) {
    next unless $file->{path} =~ m{^(.*)/[^/]+\.so[^/]*$};
    $own{$1} = 1;
  }
  my @own = sort { length $a <=> length $b || $a cmp $b } keys %own;
  my @extra = map { s/\$out/$out/gr } split ' ', $ENV{extraRunpath} // '';
  my (@plans, %places, %calls, %runs_shell);
  for my $file (@$files) {
    my $elf = parse($file->{path}) or next;
    next unless defined $elf->{interpreter} || @{ $elf->{needed} };
    $runs_shell{ $file->{path} } = 1 if defined $elf->{interpreter} && $elf->{shell};
    my @folders = grep { -d } map { original_folders($_, $file->{path}, $closure) } @{ $elf->{runpath} };
    my ($here) = $file->{path} =~ m{^(.*)/};
    my @libraries;
    for my $name (@{ $elf->{needed} }, @{ $elf->{named} }) {
      next if $name =~ /^ld-linux/ || $name eq ($elf->{soname} // '');
      my $folder = $closure->library_folder($name, $here, @folders, @own) // next;
      push @libraries, [$name, $folder];
      $places{$name}{$folder} = 1;
    }
    my $loader = defined $elf->{interpreter} ? $interpreter // '' : '';
    push @plans, { path => $file->{path}, interpreter => $loader, libraries => \@libraries };
  }
  my $links = "$out/nix-support/libraries";
  for my $plan (@plans) {
    my @libraries = @{ $plan->{libraries} };
    # A library of this package's lies where it looks for its own files; one name of two libraries is no link.
    my @linked = needs_links(\@libraries, $out) ? grep { index($_->[1], "$out/") != 0 && keys %{ $places{ $_->[0] } } == 1 } @libraries : ();
    for my $library (@linked) {
      my ($name, $folder) = @$library;
      mkdir $links;
      -l "$links/$name" or symlink "$folder/$name", "$links/$name" or die "cannot link $links/$name: $!\n";
      $library->[1] = $links;
    }
    my %folders;
    my @runpath = grep { !$folders{$_}++ } @extra, map { $_->[1] } @linked, @libraries;
    push @{ $calls{ $plan->{interpreter} . "\n" . join ':', @runpath } }, $plan->{path};
  }
  for my $call (sort keys %calls) {
    my ($wanted, $runpath) = split /\n/, $call, 2;
    my @options = (($wanted ne '' ? ('--set-interpreter', $wanted) : ()), $runpath ne '' ? ('--set-rpath', $runpath) : '--remove-rpath');
    my @paths = @{ $calls{$call} };
    while (my @some = splice @paths, 0, 200) {
      system('patchelf', @options, @some) == 0 or die "patchelf failed on one of @some\n";
    }
  }
  return grep { $runs_shell{$_} } map { $_->{path} } @$files;
}

# Whether the libraries lie in so many folders of other packages that links to them are found sooner.
sub needs_links {
  my ($libraries, $out) = @_;
  my %folders = map { $_->[1] => 1 } @$libraries;
  return 2 < grep { index($_, "$out/") != 0 } keys %folders;
}

# What an entry of Debian's own run path stands for: folders of this output and of the dependencies.
sub original_folders {
  my ($entry, $file, $closure) = @_;
  if ($entry =~ /^\$(?:\{ORIGIN\}|ORIGIN)(.*)/) {
    my ($here) = $file =~ m{^(.*)/};
    return Layout::normalise("$here$1");
  }
  return $closure->folders(Layout::flat($entry));
}

# interpreter, needed, named, soname, runpath, shell; or nothing, when it is no x86-64 program or library with a dynamic section.
sub parse {
  my ($path) = @_;
  my $bytes = Layout::read_file($path);
  return unless length $bytes > 64 && substr($bytes, 0, 6) eq "\x7fELF\x02\x01";
  my ($type, $machine) = unpack 'vv', substr $bytes, 16, 4;
  return unless $machine == 62 && ($type == 2 || $type == 3);
  my ($offset) = unpack 'Q<', substr $bytes, 32, 8;
  my ($size, $count) = unpack 'vv', substr $bytes, 54, 4;
  my (%elf, @loads, $dynamic);
  @elf{qw(needed runpath named)} = ([], [], []);
  for my $i (0 .. $count - 1) {
    my ($kind, $flags, $at, $address, $physical, $length) = unpack 'V V Q< Q< Q< Q<', substr $bytes, $offset + $i * $size, 48;
    if ($kind == 1) { push @loads, [$address, $at, $length] }
    elsif ($kind == 2) { $dynamic = [$at, $length] }
    elsif ($kind == 3) { $elf{interpreter} = unpack 'Z*', substr $bytes, $at, $length }
  }
  return unless defined $dynamic;
  my ($strings, @entries);
  for (my $at = $dynamic->[0]; $at < $dynamic->[0] + $dynamic->[1]; $at += 16) {
    my ($tag, $value) = unpack 'Q< Q<', substr $bytes, $at, 16;
    last if $tag == 0;
    if ($tag == 5) {
      for my $load (@loads) {
        $strings = $value - $load->[0] + $load->[1] if $value >= $load->[0] && $value < $load->[0] + $load->[2];
      }
    }
    push @entries, [$tag, $value];
  }
  return unless defined $strings;
  for my $entry (@entries) {
    my ($tag, $value) = @$entry;
    next unless $tag == 1 || $tag == 14 || $tag == 15 || $tag == 29;
    my $text = unpack 'Z*', substr $bytes, $strings + $value, 4096;
    if ($tag == 1) { push @{ $elf{needed} }, $text }
    elsif ($tag == 14) { $elf{soname} = $text }
    else { push @{ $elf{runpath} }, grep { $_ ne '' } split /:/, $text }
  }
  my %named = map { $_ => 1 } $bytes =~ m{\0(lib[A-Za-z0-9_+.-]{1,60}\.so(?:\.[0-9]+)*)(?=\0)}g;
  delete @named{ @{ $elf{needed} } };
  $elf{named} = [sort keys %named];
  $elf{shell} = index($bytes, "\0/bin/sh\0") >= 0;
  return \%elf;
}

1;
