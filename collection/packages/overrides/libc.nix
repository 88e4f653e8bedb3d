# The C library and the loader.
{ packages, shell, authorities }:

{
  names = {
    libc6 = {
      # libc's own libraries are found through the program that needs them.
      skipElf = true;
      # The loader must not find the host's libraries: not by its cache, not in its folders.
      strings = [
        "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2|/etc/ld.so.cache|/nix/no.so.cache"
        "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2|/lib/x86_64-linux-gnu/|/nix/no-such-folder--/"
        "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2|/lib/|/nix/"
      ];
      # system(), popen() and posix_spawn() of a script run a shell.
      redirects = [ "lib/x86_64-linux-gnu/libc.so.6|GNU C Library (|/bin/sh|${shell}/bin/sh" ];
      # What libc itself opens by name: libgcc_s.so.1, when a thread is ended.
      postInstall = "patchelf --set-rpath $out/lib/x86_64-linux-gnu $out/lib/x86_64-linux-gnu/libc.so.6";
    };
  };
}
