# Machines in a program. What they find by places that are compiled in lies in other packages.
{ packages, shell, authorities }:

{
  names.qemu-system-x86 = {
    wraps = [ "bin/qemu-system-x86_64|QEMU_MODULE_DIR=${packages.qemu-system-common}/lib/x86_64-linux-gnu/qemu" ];
    links = [
      "share/qemu|${packages.qemu-system-data}/share/qemu"
      "share/seabios|${packages.seabios}/share/seabios"
      "lib/ipxe|${packages.ipxe-qemu}/lib/ipxe"
    ];
    meta.mainProgram = "qemu-system-x86_64";
  };
}
