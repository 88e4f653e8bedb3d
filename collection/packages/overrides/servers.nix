# Servers.
{ packages, shell, authorities }:

{
  names = { };

  patterns = [
    {
      # The programs lie where Debian keeps several versions apart; here each version has a prefix of its own.
      pattern = "postgresql-([0-9]+)";
      override = captures:
        let folder = "lib/postgresql/${builtins.head captures}/bin";
        in {
          # Without its compiler of queries, which alone is larger than everything else of it (NixOS: enableJIT = false), and
          # without what only maintainer scripts use.
          drop = map (version: "libllvm${toString version}") [ 11 13 14 15 16 17 18 19 ] ++ [ "locales" "postgresql-common" "ssl-cert" ];
          redirects = map (program: "${folder}/${program}||/usr/share/zoneinfo|${packages.tzdata}/share/zoneinfo") [ "postgres" "initdb" ];
          postInstall = ''
            rm -rf "$out/${dirOf folder}/lib/bitcode" "$out/${dirOf folder}/lib/llvmjit"*
            mkdir -p "$out/bin"
            for program in "$out/${folder}"/*; do ln -s "../${folder}/''${program##*/}" "$out/bin/''${program##*/}"; done
          '';
        };
    }
    {
      pattern = "postgresql-client-([0-9]+)";
      override = captures:
        let folder = "lib/postgresql/${builtins.head captures}/bin";
        in {
          postInstall = ''
            mkdir -p "$out/bin"
            for program in "$out/${folder}"/*; do ln -sf "../${folder}/''${program##*/}" "$out/bin/''${program##*/}"; done
          '';
        };
    }
  ];
}
