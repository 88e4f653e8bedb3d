# Shells: where they find their own functions. Zsh takes that from no environment; a system tells it in its first file.
{ packages, shell, authorities }:

{
  names = {
    # It looks beside itself if there is all that it needs.
    fish.postInstall = ''
      mkdir -p "$out/share" "$out/etc/fish"
      ln -sfn ${packages.fish-common}/share/fish "$out/share/fish"
      echo 'if test -r /etc/fish/config.fish; source /etc/fish/config.fish; end' > "$out/etc/fish/config.fish"
    '';
  };
}
