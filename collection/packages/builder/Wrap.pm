# What overrides add at the end: links, and wrappers that set the environment through which a program finds its data.
package Wrap;
use strict;
use warnings;
use Layout ();

# Lines `NEW|TARGET`; $out stands for the output in both.
sub make_links {
  my ($out, $lines) = @_;
  for my $line (grep { /\S/ } split /\n/, $lines =~ s/\$out/$out/gr) {
    my ($path, $target) = split /\|/, $line;
    $path = "$out/$path" unless $path =~ m{^/};
    Layout::make_parents($path);
    unlink $path;
    symlink $target, $path or die "cannot link $path: $!\n";
  }
}

# A package that has nothing but documentation stands for its dependencies: it gets links to their programs.
sub adopt_programs {
  my ($out, $closure) = @_;
  for my $folder ($out, "$out/share") {
    opendir my $handle, $folder or next;
    for my $name (readdir $handle) {
      next if $name =~ /^\.\.?$/ || $name eq 'nix-support';
      return unless $folder eq $out ? $name eq 'share' : $name =~ /^(?:doc|man|bug)$/;
    }
  }
  for my $path ($closure->direct) {
    opendir my $handle, "$path/bin" or next;
    mkdir "$out/bin";
    for my $name (sort grep { !/^\./ } readdir $handle) { symlink "$path/bin/$name", "$out/bin/$name" }
  }
}

# Lines `PROGRAM|NAME=VALUE` (unless the user has set it) and `PROGRAM|NAME+=VALUE` (after what the user has set, with a colon).
# The program itself moves to .NAME-wrapped beside the wrapper, so that what it finds from its own place stays found.
sub make_wrappers {
  my ($out, $lines) = @_;
  my (%settings, @programs);
  for my $line (grep { /\S/ } split /\n/, $lines =~ s/\$out/$out/gr) {
    my ($program, $setting) = split /\|/, $line, 2;
    push @programs, $program unless $settings{$program};
    push @{ $settings{$program} }, $setting;
  }
  for my $program (@programs) {
    my ($folder, $name) = $program =~ m{^(.*)/([^/]+)$};
    my $real = "$out/$folder/.$name-wrapped";
    die "there is no $program to wrap\n" unless -e "$out/$program";
    rename "$out/$program", $real or die "cannot move $program: $!\n";
    my $script = "#!$ENV{shell}/bin/sh\n";
    for my $setting (@{ $settings{$program} }) {
      $setting =~ /^(\w+)(\+?)=(.*)$/s or die "'$setting' is no NAME=VALUE\n";
      $script .= $2 ? "export $1=\"\${$1:+\$$1:}$3\"\n" : "export $1=\"\${$1-$3}\"\n";
    }
    $script .= "exec -a \"\$0\" $real \"\$@\"\n";
    open my $file, '>', "$out/$program" or die "cannot write $program: $!\n";
    print $file $script;
    close $file;
    chmod 0755, "$out/$program";
  }
}

1;
