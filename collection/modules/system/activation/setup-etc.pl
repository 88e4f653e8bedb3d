# Makes /etc what the configuration says: setup-etc ETC-IN-THE-STORE. /etc/static is switched to it by one rename; every file of
# it is a link through /etc/static, or a copy where it has a mode. Links and copies of an earlier system that are in none of
# the new one are removed; what else is in /etc belongs to the machine and stays.
# No module is loaded: each is a file more to read while the machine starts.
use strict;
use warnings;

my ($etc) = @ARGV;
my $root = $ENV{FIRN_ETC_ROOT} // '/etc';
my $static = "$root/static";

sub atomic_symlink {
  my ($source, $target) = @_;
  my $temporary = "$target.tmp";
  unlink $temporary;
  symlink($source, $temporary) or return 0;
  return rename($temporary, $target) || do { unlink $temporary; 0 };
}

(readlink $static // '') eq $etc or atomic_symlink($etc, $static) or die "cannot switch $static to $etc: $!\n";

# Whether everything below is a link into the static folder: then it is an earlier system's, and may be replaced by a link.
sub is_static {
  my ($path) = @_;
  if (-l $path) { return substr(readlink($path), 0, length "$static/") eq "$static/" }
  return 0 unless -d $path;
  opendir my $handle, $path or return 0;
  for my $name (readdir $handle) {
    next if $name eq '.' || $name eq '..';
    return 0 unless is_static("$path/$name");
  }
  return 1;
}

sub entries {
  my ($folder) = @_;
  opendir my $handle, $folder or return ();
  return sort grep { $_ ne '.' && $_ ne '..' } readdir $handle;
}

sub make_folders {
  my ($path) = @_;
  return if -d $path;
  make_folders($path =~ s{/[^/]+$}{}r);
  mkdir $path;
}

sub remove_tree {
  my ($path) = @_;
  if (-l $path || !-d _) { unlink $path; return }
  remove_tree("$path/$_") for entries($path);
  rmdir $path;
}

# What leads nowhere any more.
sub remove_obsolete {
  my ($folder) = @_;
  for my $name (entries($folder)) {
    next if $folder eq $root && ($name eq 'static' || $name eq 'nixos');
    my $path = "$folder/$name";
    my $target = readlink $path;
    if (!defined $target) { remove_obsolete($path) if -d $path; next }
    next unless substr($target, 0, length "$static/") eq "$static/";
    my $counterpart = $static . substr($path, length $root);
    unless (-l $counterpart || -e $counterpart) {
      print STDERR "removing obsolete symlink '$path'...\n";
      unlink $path;
    }
  }
}
remove_obsolete($root);

# Copies that an earlier system made.
my %old;
if (open my $file, '<', "$root/.clean") {
  while (<$file>) { chomp; $old{$_} = 1 }
}
open my $clean, '>>', "$root/.clean" or die "cannot write $root/.clean: $!\n";
select((select($clean), $| = 1)[0]);

my (%created, @copied);

sub owner_id {
  my ($text, $lookup) = @_;
  return substr($text, 1) if $text =~ /^\+\d+$/;
  return $lookup->($text) // die "there is no user or group '$text'\n";
}

sub read_line {
  my ($path) = @_;
  open my $file, '<', $path or die "$path: $!\n";
  my $line = <$file> // '';
  chomp $line;
  return $line;
}

sub copy_file {
  my ($from, $to) = @_;
  open my $in, '<:raw', $from or return 0;
  open my $out, '>:raw', $to or return 0;
  while (read $in, my $bytes, 65536) { print $out $bytes or return 0 }
  return close $out;
}

sub place {
  my ($name) = @_;
  my $source = "$etc/$name";
  my $target = "$root/$name";
  return if $name =~ /\.(?:mode|uid|gid)$/ && -e ($source =~ s/\.(?:mode|uid|gid)$//r);

  if (-d $source && !-l $source) {
    if (-l $target && is_static($target)) { unlink $target }
    make_folders($target);
    place("$name/$_") for entries($source);
    return;
  }
  $created{$name} = 1;

  if (-e "$source.mode") {
    my $mode = read_line("$source.mode");
    if ($mode eq 'direct-symlink') {
      atomic_symlink(readlink "$static/$name", $target) or warn "could not create symlink $target\n";
    } else {
      copy_file("$static/$name", "$target.tmp") or do { warn "could not copy $name: $!\n"; return };
      my $uid = owner_id(read_line("$source.uid"), sub { scalar getpwnam $_[0] });
      my $gid = owner_id(read_line("$source.gid"), sub { scalar getgrnam $_[0] });
      chown $uid, $gid, "$target.tmp" or warn "could not give $name to its owner: $!\n";
      chmod oct $mode, "$target.tmp" or warn "could not change the mode of $name: $!\n";
      unless (rename "$target.tmp", $target) { warn "could not create target $target: $!\n"; unlink "$target.tmp" }
    }
    push @copied, $name;
    print $clean "$name\n";
    return;
  }
  if (-d $target && !-l $target) {
    unless (is_static($target)) { warn "$target directory contains user files. Symlinking may fail.\n"; return }
    remove_tree($target);
  }
  return if -l $target && readlink($target) eq "$static/$name";
  atomic_symlink("$static/$name", $target) or warn "could not create symlink $target: $!\n";
}
make_folders($root);
place($_) for entries($etc);

for my $name (sort keys %old) {
  next if $created{$name};
  print STDERR "removing obsolete file '$root/$name'...\n";
  unlink "$root/$name";
}

close $clean;
open $clean, '>', "$root/.clean.tmp" or die "cannot write $root/.clean: $!\n";
print $clean "$_\n" for sort @copied;
close $clean;
rename "$root/.clean.tmp", "$root/.clean";

# The mark of a machine that is made from a configuration.
open my $mark, '>>', "$root/NIXOS" or die "cannot write $root/NIXOS: $!\n";
