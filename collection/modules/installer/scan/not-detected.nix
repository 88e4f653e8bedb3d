# For machines whose hardware nobody knows: firmware for as much of it as there is.
{ lib, ... }:

{
  hardware.enableRedistributableFirmware = lib.mkDefault true;
}
