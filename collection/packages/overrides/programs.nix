# Programs for people, and the libraries through which they find data.
{ packages, shell, authorities }:

let
  fonts = "${packages.fontconfig-config}/etc/fonts/fonts.conf";
in
{
  names = {
    # As upstream has it: Debian leaves these to procps, which a small lock may not have, and modules of systems name them here.
    # Others' programs of one name win.
    coreutils =
      if packages ? procps then {
        add = [ "procps" ];
        links = map (program: "bin/${program}|${packages.procps}/bin/${program}") [ "kill" "uptime" ];
        meta.priority = 10;
      } else { };

    vim.redirects = [ "bin/vim.basic||/usr/share/vim|${packages.vim-runtime}/share/vim" ];
    vim-tiny.redirects = [ "bin/vim.tiny||/usr/share/vim|$out/share/vim" ];

    git = {
      wraps = [
        "bin/git|GIT_EXEC_PATH=$out/lib/git-core"
        "bin/git|GIT_TEMPLATE_DIR=$out/share/git-core/templates"
        "bin/git|GITPERLLIB=$out/share/perl5"
        "bin/git|GIT_TEXTDOMAINDIR=$out/share/locale"
      ];
    };

    # The host's own fonts stay visible beside the store's.
    fontconfig-config.postInstall = ''
      sed -i 's|<dir prefix="xdg">|<dir>/usr/share/fonts</dir><dir>/run/current-system/sw/share/X11/fonts</dir>\n\t&|' "$out/etc/fonts/fonts.conf"
    '';

    firefox-esr = {
      wraps = [ "bin/firefox-esr|FONTCONFIG_FILE=${fonts}" ];
      meta.mainProgram = "firefox-esr";
    };

    # The descriptions of the usual terminals; the host's stay visible.
    ncurses-base.essential = false;
    libtinfo6.redirects = [
      "lib/x86_64-linux-gnu/libtinfo.so.6||/etc/terminfo:/lib/terminfo:/usr/share/terminfo|/etc/terminfo:${packages.ncurses-base}/lib/terminfo:/lib/terminfo:/usr/share/terminfo"
    ];

    # The library's default authorities are the store's; those in /etc/ssl/certs come on top.
    libssl3 = {
      redirects = [
        "lib/x86_64-linux-gnu/libcrypto.so.3||/usr/lib/ssl/cert.pem|${authorities}/etc/ssl/certs/ca-certificates.crt"
        "lib/x86_64-linux-gnu/libcrypto.so.3||/usr/lib/x86_64-linux-gnu/ossl-modules|$out/lib/x86_64-linux-gnu/ossl-modules"
        "lib/x86_64-linux-gnu/libcrypto.so.3||/usr/lib/x86_64-linux-gnu/engines-3|$out/lib/x86_64-linux-gnu/engines-3"
      ];
      strings = [ "lib/x86_64-linux-gnu/libcrypto.so.3|/usr/lib/ssl|/etc/ssl" ];
    };
    libcurl4.redirects = [
      "lib/x86_64-linux-gnu/libcurl.so.4||/etc/ssl/certs/ca-certificates.crt|${authorities}/etc/ssl/certs/ca-certificates.crt"
    ];
    libgnutls30.redirects = [
      "lib/x86_64-linux-gnu/libgnutls.so.30||/etc/ssl/certs/ca-certificates.crt|${authorities}/etc/ssl/certs/ca-certificates.crt"
    ];
    ca-certificates.postInstall = ''
      mkdir -p "$out/etc/ssl/certs"
      cat "$out"/share/ca-certificates/mozilla/*.crt > "$out/etc/ssl/certs/ca-certificates.crt"
    '';
  };
}
