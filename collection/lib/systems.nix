# Platforms: "cpu-kernel" as Nix names them, in groups by their properties, and taken apart.
{ lib }:

let
  inherit (builtins) filter head match;

  cpus = {
    x86_64 = { bits = 64; family = "x86"; littleEndian = true; linux = "x86_64"; };
    i686 = { bits = 32; family = "x86"; littleEndian = true; linux = "i386"; };
    aarch64 = { bits = 64; family = "arm"; littleEndian = true; linux = "arm64"; };
    armv7l = { bits = 32; family = "arm"; littleEndian = true; linux = "arm"; };
    armv6l = { bits = 32; family = "arm"; littleEndian = true; linux = "arm"; };
    riscv64 = { bits = 64; family = "riscv"; littleEndian = true; linux = "riscv"; };
    riscv32 = { bits = 32; family = "riscv"; littleEndian = true; linux = "riscv"; };
    powerpc64le = { bits = 64; family = "power"; littleEndian = true; linux = "powerpc"; };
    powerpc64 = { bits = 64; family = "power"; littleEndian = false; linux = "powerpc"; };
    s390x = { bits = 64; family = "s390"; littleEndian = false; linux = "s390"; };
    loongarch64 = { bits = 64; family = "loongarch"; littleEndian = true; linux = "loongarch"; };
  };

  on = kernel: names: map (name: "${name}-${kernel}") names;
  linux = on "linux" (builtins.attrNames cpus);
  darwin = on "darwin" [ "aarch64" "x86_64" ];
  freebsd = on "freebsd" [ "aarch64" "i686" "x86_64" ];
  all = linux ++ darwin ++ freebsd;
  where = holds: filter (system: holds (parse system)) all;

  parse = system:
    let
      parts = match "([^-]+)-(.+)" system;
      cpu = head parts;
    in
    if parts == null || !(cpus ? ${cpu})
    then throw "The platform '${system}' is not known: platforms are named as x86_64-linux."
    else { inherit cpu; kernel = builtins.elemAt parts 1; } // cpus.${cpu};
in
rec {
  doubles = {
    inherit all linux darwin freebsd;
    unix = all;
    x86 = where (p: p.family == "x86");
    x86_64 = where (p: p.cpu == "x86_64");
    i686 = where (p: p.cpu == "i686");
    arm = where (p: p.family == "arm" && p.bits == 32);
    aarch = where (p: p.family == "arm");
    aarch64 = where (p: p.cpu == "aarch64");
    riscv = where (p: p.family == "riscv");
    riscv64 = where (p: p.cpu == "riscv64");
    power = where (p: p.family == "power");
    s390x = where (p: p.cpu == "s390x");
    loongarch64 = where (p: p.cpu == "loongarch64");
    littleEndian = where (p: p.littleEndian);
    bigEndian = where (p: !p.littleEndian);
    none = [ ];
  };

  # A platform with its properties, from its name or from a set with `system`.
  elaborate = platform:
    let
      system = platform.system or platform;
      parsed = parse system;
      config = "${parsed.cpu}-unknown-${parsed.kernel}${lib.optionalString (parsed.kernel == "linux") "-gnu"}";
      self = {
        inherit system config;
        parsed = { cpu = { name = parsed.cpu; inherit (parsed) bits family; }; kernel.name = parsed.kernel; };
        isLinux = parsed.kernel == "linux";
        isDarwin = parsed.kernel == "darwin";
        isFreeBSD = parsed.kernel == "freebsd";
        isUnix = true;
        isWindows = false;
        isx86 = parsed.family == "x86";
        isx86_64 = parsed.cpu == "x86_64";
        isx86_32 = parsed.cpu == "i686";
        isi686 = parsed.cpu == "i686";
        isAarch = parsed.family == "arm";
        isAarch32 = parsed.family == "arm" && parsed.bits == 32;
        isAarch64 = parsed.cpu == "aarch64";
        isRiscV = parsed.family == "riscv";
        isRiscV64 = parsed.cpu == "riscv64";
        isPower = parsed.family == "power";
        is64bit = parsed.bits == 64;
        is32bit = parsed.bits == 32;
        isLittleEndian = parsed.littleEndian;
        isBigEndian = !parsed.littleEndian;
        isGnu = self.isLinux;
        isMusl = false;
        isStatic = false;
        linuxArch = parsed.linux;
        canExecute = other: other.system == system || (system == "x86_64-linux" && other.system == "i686-linux");
      };
    in
    self // (if builtins.isAttrs platform then platform else { });

  equals = a: b: a.system == b.system;
  inherit parse;
}
