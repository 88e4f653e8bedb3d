# Small store objects: text, scripts, and what a few shell commands make. Named as in nixpkgs.
{ packages, system ? "x86_64-linux" }:

let
  inherit (import ../lib) strings;
  shell = "${packages.bash}/bin/bash";
in
rec {
  # The commands run in an empty folder, and make `$out`. A name may have any characters; those that a store path cannot have
  # become dashes.
  runCommand = name: env: commands: derivation ({
    name = strings.sanitizeDerivationName name;
    inherit system commands;
    builder = shell;
    args = [ "-euc" ''eval "$commands"'' ];
    PATH = "${packages.coreutils}/bin";
    preferLocalBuild = true;
    allowSubstitutes = false;
  } // env);

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
