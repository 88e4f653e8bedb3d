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

  # The same: no build here is anybody else's.
  runCommandLocal = runCommand;
  runCommandWith = { name, derivationArgs ? { }, ... }: runCommand name derivationArgs;

  writeTextFile = { name, text, executable ? false, destination ? "", checkPhase ? "", meta ? { }, derivationArgs ? { }, ... }:
    runCommand name ({ inherit text; passAsFile = [ "text" ]; } // derivationArgs) ''
      target=$out${strings.escapeShellArg destination}
      mkdir -p "$(dirname "$target")"
      cp "$textPath" "$target"
      ${if executable then "chmod +x \"$target\"" else "chmod 444 \"$target\""}
      ${checkPhase}
    '' // { inherit meta; };
  writeTextDir = path: text: writeTextFile { name = baseNameOf path; inherit text; destination = "/${path}"; };
  writeScript = name: text: writeTextFile { inherit name text; executable = true; };
  writeScriptBin = name: text: writeTextFile {
    inherit name text;
    executable = true;
    destination = "/bin/${name}";
    meta.mainProgram = name;
  };
  concatText = name: files: runCommand name { } "cat ${strings.escapeShellArgs (map toString files)} > $out";

  # A script of bash that stops at the first failure, with its programs on its path.
  writeShellApplication =
    { name, text, runtimeInputs ? [ ], runtimeEnv ? null, meta ? { }, checkPhase ? null, excludeShellChecks ? [ ]
    , extraShellCheckFlags ? [ ], bashOptions ? [ "errexit" "nounset" "pipefail" ], inheritPath ? true, derivationArgs ? { }
    , passthru ? { }
    }:
    let
      export = variable: "export ${variable}=${strings.escapeShellArg (toString runtimeEnv.${variable})}\n";
      path = strings.makeBinPath runtimeInputs;
    in
    writeTextFile {
      inherit name derivationArgs;
      executable = true;
      destination = "/bin/${name}";
      meta = { mainProgram = name; } // meta;
      text = "#!${shell}\n"
        + strings.concatMapStrings (option: "set -o ${option}\n") bashOptions
        + strings.concatMapStrings export (if runtimeEnv == null then [ ] else builtins.attrNames runtimeEnv)
        + (if runtimeInputs == [ ] then "" else "\nexport PATH=\"${path}${if inheritPath then ":$PATH" else ""}\"\n")
        + "\n${text}\n";
      checkPhase = if checkPhase == null then "${shell} -n \"$target\"" else checkPhase;
    };

  # Links by name: { name = "a/b"; path = …; }, or a set of paths by name.
  linkFarm = name: entries:
    let
      list = if builtins.isAttrs entries then map (key: { name = key; path = entries.${key}; }) (builtins.attrNames entries) else entries;
      link = entry: ''
        mkdir -p "$out/$(dirname ${strings.escapeShellArg entry.name})"
        ln -s ${strings.escapeShellArg "${entry.path}"} "$out/"${strings.escapeShellArg entry.name}
      '';
    in
    runCommand name { } ("mkdir -p $out\n" + strings.concatMapStrings link list);
  linkFarmFromDrvs = name: drvs: linkFarm name (map (drv: { inherit (drv) name; path = drv; }) drvs);

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
