# The collection's own overrides, one file by subject, then the user's. Each file gives names → overrides, and patterns for
# names that carry a version.
{ packages, bootstrap, overrides }:

let
  files = map (file: import file { inherit packages; inherit (bootstrap) shell authorities; }) [
    ./libc.nix
    ./languages.nix
    ./compilers.nix
    ./desktop.nix
    ./programs.nix
    ./servers.nix
    ./shells.nix
    ./system.nix
    ./emulators.nix
  ];
  byName = builtins.foldl' (all: file: all // file.names) { } files;
  patterns = builtins.concatMap (file: file.patterns or [ ]) files;
  # Few names match one; whether one does is asked once.
  anyPattern = "(${builtins.concatStringsSep ")|(" (map ({ pattern, ... }: pattern) patterns)})";

  byPattern = name: builtins.foldl'
    (found: { pattern, override }:
      if found != null then found
      else
        let match = builtins.match pattern name;
        in if match == null then null else override match)
    null
    patterns;

  ownOf = name: byName.${name} or (if builtins.match anyPattern name == null then { } else byPattern name);
in
name:
let
  own = ownOf name;
  user = overrides.${name} or { };
in
own // (if builtins.isFunction user then user own else user)
