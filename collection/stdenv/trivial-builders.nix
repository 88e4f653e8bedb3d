# Small store objects: text, scripts, and what a few shell commands make. Named as in nixpkgs.
{ packages, system ? "x86_64-linux" }:

let
  inherit (import ../lib) strings;
  shell = "${packages.bash}/bin/bash";
in
rec {
  # The commands run with an empty folder as their own, and make `$out`. A name may have any characters; those that a store
  # path cannot have become dashes.
  runCommand = name: env: commands: derivation ({
    name = strings.sanitizeDerivationName name;
    inherit system commands;
    builder = shell;
    args = [ "-euc" ''
      for name in ''${passAsFile:-}; do export ''${name}Path=$PWD/.attr-$name; printf %s "''${!name}" > "$PWD/.attr-$name"; done
      eval "$commands"
    '' ];
    PATH = "${packages.coreutils}/bin";
    preferLocalBuild = true;
    allowSubstitutes = false;
  } // removeAttrs env [ "passAsFile" ] // (if env ? passAsFile then { passAsFile = toString env.passAsFile; } else { }));

  writeText = name: text: runCommand name { inherit text; } ''printf %s "$text" > $out'';

  # A script at bin/`file`.
  writeScriptIn = { name, file, text }:
    runCommand name { text = "#!${shell}\n${text}"; } ''
      mkdir -p $out/bin
      printf %s "$text" > $out/bin/${file}
      chmod +x $out/bin/${file}
      ${shell} -n $out/bin/${file}
    '' // { meta.mainProgram = file; };

  writeShellScriptBin = file: text: writeScriptIn { name = file; inherit file text; };

  writeShellScript = name: text: runCommand name { text = "#!${shell}\n${text}"; } ''
    printf %s "$text" > $out
    chmod +x $out
    ${shell} -n $out
  '';
}
