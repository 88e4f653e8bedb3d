# What a machine needs that runs in QEMU: its disks and network in the first stage.
{
  boot.initrd.availableKernelModules = [ "virtio_net" "virtio_pci" "virtio_mmio" "virtio_blk" "virtio_scsi" "9p" "9pnet_virtio" ];
  # NixOS also names virtio_gpu, which the archive's kernel for clouds lacks.
  boot.initrd.kernelModules = [ "virtio_balloon" "virtio_console" "virtio_rng" ];
}
