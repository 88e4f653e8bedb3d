# A change after which nobody could log in any more.
{ lib, ... }:

{
  imports = [ ./edited.nix ];
  users.users.root.initialHashedPassword = lib.mkForce null;
  users.users.kb.initialPassword = lib.mkForce null;
  users.mutableUsers = false;
}
