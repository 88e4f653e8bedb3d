# Links several packages into one tree at $out: build-env.pl FILE-WITH-PACKAGES /bin /share/man …. A folder that only one package
# has is one link; one that several have is a folder of links. Of two files with one name the first package's is taken.
use strict;
use warnings;

my ($list, @wanted) = @ARGV;
my $out = $ENV{out};

open my $file, '<', $list or die "$list: $!\n";
my @packages = do { local $/; split ' ', <$file> };
my %seen;
@packages = grep { !$seen{$_}++ } @packages;

sub make_parents {
  my ($path) = @_;
  my $folder = '';
  for my $part (grep { length } split m{/}, $path) {
    $folder .= "/$part";
    mkdir "$out$folder" unless -d "$out$folder";
  }
}

# Puts at $out/$path what the sources have there.
sub place {
  my ($path, @sources) = @_;
  my @folders = grep { -d $_ } @sources;
  if (!-d $sources[0] || @folders == 1) {
    symlink $sources[0], "$out$path" or die "$out$path: $!\n";
    return;
  }
  mkdir "$out$path" or die "$out$path: $!\n";
  merge($path, @folders);
}

sub merge {
  my ($path, @folders) = @_;
  my (%sources, @names);
  for my $folder (@folders) {
    opendir my $handle, $folder or die "$folder: $!\n";
    for my $name (sort readdir $handle) {
      next if $name eq '.' || $name eq '..';
      push @names, $name unless $sources{$name};
      push @{ $sources{$name} }, "$folder/$name";
    }
  }
  place("$path/$_", @{ $sources{$_} }) for @names;
}

mkdir $out or die "$out: $!\n";
for my $path (map { $_ eq '/' ? '' : $_ } @wanted) {
  my @folders = grep { -d $_ } map { "$_$path" } @packages;
  next unless @folders;
  make_parents($path);
  merge($path, @folders);
}
