# Encrypted volumes (LUKS) that the first stage of the boot opens: with a key file, or with a passphrase that it asks for at the
# console. One passphrase is tried on every volume.
{ config, lib, pkgs, ... }:

let
  inherit (lib) escapeShellArg mkOption types;
  cfg = config.boot.initrd.luks;
  devices = builtins.attrValues cfg.devices;

  device = types.submodule ({ name, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; visible = false; description = "The volume's name when it is open, in {file}`/dev/mapper`."; };
      device = mkOption { type = types.path; example = "/dev/disk/by-uuid/430e9eff-d852-4f68-aa3b-2fa3599ebe08"; description = "What is encrypted."; };
      header = mkOption { type = types.nullOr types.str; default = null; description = "Where the header is, if not on the device itself."; };
      keyFile = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "/dev/disk/by-partlabel/key";
        description = "A device or file that the key is on; with `null`, or when it does not open the volume, a passphrase is asked for.";
      };
      keyFileSize = mkOption { type = types.nullOr types.int; default = null; example = 4096; description = "How many bytes of it are the key; by default all."; };
      keyFileOffset = mkOption { type = types.nullOr types.int; default = null; description = "Where in it the key begins, in bytes."; };
      keyFileTimeout = mkOption { type = types.nullOr types.int; default = null; description = "How many seconds to wait for the key file's device."; };
      fallbackToPassword = mkOption { type = types.bool; default = true; description = "Whether a passphrase is asked for when the key file does not open the volume."; };
      preLVM = mkOption { type = types.bool; default = true; description = "Whether it is opened before logical volumes are looked for."; };
      allowDiscards = mkOption { type = types.bool; default = false; description = "Whether the disk is told which blocks are free, which shows them to who has the disk."; };
      bypassWorkqueues = mkOption { type = types.bool; default = false; description = "Whether requests are not queued, which is faster on fast disks."; };
      crypttabExtraOpts = mkOption { type = types.listOf types.singleLineStr; default = [ ]; visible = false; description = "Only for a first stage of systemd's."; };
      preOpenCommands = mkOption { type = types.lines; default = ""; description = "Shell commands before it is opened."; };
      postOpenCommands = mkOption { type = types.lines; default = ""; description = "Shell commands when it is open."; };
    };
  });

  # Runs in the shell of stage-1-init.sh.
  functions = ''
    # openVolume NAME DEVICE KEYFILE WAIT FALLBACK KEYOPTIONS [OPTION OF CRYPTSETUP]…
    openVolume() {
      volumeName=$1 volume=$2 keyFile=$3 keyWait=$4 fallback=$5 keyOptions=$6
      shift 6
      waitDevice "$volume" || fail "there is no device $volume for the encrypted volume $volumeName"
      volume=''${node:-$volume}
      if [ -n "$keyFile" ]; then
        [ -z "$keyWait" ] || rootDelay=$keyWait
        if waitDevice "$keyFile"; then
          # shellcheck disable=SC2086
          if cryptsetup -q open "$volume" "$volumeName" --key-file="$node" $keyOptions "$@"; then return; fi
        fi
        say "the key file $keyFile does not open $volumeName"
        if [ -z "$fallback" ]; then
          fail "the encrypted volume $volumeName stays closed"
          return
        fi
      fi
      if [ -n "$passphrase" ] && printf %s "$passphrase" | cryptsetup -q open "$volume" "$volumeName" --key-file=- "$@" 2>/dev/null; then return; fi
      while :; do
        printf 'Passphrase for %s: ' "$volume" >"/dev/$console"
        stty -echo <"/dev/$console"
        IFS= read -r passphrase <"/dev/$console"
        stty echo <"/dev/$console"
        echo >"/dev/$console"
        if printf %s "$passphrase" | cryptsetup -q open "$volume" "$volumeName" --key-file=- "$@"; then break; fi
        echo "$volumeName was not opened." >"/dev/$console"
      done
    }
    passphrase=
  '';
  optional = flag: value: lib.optionalString (value != null) "${flag}=${toString value} ";
  open = d: ''
    ${d.preOpenCommands}
    openVolume ${escapeShellArg d.name} ${escapeShellArg d.device} ${escapeShellArg (if d.keyFile == null then "" else d.keyFile)} \
      '${if d.keyFileTimeout == null then "" else toString d.keyFileTimeout}' '${lib.optionalString d.fallbackToPassword "1"}' \
      '${optional "--keyfile-size" d.keyFileSize}${optional "--keyfile-offset" d.keyFileOffset}' \
      ${lib.optionalString d.allowDiscards "--allow-discards"} ${lib.optionalString d.bypassWorkqueues "--perf-no_read_workqueue --perf-no_write_workqueue"} ${lib.optionalString (d.header != null) "--header=${escapeShellArg d.header}"}
    ${d.postOpenCommands}
  '';
  openAll = list: lib.optionalString (list != [ ]) ''
    ${functions}
    ${lib.concatMapStrings open list}
    unset passphrase
  '';
in
{
  options.boot.initrd.luks = {
    devices = mkOption {
      type = types.attrsOf device;
      default = { };
      example = { cryptroot.device = "/dev/disk/by-uuid/430e9eff-d852-4f68-aa3b-2fa3599ebe08"; };
      description = "The encrypted volumes that the first stage of the boot opens, by the name that they have in {file}`/dev/mapper`.";
    };
    cryptoModules = mkOption {
      type = types.listOf types.str;
      default = [ "aes" "aes_generic" "aesni_intel" "twofish" "serpent" "cbc" "xts" "lrw" "essiv" "sha1" "sha256" "sha512" "af_alg" "algif_skcipher" "cryptd" ];
      description = "The kernel's modules for ciphers, of which the first stage has those that the kernel has.";
    };
  };

  config = lib.mkIf (devices != [ ]) {
    boot.initrd = {
      availableKernelModules = cfg.cryptoModules;
      kernelModules = [ "dm_mod" "dm_crypt" ];
      extraUtilsCommands = ''
        copy_bin_and_libs ${pkgs.cryptsetup-bin}/bin/cryptsetup
        copy_bin_and_libs ${pkgs.util-linux}/bin/findfs
      '';
      extraUtilsCommandsTest = "$out/bin/cryptsetup --version";
      preLVMCommands = openAll (builtins.filter (d: d.preLVM) devices);
      postDeviceCommands = lib.mkBefore (openAll (builtins.filter (d: !d.preLVM) devices));
    };
    environment.systemPackages = [ pkgs.cryptsetup-bin ];
  };
}
