# Scripts and other text: interpreters and absolute paths of Debian's layout become the store paths of what they name. A path
# that neither the package nor a dependency has stays as it is.
package Text;
use strict;
use warnings;
use Layout ();

my $path_pattern = qr{(?<![\w./\$\}\)*-])(/(?:usr/(?:local/)?)?(?:s?bin|games|lib64|lib|libexec|share|include)/[\w.+@/-]*[\w+@-])};
my $search_path = qr{(?<![\w./])(?:/usr(?:/local)?)?/s?bin(?::(?:/usr(?:/local)?)?/s?bin)+};

sub rewrite {
  my ($file, $closure) = @_;
  my $text = Layout::read_file($file->{path});
  my $before = $text;
  if ($text =~ /^#!/) { rewrite_script(\$text, $file, $closure) }
  elsif ($file->{path} =~ /\.pc$/) { my $out = $closure->out; $text =~ s{^((?:exec_)?prefix\s*=\s*)/usr\s*$}{$1$out}mg }
  if (index($text, '/') >= 0) { $text =~ s{$path_pattern}{replacement($1, $closure)}ge }
  return if $text eq $before;
  Redirect::write_bytes($file->{path}, $text);
}

sub replacement {
  my ($path, $closure) = @_;
  my $flat = Layout::flat($path);
  return $path unless $flat =~ m{/};
  return $closure->find($flat) // $path;
}

sub rewrite_script {
  my ($text, $file, $closure) = @_;
  return unless $$text =~ /^#!\s*(\S+)([^\n]*)/;
  my ($interpreter, $arguments) = ($1, $2);
  if ($interpreter =~ m{/env$} && $arguments =~ /^\s+(?:-S\s+)?([\w.+-]+)(.*)$/) { ($interpreter, $arguments) = ("/usr/bin/$1", $2) }
  my ($name) = $interpreter =~ m{([^/]+)$};
  my $found = $closure->find("bin/$name");
  $found //= "$ENV{shell}/bin/sh" if $name =~ /^(?:sh|dash|ash)$/;
  return unless defined $found;
  $$text =~ s/^#![^\n]*/#!$found$arguments/;
  return unless $file->{executable};
  if ($name =~ /^(?:sh|dash|bash)$/) { add_search_path($text, $closure) }
  elsif ($name =~ /^perl/) { add_perl_library($text, $closure) }
  elsif ($name =~ /^python3/) { add_python_library($text, $closure) }
}

# What a shell script calls by name is found even where the caller's PATH does not have it.
sub add_search_path {
  my ($text, $closure) = @_;
  my ($essential) = $closure->essential;
  return unless defined $essential;
  $$text =~ s{$search_path}{"$essential/bin:$&"}ge;
  my $own = join ':', grep { -d } map { "$_/bin" } $closure->out, $closure->direct, $essential;
  $$text =~ s{^(#![^\n]*\n)}{$1PATH="\${PATH:+\$PATH:}$own"\n};
}

sub add_perl_library {
  my ($text, $closure) = @_;
  my @folders = map { my $part = $_; grep { !m{/[^/]*-perl-5[^/]*/} } $closure->folders($part) } 'share/perl5', glob_perl($closure);
  return unless @folders;
  $$text =~ s{^(#![^\n]*\n)}{$1use lib qw(@folders);\n};
}

sub glob_perl {
  my ($closure) = @_;
  my %found;
  for my $folder ($closure->folders('lib/x86_64-linux-gnu/perl5')) {
    opendir my $handle, $folder or next;
    $found{"lib/x86_64-linux-gnu/perl5/$_"} = 1 for grep { /^5\./ } readdir $handle;
  }
  return sort keys %found;
}

sub add_python_library {
  my ($text, $closure) = @_;
  my @folders = $closure->folders('lib/python3/dist-packages');
  return unless @folders;
  my $line = 'import sys; sys.path[1:1] = [' . join(', ', map { "'$_'" } @folders) . "]\n";
  my $future = qr/^from __future__ import (?:\([^)]*\)|[^\n(]*)\n/m;
  if ($$text =~ $future) { $$text =~ s/($future)/$1$line/ }
  elsif ($$text =~ /^#![^\n]*\n#[^\n]*coding[^\n]*\n/) { $$text =~ s/^(#![^\n]*\n#[^\n]*\n)/$1$line/ }
  else { $$text =~ s/^(#![^\n]*\n)/$1$line/ }
}

1;
