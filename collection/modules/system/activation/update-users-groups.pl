# Makes the accounts and groups of the machine what the configuration says: update-users-groups FILE, which has one a line (see
# activation-script.nix). What was declared once and is no more is removed; a name keeps its number for ever, so that files
# never come to belong to somebody else. With mutable users, accounts that somebody added by hand stay. A file that is right
# already is not written, and no module is loaded before one has to be: this runs whenever the machine starts.
use strict;
use warnings;

my ($spec) = @ARGV;
my $root = $ENV{FIRN_USERS_ROOT} // '';
my $state = "$root/var/lib/nixos";
my $dry = ($ENV{NIXOS_ACTION} // '') eq 'dry-activate';

sub note { print STDERR @_, "\n" }

sub read_lines {
  my ($path) = @_;
  open my $file, '<', $path or return ();
  chomp(my @lines = <$file>);
  return @lines;
}

sub make_folders {
  my ($path) = @_;
  return if $path eq '' || -d $path;
  make_folders($path =~ m{^(.*?)/+[^/]+/*$} ? $1 : '');
  mkdir $path or -d $path or die "$path: $!\n";
}

sub is_right {
  my ($path, $text, $mode, $group) = @_;
  open my $file, '<', $path or return 0;
  my (undef, undef, $has_mode, undef, $uid, $gid) = stat $file;
  return 0 if ($has_mode & 07777) != $mode || $> == 0 && ($uid != 0 || $gid != $group);
  local $/;
  return (<$file> // '') eq $text;
}

# Written beside the old one and flushed; whoever reads sees one or the other.
sub update_file {
  my ($path, $text, $mode, $group) = @_;
  return if $dry || is_right($path, $text, $mode, $group // 0);
  require IO::Handle;
  open my $file, '>', "$path.tmp" or die "$path.tmp: $!\n";
  print $file $text or die "$path.tmp: $!\n";
  $file->flush;
  $file->sync;
  close $file or die "$path.tmp: $!\n";
  chown 0, $group // 0, "$path.tmp" if $> == 0;
  chmod $mode, "$path.tmp";
  rename "$path.tmp", $path or die "$path: $!\n";
}

# What the configuration declares.
my @user_fields = qw(name uid group description home homeMode createHome isSystemUser shell hashedPassword password
  hashedPasswordFile initialPassword initialHashedPassword expires autoSubUidGidRange subUidRanges subGidRanges);
my ($mutable, %groups, %users);
for my $line (read_lines($spec)) {
  my ($kind, @values) = split /\t/, $line, -1;
  @values = map { /^=(.*)$/s ? $1 : undef } @values;
  if ($kind eq 'options') { $mutable = $values[0] }
  elsif ($kind eq 'group') { $groups{$values[0]} = { gid => $values[1], members => [ split /,/, $values[2] // '' ] } }
  else { my %user; @user{@user_fields} = @values; $users{$user{name}} = \%user }
}

# name<TAB>number, for every name that ever had one.
sub read_map { return map { split /\t/ } read_lines("$state/$_[0]") }
sub write_map {
  my ($name, %map) = @_;
  update_file("$state/$name", join('', map { "$_\t$map{$_}\n" } sort keys %map), 0644);
}

unless ($dry) {
  make_folders($state);
  for ([ 'root', 0700 ], [ 'home', 0755 ]) {
    my ($name, $mode) = @$_;
    make_folders("$root/$name");
    chmod $mode, "$root/$name";
  }
}
my %uid_map = read_map('uid-map');
my %gid_map = read_map('gid-map');
my %range_map = read_map('auto-subuid-map');
my %old_users = map { $_ => 1 } read_lines("$state/declarative-users");
my %old_groups = map { $_ => 1 } read_lines("$state/declarative-groups");

# What is there.
my (%present_users, %present_groups, %shadow);
for (read_lines("$root/etc/passwd")) {
  my ($name, undef, $uid, $gid, $description, $home, $shell) = split /:/, $_, -1;
  $present_users{$name} = { uid => $uid, gid => $gid, description => $description, home => $home, shell => $shell };
}
for (read_lines("$root/etc/group")) {
  my ($name, undef, $gid, $members) = split /:/, $_, -1;
  $present_groups{$name} = { gid => $gid, members => [ split /,/, $members // '' ] };
}
for (read_lines("$root/etc/shadow")) {
  my ($name, $hash, @rest) = split /:/, $_, -1;
  $shadow{$name} = [ $hash, @rest ];
}

my %used_gids = map { $_ => 1 } values(%gid_map), (map { $_->{gid} } values %present_groups), grep { defined } map { $_->{gid} } values %groups;
my %used_uids = map { $_ => 1 } values(%uid_map), (map { $_->{uid} } values %present_users), grep { defined } map { $_->{uid} } values %users;

# System numbers are given out downward, those of persons upward.
sub free_id {
  my ($used, $from, $to) = @_;
  my $step = $from < $to ? 1 : -1;
  for (my $id = $from; $id != $to + $step; $id += $step) {
    next if $used->{$id};
    $used->{$id} = 1;
    return $id;
  }
  die "no number between $from and $to is free\n";
}

sub number_of {
  my ($what, $name, $declared, $present, $map, $used, @range) = @_;
  if (defined $declared) {
    if (defined $present && $present != $declared) {
      note "warning: not applying the ID change of $what '$name' ($present -> $declared) in /etc";
      return $present;
    }
    return $declared;
  }
  return $present if defined $present;
  return $map->{$name} if defined $map->{$name};
  return free_id($used, @range);
}

my %final_groups;
for my $name (sort keys %groups) {
  my $group = $groups{$name};
  my $present = $present_groups{$name};
  my @members = @{ $group->{members} };
  # Members that somebody added by hand stay, unless a person is no longer declared.
  push @members, grep { $present_users{$_} && !$users{$_} && !$old_users{$_} } @{ $present->{members} } if $mutable && $present;
  my %seen;
  my $gid = number_of('group', $name, $group->{gid}, $present && $present->{gid}, \%gid_map, \%used_gids, 999, 400);
  $gid_map{$name} = $gid;
  $final_groups{$name} = { gid => $gid, members => [ grep { !$seen{$_}++ } sort @members ] };
}
for my $name (sort keys %present_groups) {
  next if $final_groups{$name};
  if (!$mutable || $old_groups{$name}) {
    note($dry ? "would remove group '$name'" : "removing group '$name'");
    next;
  }
  $final_groups{$name} = $present_groups{$name};
}

sub hash_password {
  my ($password) = @_;
  my @letters = ('a' .. 'z', 'A' .. 'Z', 0 .. 9, '.', '/');
  open my $random, '<', '/dev/urandom' or die "/dev/urandom: $!\n";
  read $random, my $bytes, 16;
  return crypt $password, '$6$' . join('', map { $letters[ ord($_) % @letters ] } split //, $bytes) . '$';
}

my %final_users;
for my $name (sort keys %users) {
  my $user = $users{$name};
  my $present = $present_users{$name};
  my @range = $user->{isSystemUser} ? (999, 400) : (1000, 29999);
  my $uid = number_of('user', $name, $user->{uid}, $present && $present->{uid}, \%uid_map, \%used_uids, @range);
  $uid_map{$name} = $uid;
  my $group = $user->{group} // '';
  my $gid = $group =~ /^\d+$/ ? $group : $final_groups{$group} ? $final_groups{$group}{gid} : 65534;
  my $shell = $user->{shell} // ($present && $present->{shell}) // '/run/current-system/sw/bin/nologin';
  $final_users{$name} = { uid => $uid, gid => $gid, description => $user->{description} // '', home => $user->{home}, shell => $shell };

  my $hash = $shadow{$name} && $mutable ? $shadow{$name}[0] : undef;
  if (defined $user->{hashedPasswordFile} && (!defined $hash || !$mutable)) {
    my @lines = read_lines("$root$user->{hashedPasswordFile}");
    if (@lines) { $hash = $lines[0] } else { note "warning: password file '$user->{hashedPasswordFile}' does not exist" }
  }
  $hash //= $user->{hashedPassword};
  $hash //= hash_password($user->{password}) if defined $user->{password};
  $hash //= $user->{initialHashedPassword};
  $hash //= hash_password($user->{initialPassword}) if defined $user->{initialPassword};
  $hash //= $shadow{$name}[0] if $shadow{$name} && $mutable;
  my @rest = $shadow{$name} ? @{ $shadow{$name} }[ 1 .. $#{ $shadow{$name} } ] : (1, '', '', '', '', '', '');
  if (defined $user->{expires}) {
    require Time::Local;
    my ($year, $month, $day) = split /-/, $user->{expires};
    $rest[5] = int(Time::Local::timegm(0, 0, 0, $day, $month - 1, $year) / 86400);
  }
  $final_users{$name}{shadow} = join ':', $name, $hash // '!', @rest;

  if ($user->{createHome} && !$dry && !-e "$root$user->{home}") {
    make_folders("$root$user->{home}");
    chmod oct($user->{homeMode} // '700'), "$root$user->{home}";
    chown $uid, $gid, "$root$user->{home}" if $> == 0;
  }
}
for my $name (sort keys %present_users) {
  next if $final_users{$name};
  if (!$mutable || $old_users{$name}) {
    note($dry ? "would remove user '$name'" : "removing user '$name'");
    next;
  }
  $final_users{$name} = { %{ $present_users{$name} }, shadow => join ':', $name, @{ $shadow{$name} // [ '!', (1, '', '', '', '', '', '') ] } };
}

sub by_number { my ($set, $key) = @_; return sort { $set->{$a}{$key} <=> $set->{$b}{$key} || $a cmp $b } keys %$set }

sub sub_ranges {
  my ($field) = @_;
  my $text = '';
  for my $name (sort keys %users) {
    my $user = $users{$name};
    $text .= "$name:" . join(':', split /\+/, $_) . "\n" for split /,/, $user->{$field} // '';
    next unless $user->{autoSubUidGidRange};
    unless (defined $range_map{$name}) {
      my %taken = map { $_ => 1 } values %range_map;
      my $start = 100000;
      $start += 65536 while $taken{$start};
      $range_map{$name} = $start;
    }
    $text .= "$name:$range_map{$name}:65536\n";
  }
  return $text;
}

make_folders("$root/etc") unless $dry;
update_file("$root/etc/group", join('', map { "$_:x:$final_groups{$_}{gid}:" . join(',', @{ $final_groups{$_}{members} }) . "\n" } by_number(\%final_groups, 'gid')), 0644);
update_file("$root/etc/passwd", join('', map { my $u = $final_users{$_}; "$_:x:$u->{uid}:$u->{gid}:$u->{description}:$u->{home}:$u->{shell}\n" } by_number(\%final_users, 'uid')), 0644);
update_file("$root/etc/shadow", join('', map { "$final_users{$_}{shadow}\n" } by_number(\%final_users, 'uid')), 0640, $final_groups{shadow} ? $final_groups{shadow}{gid} : 0);
update_file("$root/etc/subuid", sub_ranges('subUidRanges'), 0644);
update_file("$root/etc/subgid", sub_ranges('subGidRanges'), 0644);
write_map('uid-map', %uid_map);
write_map('gid-map', %gid_map);
write_map('auto-subuid-map', %range_map);
update_file("$state/declarative-users", join('', map { "$_\n" } sort keys %users), 0644);
update_file("$state/declarative-groups", join('', map { "$_\n" } sort keys %groups), 0644);
