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
          redirects = map (program: "${folder}/${program}||/usr/share/zoneinfo|${packages.tzdata}/share/zoneinfo") [ "postgres" "initdb" ];
          postInstall = ''
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
