# What `update-alternatives --install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…` in a postinst asks for. The script is
# not run: simple variables and `for` loops over words are followed, what is more than that is passed over.
package Alternatives;
use strict;
use warnings;
use Layout ();

# by_link: link => path; by_name: name => path; all in Debian's layout.
sub parse {
  my (@scripts) = @_;
  my %found = (by_link => {}, by_name => {});
  for my $script (@scripts) {
    $script =~ s/\\\n/ /g;
    my (%variables, @loops);
    for my $line (split /\n|;(?!;)/, $script) {
      $line =~ s/^\s+|\s+$//g;
      $line =~ s/^do\s+//;
      if ($line =~ /^for\s+(\w+)\s+in\s+(.*)$/) { push @loops, { name => $1, words => [split ' ', expand($2, \%variables)] }; next }
      if ($line =~ /^done\b/) { pop @loops; next }
      if ($line =~ /^(\w+)=["']?([^"'`(]*)["']?$/) { $variables{$1} = expand($2, \%variables); next }
      next unless $line =~ /update-alternatives\b.*--install\s/;
      install($_, \%found) for each_round($line, \%variables, @loops);
    }
  }
  return \%found;
}

sub each_round {
  my ($line, $variables, @loops) = @_;
  my @rounds = ({%$variables});
  for my $loop (@loops) {
    @rounds = map { my $round = $_; map { { %$round, $loop->{name} => $_ } } @{ $loop->{words} } } @rounds;
  }
  return map { expand($line, $_) } @rounds;
}

sub expand {
  my ($text, $variables) = @_;
  $text =~ s/\$\{?(\w+)\}?/$variables->{$1} \/\/ "\$$1"/ge;
  $text =~ s/["']//g;
  return $text;
}

sub install {
  my ($line, $found) = @_;
  while ($line =~ /--(install|slave)\s+(\S+)\s+(\S+)\s+(\S+)/g) {
    my ($link, $name, $path) = ($2, $3, $4);
    next if "$link$name$path" =~ /\$/;
    $found->{by_link}{$link} //= $path;
    $found->{by_name}{$name} //= $path;
  }
}

sub add_links {
  my ($out, $alternatives, $links) = @_;
  for my $link (sort keys %{ $alternatives->{by_link} }) {
    my $path = $alternatives->{by_link}{$link};
    my $flat = Layout::flat($path);
    next unless -e "$out/$flat" || exists $links->{$flat};
    my $place = Layout::flat($link);
    next if $place eq $flat || -e "$out/$place" || exists $links->{$place};
    $links->{$place} = { target => $path, text => $path };
  }
}

1;
