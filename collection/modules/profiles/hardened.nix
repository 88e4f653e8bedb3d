# A machine that gives up speed and comfort for safety.
{ lib, ... }:

let
  inherit (lib) mkDefault mkOverride;
in
{
  security.allowUserNamespaces = mkDefault true;
  security.lockKernelModules = mkDefault true;
  security.protectKernelImage = mkDefault true;
  security.allowSimultaneousMultithreading = mkDefault false;
  security.forcePageTableIsolation = mkDefault true;
  security.unprivilegedUsernsClone = mkDefault false;
  security.virtualisation.flushL1DataCache = mkDefault "always";

  boot.kernelParams = [
    # Memory of the kernel that was freed is not found at the same place again.
    "slab_nomerge"
    "page_poison=1"
    "page_alloc.shuffle=1"
    "debugfs=off"
  ];
  # Protocols and file systems that few use and that had faults.
  boot.blacklistedKernelModules = [
    "ax25" "netrom" "rose" "adfs" "affs" "bfs" "befs" "cramfs" "efs" "erofs" "exofs" "freevxfs" "f2fs" "hfs" "hpfs" "jfs" "minix"
    "nilfs2" "ntfs" "omfs" "qnx4" "qnx6" "sysv" "ufs"
  ];
  boot.kernel.sysctl = {
    "kernel.yama.ptrace_scope" = mkOverride 500 1;
    "kernel.kptr_restrict" = mkOverride 500 2;
    "net.core.bpf_jit_enable" = mkDefault false;
    "kernel.ftrace_enabled" = mkDefault false;
    "net.ipv4.conf.all.log_martians" = mkDefault true;
    "net.ipv4.conf.all.rp_filter" = mkDefault "1";
    "net.ipv4.conf.default.log_martians" = mkDefault true;
    "net.ipv4.conf.default.rp_filter" = mkDefault "1";
    "net.ipv4.icmp_echo_ignore_broadcasts" = mkDefault true;
    "net.ipv4.conf.all.accept_redirects" = mkDefault false;
    "net.ipv4.conf.all.secure_redirects" = mkDefault false;
    "net.ipv4.conf.default.accept_redirects" = mkDefault false;
    "net.ipv4.conf.default.secure_redirects" = mkDefault false;
    "net.ipv6.conf.all.accept_redirects" = mkDefault false;
    "net.ipv6.conf.default.accept_redirects" = mkDefault false;
    "net.ipv4.conf.all.send_redirects" = mkDefault false;
    "net.ipv4.conf.default.send_redirects" = mkDefault false;
  };
}
