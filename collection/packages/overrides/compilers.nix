# gcc: the compiler, its headers and the C library's lie in one prefix, where the driver finds them from its own place. A specs
# file beside them adds what it does not find that way, and makes its results store programs: interpreter and run path.
{ packages, shell, authorities }:

{
  names = { };

  patterns = [
    {
      pattern = "gcc-([0-9]+)";
      override = captures:
        let
          version = builtins.head captures;
          libraries = "lib/gcc/x86_64-linux-gnu/${version}";
          libc = "${packages.libc6}/lib/x86_64-linux-gnu";
        in
        {
          include = [ "libc6-dev" "linux-libc-dev" "libcrypt-dev" ];
          add = [ "libstdc++6" "libcrypt1" ];
          drop = [ "libnsl-dev" "rpcsvc-proto" "libc-dev-bin" ];
          links = map (name: "x86_64-linux-gnu/bin/${name}|${packages.binutils-x86-64-linux-gnu}/bin/x86_64-linux-gnu-${name}") [
            "as" "ld" "ld.bfd" "ld.gold" "ar" "nm" "ranlib" "strip" "objcopy" "objdump"
          ];
          postInstall = ''
            cat > "$out/${libraries}/specs" <<END
            *cpp:
            + -idirafter $out/include/x86_64-linux-gnu -idirafter $out/include

            *link:
            + %{!static:%{!static-pie:-dynamic-linker ${libc}/ld-linux-x86-64.so.2}} %{!static:-rpath ${libc} -rpath ${packages."libstdc++6"}/lib/x86_64-linux-gnu}

            END
          '';
        };
    }
  ];
}
