# Builds one package, or one group of packages, from its debs: unpack, lay out under one prefix, point everything at the store.
# Peculiar: one process does nearly all of it, because starting programs for each file is what made this slow.
#
# Environment: out; debs; depends (direct dependencies' outputs); essential (may be empty: the outputs whose programs every
# package may use); tools; shell; root (the package in which a group's libc lies, or empty); wraps, links, redirects, strings,
# extraRunpath, skipElf, postInstall (from overrides, see README.md).
use strict;
use warnings;
use Layout ();
use Alternatives ();
use Closure ();
use Elf ();
use Redirect ();
use Text ();
use Wrap ();

$ENV{PATH} = "$ENV{tools}/bin";
my $out = $ENV{out};
umask 022;
mkdir $out or die "cannot make $out: $!\n";

my $closure = Closure->new($out, $ENV{depends}, $ENV{essential});
my @postinsts = Layout::unpack_debs($out, split ' ', $ENV{debs});
my $links = Layout::flatten($out);
Layout::prune($out);
my $alternatives = Alternatives::parse(@postinsts);
Alternatives::add_links($out, $alternatives, $links);
Layout::make_links($out, $links, $closure, $alternatives);

mkdir "$out/nix-support";
write_file("$out/nix-support/depends", join('', map { "$_\n" } $closure->direct));

my $files = Layout::list_files($out);
my @elf;
for my $file (@$files) {
  if ($file->{kind} eq 'elf') { push @elf, $file }
  elsif ($file->{kind} eq 'text') { Text::rewrite($file, $closure) }
}
my @run_shell = $ENV{skipElf} ? () : Elf::patch_all(\@elf, $closure);
my $redirects = ($ENV{redirects} // '') =~ s/\$out/$out/gr;
$redirects .= join '', map { "\n" . substr($_, 1 + length $out) . "||/bin/sh|$ENV{shell}/bin/sh|?" } @run_shell;
Redirect::redirect($out, $redirects);
Redirect::replace_strings($out, $ENV{strings} // '');
Wrap::adopt_programs($out, $closure);
Wrap::make_links($out, $ENV{links} // '');
if (($ENV{postInstall} // '') ne '') {
  $ENV{PATH} = "$ENV{shell}/bin:$ENV{tools}/bin:" . join(':', grep { -d } map { "$_/bin" } $closure->direct, split(' ', $ENV{essential} // ''));
  system("$ENV{shell}/bin/sh", '-euc', $ENV{postInstall}) == 0 or die "postInstall failed\n";
}
Wrap::make_wrappers($out, $ENV{wraps} // '');

sub write_file {
  my ($path, $text) = @_;
  open my $file, '>:raw', $path or die "cannot write $path: $!\n";
  print $file $text;
  close $file or die "cannot write $path: $!\n";
}
