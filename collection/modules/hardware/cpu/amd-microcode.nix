import ./microcode.nix { maker = "amd"; package = "amd64-microcode"; folder = "amd-ucode"; file = "AuthenticAMD.bin"; }
