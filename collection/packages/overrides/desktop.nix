# The X server, and programs that draw windows.
{ packages, shell, authorities }:

{
  names = {
    # It has a program make the tables of the keyboard, and finds its own modules without being told.
    xserver-xorg-core = {
      add = [ "x11-xkb-utils" "xkb-data" ];
      redirects = [
        "lib/xorg/Xorg||/usr/bin|${packages.x11-xkb-utils}/bin"
        "lib/xorg/Xorg||/usr/share/X11/xkb|${packages.xkb-data}/share/X11/xkb"
        "lib/xorg/Xorg||/usr/lib/xorg/modules|$out/lib/xorg/modules"
      ];
    };
    icewm.redirects = map (program: "bin/${program}||/usr/share/icewm|${packages.icewm-common}/share/icewm") [ "icewm" "icewmbg" ];
  };
}
