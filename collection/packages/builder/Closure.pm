# What a package can refer to: itself, its dependencies (direct ones first, then theirs), and the essential programs.
package Closure;
use strict;
use warnings;

sub new {
  my ($class, $out, $direct, $essential) = @_;
  my @direct = split ' ', $direct // '';
  my (%seen, @all);
  my @pending = @direct;
  while (defined(my $path = shift @pending)) {
    next if $seen{$path}++;
    push @all, $path;
    open my $file, '<', "$path/nix-support/depends" or next;
    chomp(my @next = <$file>);
    push @pending, @next;
  }
  return bless { out => $out, direct => \@direct, all => \@all, essential => [split ' ', $essential // ''], cache => {} }, $class;
}

sub out { $_[0]{out} }
sub direct { @{ $_[0]{direct} } }
sub all { @{ $_[0]{all} } }
sub essential { @{ $_[0]{essential} } }

# The store path that stands for a path below an output, or undef. A folder counts only where no other package has it too.
sub find {
  my ($self, $flat) = @_;
  return undef if $flat eq '';
  my $cache = $self->{cache};
  return $cache->{$flat} if exists $cache->{$flat};
  return $cache->{$flat} = $self->search($flat);
}

sub search {
  my ($self, $flat) = @_;
  return "$self->{out}/$flat" if -e "$self->{out}/$flat" || -l "$self->{out}/$flat";
  my @folders;
  for my $path (@{ $self->{all} }) {
    next unless -e "$path/$flat" || -l "$path/$flat";
    return "$path/$flat" unless -d _;
    push @folders, "$path/$flat";
  }
  return @folders == 1 ? $folders[0] : undef if @folders;
  if ($flat =~ m{^bin/}) {
    for my $path (@{ $self->{essential} }) {
      next unless -e "$path/$flat" || -l "$path/$flat";
      my $target = readlink "$path/$flat";
      return defined $target && $target =~ m{^/} ? $target : "$path/$flat";
    }
  }
  return undef;
}

# The folder below the closure that has the library, or undef: first of the given folders, then of the usual ones.
sub library_folder {
  my ($self, $name, @own) = @_;
  for my $folder (@own) { return $folder if -e "$folder/$name" }
  my $cache = $self->{libraries} //= {};
  return $cache->{$name} if exists $cache->{$name};
  for my $path (@{ $self->{all} }) {
    for my $folder ('lib/x86_64-linux-gnu', 'lib') {
      return $cache->{$name} = "$path/$folder" if -e "$path/$folder/$name";
    }
  }
  return $cache->{$name} = undef;
}

# All folders of that name in the closure, the package's own first.
sub folders {
  my ($self, $flat) = @_;
  return grep { -d } map { "$_/$flat" } $self->{out}, @{ $self->{all} };
}

1;
