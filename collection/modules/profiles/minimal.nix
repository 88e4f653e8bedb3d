# As little as a system can be: no documentation.
{ lib, ... }:

{
  documentation.enable = lib.mkDefault false;
  documentation.doc.enable = lib.mkDefault false;
  documentation.info.enable = lib.mkDefault false;
  documentation.man.enable = lib.mkDefault false;
  documentation.nixos.enable = lib.mkDefault false;
  programs.bash.completion.enable = lib.mkDefault false;
}
