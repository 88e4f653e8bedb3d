# Derivations of every kind, for the goldens of formats. The real Nix instantiates them; see tools/golden-formats.sh.
let
  make = attrs: derivation ({ system = "x86_64-linux"; builder = "/bin/sh"; } // attrs);
  numbers = builtins.genList (n: n);
  hashOf = algo: builtins.hashString algo "contents";

  names = map (name: make { inherit name; }) [
    "a" "plain" "with-dash" "with.dot" "with_underscore" "with+plus" "question?" "equals=" "0digit" "...dots" ".hidden"
    "UPPER" "hello-2.10" "x.drv.txt" "-leading" "a.b-c_d+e?f=g"
    "long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-end"
  ];

  texts = builtins.genList (n: make { name = "text-${toString n}"; value = builtins.elemAt values n; args = [ (builtins.elemAt values n) ]; }) (builtins.length values);
  values = [
    "" " " "plain" "two\nlines" "tab\there" "carriage\rreturn" "quote\"quote" "back\\slash" "\\n" "\\\\" "\"" "\n" "\n\n"
    "''$'\${}" "ümläut €" "emoji 🙂" "ends with backslash\\" "\",\"" "]),(\"" "a=b" "\t\"\\\n\r"
    (builtins.concatStringsSep "\n" (builtins.genList (n: "line ${toString n} \"quoted\" \\ and\ttabbed") 200))
  ];
  rawBytes = make { name = "raw-bytes"; value = builtins.readFile ./raw-bytes; "${builtins.substring 0 20 (builtins.readFile ./raw-bytes)}" = "name"; };

  builders = [
    (make { name = "builder-escaped"; builder = "/bin/\"sh\"\n"; })
    (make { name = "builder-builtin"; builder = "builtin:fetchurl"; system = "builtin"; url = "http://example.org/x"; outputHash = hashOf "sha256"; outputHashAlgo = "sha256"; })
    (make { name = "no-args"; args = [ ]; })
    (make { name = "many-args"; args = [ "-c" "echo \"$out\" > $out" "" " " "\n" (./raw-bytes) ]; })
    (make { name = "aarch"; system = "aarch64-linux"; })
    (make { name = "strange-system"; system = "mmix-knuth"; })
    (make { name = "coerced"; int = 1; float = 1.5; yes = true; no = false; nothing = null; list = [ 1 "two" [ 3 ] null true ]; path = ./raw-bytes; })
    (make { name = "ignore-nulls"; __ignoreNulls = true; nothing = null; something = "x"; })
    (make { name = "pass-as-file"; passAsFile = [ "text" ]; text = "hello"; })
    (make { name = "env-order"; Z = "1"; a = "2"; A = "3"; _ = "4"; "0" = "5"; "10" = "6"; "9" = "7"; "__proto__" = "8"; constructor = "9"; "ü" = "10"; })
  ];

  outputs = map (outputs: make { name = "outputs-${toString (builtins.length outputs)}-${builtins.head outputs}"; inherit outputs; }) [
    [ "out" ] [ "dev" ] [ "out" "dev" ] [ "dev" "out" ] [ "bin" "lib" "dev" "doc" "out" ] [ "a" "b" ] [ "out1" "out10" "out2" ] [ "OUT" "out" ]
  ];

  fixed = builtins.concatMap (outputHashAlgo: map (outputHashMode: make {
    name = "fixed-${outputHashAlgo}-${outputHashMode}"; inherit outputHashAlgo outputHashMode; outputHash = hashOf outputHashAlgo;
  }) ([ "flat" "recursive" "nar" ] ++ (if outputHashAlgo == "sha1" || outputHashAlgo == "sha256" then [ "git" ] else [ ])))
    [ "md5" "sha1" "sha256" "sha512" "blake3" ];
  fixedForms = [
    (make { name = "fixed-sri"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "recursive"; })
    (make { name = "fixed-nix32"; outputHashAlgo = "sha256"; outputHash = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; })
    (make { name = "fixed-base64"; outputHashAlgo = "sha256"; outputHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; })
    (make { name = "fixed-other-env"; outputHashAlgo = "sha256"; outputHash = hashOf "sha256"; url = "http://example.org/elsewhere"; })
    (make { name = "fixed-text"; outputHashMode = "text"; outputHashAlgo = "sha256"; outputHash = hashOf "sha256"; })
    (make { name = "fixed-text.drv"; outputHashMode = "text"; outputHashAlgo = "sha256"; outputHash = hashOf "sha256"; })
  ];

  sources = [
    (make { name = "one-source"; src = ./raw-bytes; })
    (make { name = "two-sources"; srcs = [ ./raw-bytes (builtins.toFile "text" "hello") ]; })
    (make { name = "text-with-reference"; src = builtins.toFile "refers" "see ${./raw-bytes} and ${builtins.toFile "text" "hello"}"; })
    (make { name = "path-filtered"; src = builtins.path { path = ./.; name = "filtered"; filter = path: type: baseNameOf path == "raw-bytes"; }; })
    (make { name = "path-flat"; src = builtins.path { path = ./raw-bytes; name = "flat"; recursive = false; }; })
  ];

  chain = builtins.foldl' (before: n: before ++ [ (make {
    name = "chain-${toString n}"; inputs = before; outputs = if n == 2 then [ "out" "lib" ] else [ "out" ];
  }) ]) [ ] (numbers 6);
  sameContent = a: make { name = "mirror"; outputHashAlgo = "sha256"; outputHash = hashOf "sha256"; url = a; };
  multi = make { name = "multi"; outputs = [ "out" "dev" "lib" ]; };
  diamonds = [
    (make { name = "uses-fixed"; src = sameContent "http://a.example"; })
    (make { name = "uses-fixed"; src = sameContent "http://b.example"; })
    (make { name = "uses-both-mirrors"; srcs = [ (sameContent "http://a.example") (sameContent "http://b.example") ]; })
    (make { name = "uses-dev"; dep = multi.dev; })
    (make { name = "uses-all-of-it"; deps = [ multi.lib multi.out multi.dev ]; })
    (make { name = "uses-drv-file"; drv = multi.drvPath; })
    (make { name = "uses-drv-file-only"; drv = builtins.unsafeDiscardOutputDependency multi.drvPath; })
    (make { name = "fixed-with-inputs"; outputHashAlgo = "sha256"; outputHash = hashOf "sha256"; dep = multi; })
  ];

  structured = map (attrs: make ({ __structuredAttrs = true; } // attrs)) [
    { name = "structured"; }
    { name = "structured-values"; int = 1; big = 9007199254740993; float = 1.5; whole = 1.0; small = 1.0e-7; yes = true; nothing = null; text = "a\"b\\c\n\t/ü\u007f"; list = [ 1 [ "x" { y = 2; } ] ]; set = { b = 1; a = { "10" = 1; "9" = 2; }; }; }
    { name = "structured-outputs"; outputs = [ "out" "dev" ]; dep = multi.lib; src = ./raw-bytes; }
    { name = "structured-checks"; outputChecks.out.maxSize = 1000; exportReferencesGraph.refs = [ multi ]; }
  ];

  floating = algo: mode: make { name = "floating-${algo}-${mode}"; __contentAddressed = true; outputHashMode = mode; outputHashAlgo = algo; };
  contentAddressed = [
    (floating "sha256" "recursive") (floating "sha256" "flat") (floating "sha512" "nar") (floating "sha1" "git") (floating "sha256" "text")
    (make { name = "floating-outputs"; outputs = [ "out" "dev" ]; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; self = builtins.placeholder "dev"; })
    (make { name = "deferred"; dep = floating "sha256" "recursive"; })
    (make { name = "deferred-twice"; outputs = [ "out" "x" ]; dep = make { name = "deferred"; dep = floating "sha256" "recursive"; }; })
    (make { name = "floating-on-floating"; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; dep = floating "sha256" "flat"; })
    (make { name = "impure"; __impure = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; })
    (make { name = "impure-default"; __impure = true; })
    (make { name = "fixed-on-floating"; outputHashAlgo = "sha256"; outputHash = hashOf "sha256"; dep = floating "sha256" "flat"; })
  ];

  producer = make { name = "produced.drv"; __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; };
  dynamic = [
    producer
    (make { name = "uses-produced"; dep = builtins.outputOf producer.outPath "out"; })
    (make { name = "uses-two-produced"; a = builtins.outputOf producer.outPath "out"; b = builtins.outputOf producer.outPath "dev"; c = producer; })
    (make { name = "uses-produced-twice"; a = builtins.outputOf (builtins.outputOf producer.outPath "out") "lib"; })
  ];
in
names ++ texts ++ [ rawBytes ] ++ builders ++ outputs ++ fixed ++ fixedForms ++ sources ++ chain ++ diamonds ++ structured ++ contentAddressed ++ dynamic
