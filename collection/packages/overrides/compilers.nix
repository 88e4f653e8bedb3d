# gcc: the compiler, its headers and the C library's lie in one prefix, where the driver finds them from its own place. A specs
# file beside them adds what it does not find that way, and makes its results store programs: interpreter and run path.
{ packages, shell, authorities }:

{
  names = {
    # Finds its modules from where it lies.
    cmake.include = [ "cmake-data" ];
    # Names its library by parts: '/usr/share', then 'texinfo'.
    texinfo.postInstall = ''
      sed -i "s|'/usr/share'|'$out/share'|g" "$out"/bin/texi2any
    '';
  };

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
          # A specs file replaces all that the driver knows, so it begins as what the driver says it knows.
          postInstall = ''
            folder() { for path in $depends; do case "$path" in *-"$1"*) echo "$path/lib/x86_64-linux-gnu"; return;; esac; done; }
            search="-idirafter $out/include/x86_64-linux-gnu -idirafter $out/include"
            link="%{!static:%{!static-pie:-dynamic-linker ${libc}/ld-linux-x86-64.so.2 -rpath ${libc} -rpath ${packages."libstdc++6"}/lib/x86_64-linux-gnu}}"
            link="$link %{fsanitize=address:-rpath $(folder libasan)} %{fsanitize=thread:-rpath $(folder libtsan)}"
            link="$link %{fsanitize=undefined:-rpath $(folder libubsan)} %{fsanitize=leak:-rpath $(folder liblsan)}"
            link="$link %{fopenmp|fopenacc|ftree-parallelize-loops=*:-rpath $(folder libgomp)}"
            sed -i 's|libgcc_s.so.1|${libc}/libgcc_s.so.1|' "$out/${libraries}/libgcc_s.so"
            "$out/bin/gcc-${version}" -dumpspecs > specs
            awk -v search="$search" -v link="$link" '
              spec == "*cpp:" { print $0 " " search; spec = ""; next }
              spec == "*link:" { print $0 " " link; spec = ""; next }
              /^\*/ { spec = $0 }
              { print }
            ' specs > "$out/${libraries}/specs"
            grep -q -- "-idirafter $out" "$out/${libraries}/specs"
            grep -q -- "-dynamic-linker ${libc}" "$out/${libraries}/specs"
          '';
        };
    }
  ];
}
