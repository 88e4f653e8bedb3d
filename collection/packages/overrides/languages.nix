# Interpreters.
{ packages, shell, authorities }:

{
  names = {
    # @INC is compiled in, with the lengths of its parts; so it comes from the environment.
    perl = {
      postInstall = ''
        for program in "$out"/bin/perl5.*; do
          if cmp -s "$program" "$out/bin/perl"; then rm "$program"; ln -s perl "$program"; fi
        done
      '';
      wraps =
        let library = folder: "bin/perl|PERL5LIB+=$out/${folder}";
        in map library [ "lib/x86_64-linux-gnu/perl/5.36" "share/perl/5.36" "lib/x86_64-linux-gnu/perl-base" ];
    };

    # The store cannot be written to when a module is first imported, so its byte code comes along.
    python3.postInstall = ''
      export PYTHONHASHSEED=0
      for library in "$out"/lib/python3.*/; do
        "$out/bin/python3" -m compileall -q --invalidation-mode unchecked-hash -x 'lib2to3/tests|/test/' "$library"
      done
    '';

    # Parts of node's own library lie in other packages, at places that are compiled in.
    nodejs = {
      redirects =
        let from = package: file: "lib/x86_64-linux-gnu/libnode.so.108||/usr/share/nodejs/${file}|${package}/share/nodejs/${file}";
        in [
          (from packages.node-cjs-module-lexer "cjs-module-lexer/lexer.js")
          (from packages.node-cjs-module-lexer "cjs-module-lexer/dist/lexer.js")
          (from packages.node-undici "undici/undici-fetch.js")
          (from "$out" "acorn/dist/acorn.js")
          (from "$out" "acorn-walk/dist/walk.js")
        ];
    };
  };
}
