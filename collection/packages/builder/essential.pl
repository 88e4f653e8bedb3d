# One folder with links to every program of the essential packages. Environment: out, packages.
use strict;
use warnings;
mkdir $ENV{out};
mkdir "$ENV{out}/bin";
for my $package (split ' ', $ENV{packages}) {
  opendir my $handle, "$package/bin" or next;
  for my $name (sort readdir $handle) {
    next if $name =~ /^\./ || -l "$ENV{out}/bin/$name";
    symlink "$package/bin/$name", "$ENV{out}/bin/$name" or die "cannot link $name: $!\n";
  }
}
