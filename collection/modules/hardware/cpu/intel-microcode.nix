import ./microcode.nix { maker = "intel"; package = "intel-microcode"; folder = "intel-ucode"; file = "GenuineIntel.bin"; }
