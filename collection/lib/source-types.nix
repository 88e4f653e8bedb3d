# What a package was made from, for `meta.sourceProvenance`.
{ lib }:

builtins.mapAttrs (shortName: isSource: { inherit shortName isSource; }) {
  fromSource = true;
  binaryNativeCode = false;
  binaryBytecode = false;
  binaryFirmware = false;
  obfuscatedCode = false;
}
