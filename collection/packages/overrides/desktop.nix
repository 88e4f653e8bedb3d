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
    # The tables that keys are made of.
    x11-xkb-utils = {
      add = [ "xkb-data" ];
      redirects = map (program: "bin/${program}||/usr/share/X11/xkb|${packages.xkb-data}/share/X11/xkb") [ "setxkbmap" "xkbcomp" ];
    };
    # What is known of single mice and keyboards.
    libinput10.redirects = [ "lib/x86_64-linux-gnu/libinput.so.10||/usr/share/libinput|${packages.libinput-bin}/share/libinput" ];
    # The parts that read each kind of picture.
    libimlib2.redirects = [ "lib/x86_64-linux-gnu/libImlib2.so.1||/usr/lib/x86_64-linux-gnu/imlib2|$out/lib/x86_64-linux-gnu/imlib2" ];
    icewm.redirects = map (program: "bin/${program}||/usr/share/icewm|${packages.icewm-common}/share/icewm") [ "icewm" "icewmbg" ];
  };
}
