# The module system: what configurations, options and documentation come out of modules.
{ lib }:
with lib;
let
  eval = modules: evalModules { inherit modules; };
  config = modules: (eval modules).config;
  int = default: mkOption { type = types.int; inherit default; };
  any = mkOption { type = types.anything; };
  base = {
    options.assertions = mkOption { type = types.listOf types.anything; default = [ ]; };
    options.warnings = mkOption { type = types.listOf types.str; default = [ ]; };
  };
  showOption' = o: { inherit (o) isDefined highestPrio definitions files definitionsWithLocations loc declarations; text = toString o; };
  at = file: module: { _file = file; imports = [ module ]; };
  service = { name, config, ... }: {
    options = {
      enable = mkEnableOption "the service";
      title = mkOption { type = types.str; default = "service ${name}"; };
      port = mkOption { type = types.port; };
      url = mkOption { type = types.str; readOnly = true; };
      tags = mkOption { type = types.listOf types.str; default = [ ]; };
    };
    config.url = "http://${name}:${toString config.port}";
  };
in
{
  # --- definitions ---
  plain = config [ { options.a = int 1; options.b.c = int 2; } { a = 5; } ];
  nestedConfig = config [ { options.a.b.c = int 0; } { config.a.b = { c = 9; }; } ];
  functions = config [ ({ lib, config, options, ... }: { options.a = int 1; options.b = mkOption { type = types.bool; default = options.a.isDefined && config.a == 3; }; }) ({ ... }: { a = 3; }) ];
  mkIf = config [ { options.a = int 1; options.c = mkOption { type = types.bool; default = false; }; } ({ config, ... }: mkIf config.c { a = 3; }) { c = true; } ];
  mkIfLoop = config [ { options.a = int 1; options.b = int 2; } ({ config, ... }: { config = mkIf (config.b == 2) { a = 7; }; }) ];
  mkMerge = config [ { options.l = mkOption { type = types.listOf types.int; }; } (lib.mkMerge [ { l = [ 1 ]; } (mkIf false { l = [ 2 ]; }) (mkIf true (mkMerge [ { l = [ 3 ]; } { l = mkBefore [ 4 ]; } ])) ]) ];
  priorities = config [ { options.a = int 1; } { a = mkDefault 2; } { a = mkOverride 60 3; } { a = 4; } { a = mkVMOverride 5; } { a = mkForce 6; } ];
  forceSet = config [ { options.a.b = int 1; options.a.c = int 2; } { a = mkForce { b = 5; }; } { a.b = 7; a.c = 8; } ];
  defaults = config [ { options.a = int 1; } { a = mkOptionDefault 1; } ];
  order = config [ { options.l = mkOption { type = types.lines; }; } { l = mkAfter "last"; } { l = "b"; } { l = mkBefore "first"; } { l = mkOrder 1400 "late"; } { l = "c"; } ];
  importOrder = config [ { options.l = mkOption { type = types.listOf types.str; }; } { imports = [ { l = [ "a" ]; } { imports = [ { l = [ "b" ]; } ]; l = [ "c" ]; } ]; l = [ "d" ]; } { l = [ "e" ]; } ];
  mkAssert = (builtins.tryEval (config [ { options.a = int 1; } { a = mkAssert false "no" 3; } ]).a).success;
  definition = showOption' (eval [ { options.a = int 1; } { a = mkDefinition { file = "elsewhere"; value = mkForce 4; }; } ]).options.a;
  apply = config [ { options.a = mkOption { type = types.int; default = 2; apply = x: x * 100; }; } ];
  readOnly = config [ { options.a = mkOption { type = types.int; readOnly = true; }; } { a = 3; } ];
  readOnlyTwice = (builtins.tryEval (config [ { options.a = mkOption { type = types.int; readOnly = true; default = 1; }; } { a = 3; } ]).a).success;
  emptyValues = config [ { options.l = mkOption { type = types.listOf types.int; }; options.n = mkOption { type = types.nullOr types.int; }; options.s = mkOption { type = types.attrsOf types.int; }; } ];
  noType = config [ { options.a = mkOption { }; options.b = mkOption { }; } { a = [ 1 ]; b.x = 1; } { a = [ 2 ]; b.y = 2; } ];
  lazyErrors = (config [ { options.a = int 1; options.b = int 1; } { b = throw "not needed"; } ]).a;

  # --- modules ---
  paths = config [ ./modules/declare.nix ./modules/define.nix ];
  samePathTwice = config [ ./modules/declare.nix ./modules/define.nix ./modules/define.nix { imports = [ ./modules/define.nix ]; } ];
  keys = config [ { options.l = mkOption { type = types.listOf types.int; }; } { key = "k"; l = [ 1 ]; } { key = "k"; l = [ 2 ]; } ];
  disabled = config [ ./modules/declare.nix ./modules/define.nix { disabledModules = [ ./modules/define.nix ]; } ];
  disabledByName = (evalModules { modules = [ ./modules/declare.nix ./modules/define.nix { disabledModules = [ "define.nix" ]; } ]; specialArgs.modulesPath = ./modules; }).config;
  disabledByKey = config [ { options.a = int 0; } { key = "x"; a = 2; } { disabledModules = [ { key = "x"; } ]; } ];
  specialArgs = (evalModules { modules = [ ({ extra, ... }: { imports = [ extra ]; }) ]; specialArgs.extra = { options.a = int 4; }; }).config;
  moduleArgs = config [ ({ custom, ... }: { options.a = int custom; }) { _module.args.custom = 12; } ];
  moduleArgsFromConfig = config [ { options.a = int 3; options.b = int 0; } ({ config, ... }: { _module.args.x = config.a + 1; }) ({ x, ... }: { b = x; }) ];
  argDefault = config [ ({ lib, ... }@args: { options.a = int (if args ? nope then 1 else 2); }) ];
  unchecked = config [ { options.a = int 1; } { b = 2; _module.check = false; } ];
  freeform = config [ { freeformType = types.attrsOf types.int; options.a = int 1; } { b = 2; } { c = mkIf false 3; d = mkForce 4; } ];
  freeformNested = config [ { freeformType = types.attrsOf (types.oneOf [ types.int types.str (types.attrsOf types.int) ]); options.n.a = int 1; } { n.b = 5; x = "s"; } ];
  freeformAnything = config [ { freeformType = types.anything; } { a.b = 1; } { a.c = [ 2 ]; } ];
  require = config [ { require = [ { options.a = int 6; } ]; } ];
  importJSON = config [ { options.a = any; options.b = any; } (modules.importJSON ./data.json) ];
  importTOML = config [ { options.title = any; options.owner = any; } (modules.importTOML ./data.toml) ];
  importApply = config [ (modules.importApply ./modules/apply.nix { n = 4; }) ];
  meta = config [ { options.meta = any; options.a = int 1; } { config = { }; meta.x = 1; } ];
  class = [ (evalModules { class = "nixos"; modules = [ { _class = "nixos"; } ({ _class, ... }: { options.a = mkOption { default = _class; }; }) ]; }).config.a (builtins.tryEval (evalModules { class = "nixos"; modules = [ { _class = "darwin"; } ]; }).config).success ];
  extendModules = let e = eval [ { options.a = int 1; } ]; in [ e.config (e.extendModules { modules = [ { a = 2; } ]; }).config (e.extendModules { specialArgs.q = 3; modules = [ ({ q, ... }: { a = q; }) ]; }).config (e.extendModules { prefix = [ "p" ]; }).options.a.loc ];
  graph = (eval [ { key = "one"; imports = [ { key = "two"; _file = "f"; } ]; } { disabledModules = [ { key = "two"; } ]; } ]).graph;
  topLevelMkIf = config [ { options.a = int 1; } (mkIf true { a = 2; }) (mkDefault { a = 3; }) ];
  resultType = let e = eval [ ]; in [ e._type e.class (attrNames e.config) (attrNames e.options) ];

  # --- options ---
  option = showOption' (eval [ (at "decl.nix" { options.a = int 1; }) (at "x.nix" { a = mkForce 2; }) (at "y.nix" { a = 3; }) ]).options.a;
  optionDefault = showOption' (eval [ (at "decl.nix" { options.a = int 1; }) ]).options.a;
  optionUndefined = let o = (eval [ (at "decl.nix" { options.a = mkOption { type = types.int; }; }) ]).options.a; in { inherit (o) isDefined definitions files; };
  optionList = showOption' (eval [ (at "d" { options.l = mkOption { type = types.listOf types.int; }; }) (at "x" { l = [ 1 ]; }) (at "y" { l = mkAfter [ 2 ]; }) (at "z" { l = mkMerge [ [ 3 ] (mkBefore [ 4 ]) ]; }) ]).options.l;
  declaredTwice = let e = eval [ { options.s = mkOption { type = types.submodule { options.a = int 1; }; }; } { options.s = mkOption { type = types.submodule { options.b = int 2; }; default = { }; description = "both"; }; } { s.a = 9; } ]; in [ e.config e.options.s.description ];
  declaredTwiceEnum = config [ { options.e = mkOption { type = types.enum [ "a" ]; }; } { options.e = mkOption { type = types.enum [ "b" ]; }; } { e = "b"; } ];
  declaredUnderSubmodule = config [ { options.s = mkOption { type = types.submodule { options.a = int 1; }; default = { }; }; } { options.s.b = int 2; } ];
  package = let p = { type = "derivation"; name = "hello-1"; outPath = "/hello"; }; pkgs = { hello = p; sub.x = p; }; e = eval [ { options.package = mkPackageOption pkgs "hello" { extraDescription = "More."; example = "pkgs.other"; }; options.n = mkPackageOption pkgs "nope" { nullable = true; default = null; }; options.s = mkPackageOption pkgs [ "sub" "x" ] { }; } ]; in [ e.config.package.name e.config.n e.config.s.name e.options.package.description e.options.s.defaultText e.options.package.example ];
  enableOption = removeAttrs (mkEnableOption "x") [ "type" ];
  sink = config [ { options.a = mkSinkUndeclaredOptions { apply = x: "sunk"; }; } { a = 1; } { a.b = 2; } ];
  valueMeta = let o = (eval [ { options.s = mkOption { type = types.attrsOf (types.submodule { options.x = int 1; }); }; } { s.one.x = 4; } ]).options.s; in [ (attrNames o.valueMeta.attrs) o.valueMeta.attrs.one.configuration.options.x.value ];
  mergeAttrDefinitionsWithPrio = modules.mergeAttrDefinitionsWithPrio (eval [ { options.s = mkOption { type = types.attrsOf types.int; }; } { s = { a = 1; b = mkForce 2; }; } { s.a = mkDefault 3; } ]).options.s;
  derivedConfig = config [ ({ options, ... }: { options.a = int 1; options.b = int 2; config.b = modules.mkDerivedConfig options.a (x: x + 1); }) { a = mkForce 5; } ];

  # --- submodules ---
  submodules = config [ { options.services = mkOption { type = types.attrsOf (types.submodule service); default = { }; }; } { services.web = { enable = true; port = 80; }; } { services.web.tags = [ "x" ]; services.db = { port = 5432; title = "base"; tags = mkForce [ ]; }; } ];
  submoduleFunction = config [ { options.services = mkOption { type = types.attrsOf (types.submodule service); }; } { services.web = { config, name, ... }: { port = 10; title = "${name} of ${config.url}"; }; } ];
  submoduleList = config [ { options.l = mkOption { type = types.listOf (types.submodule { options.a = int 1; options.b = int 2; }); }; } { l = [ { a = 5; } { } ]; } { l = [ { b = mkForce 9; } ]; } ];
  submoduleNested = config [ { options.a = mkOption { type = types.attrsOf (types.submodule { options.b = mkOption { type = types.attrsOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; })); default = { }; }; }); }; } { a.x.b.y = { }; a.z = { }; } ];
  submoduleWith = config [ { options.s = mkOption { type = types.submoduleWith { modules = [ ({ config, given, ... }: { options.config = int given; }) ]; specialArgs.given = 3; shorthandOnlyDefinesConfig = true; }; default = { }; }; } { s.config = 4; } ];
  submoduleImports = config [ { options.s = mkOption { type = types.submoduleWith { modules = [ { options.a = int 1; } ]; }; }; } { s = { imports = [ { a = 8; } ]; }; } ];
  submoduleLoc = (eval [ { options.s = mkOption { type = types.attrsOf (types.submodule ({ options, ... }: { options.here = mkOption { default = options.here.loc; }; })); }; } { s.x = { }; } ]).config.s.x.here;
  submoduleFreeform = config [ { options.settings = mkOption { type = types.submodule { freeformType = types.attrsOf types.str; options.level = mkOption { type = types.enum [ "info" "debug" ]; default = "info"; }; }; default = { }; }; } { settings.extra = "x"; } ];
  moduleType = let inner = eval [ { options.a = int 1; } ]; in config [ { options.s = mkOption { inherit (inner) type; default = { }; }; } { s.a = 3; } ];
  deferred = let e = config [ { options.d = mkOption { type = types.deferredModule; default = { }; }; } { d = { options.a = int 1; }; } { d = { a = 5; }; } ]; in config [ e.d ];
  attrTag = config [ { options.t = mkOption { type = types.attrsOf (types.attrTag { file = mkOption { type = types.str; }; n = mkOption { type = types.submodule { options.x = int 1; }; }; }); }; } { t.a.file = "f"; t.b.n = { }; t.c.n.x = 4; } ];
  lazyAttrs = let c = config [ { options.s = mkOption { type = types.lazyAttrsOf types.int; }; } { s.a = throw "lazy"; s.b = 1; s.c = mkIf false 1; } ]; in [ c.s.b (attrNames c.s) ];
  coerced = config [ { options.l = mkOption { type = with types; coercedTo str singleton (listOf str); }; } { l = "a"; } { l = [ "b" ]; } ];

  # --- other names ---
  renamed = config [ base (mkRenamedOptionModule [ "old" "name" ] [ "new" "name" ]) { options.new.name = int 1; } { old.name = 7; } ];
  renamedPriority = (config [ base (mkRenamedOptionModule [ "old" ] [ "new" ]) { options.new = int 1; } { old = mkForce 7; } { new = 3; } ]).new;
  renamedWith = config [ base (mkRenamedOptionModuleWith { from = [ "old" ]; to = [ "new" ]; sinceRelease = 2605; }) { options.new = int 1; } { old = 7; } ];
  alias = let c = config [ base (mkAliasOptionModule [ "short" ] [ "long" "name" ]) { options.long.name = mkOption { type = types.listOf types.int; default = [ ]; }; } { short = [ 1 ]; } { long.name = [ 2 ]; } ]; in c;
  removed = (config [ base (mkRemovedOptionModule [ "gone" ] "Use other.") { gone = 3; } ]).assertions;
  removedUnused = map (a: a.assertion) (config [ base (mkRemovedOptionModule [ "gone" ] "Use other.") ]).assertions;
  changed = let c = config [ base (mkChangedOptionModule [ "a" "old" ] [ "a" "new" ] (config: if config.a.old > 100 then "high" else "low")) { options.a.new = mkOption { type = types.str; default = "none"; }; } { a.old = 500; } ]; in [ c.a.new c.warnings ];
  merged = let c = config [ base (mkMergedOptionModule [ [ "x" ] [ "y" ] ] [ "z" ] (config: "${toString config.x}-merged")) { options.z = mkOption { type = types.str; default = "none"; }; } { x = 1; } ]; in [ c.z c.warnings ];
  aliasDefinitions = config [ ({ options, ... }: { options.a = mkOption { type = types.listOf types.int; default = [ ]; }; options.b = mkOption { type = types.listOf types.int; }; config.b = mkAliasDefinitions options.a; }) { a = mkAfter [ 2 ]; } { a = [ 1 ]; } ];
  aliasWrap = config [ ({ options, ... }: { options.a = int 3; options.b = any; config.b = mkAliasAndWrapDefinitions (x: { inner = x; }) options.a; }) ];

  # --- low-level functions ---
  discharge = dischargeProperties (mkMerge [ 1 (mkIf true 2) (mkIf true (mkIf false 3)) ]);
  filterOverrides = filterOverrides [ { file = "/1"; value = mkOverride 10 "a"; } { file = "/2"; value = mkOverride 20 "b"; } { file = "/3"; value = "z"; } { file = "/4"; value = mkOverride 10 "d"; } ];
  sortProperties = map (d: d.value) (sortProperties [ { value = mkAfter 1; } { value = 2; } { value = mkBefore 3; } ]);
  mapDefinitionValue = modules.mapDefinitionValue (x: x * 2) (mkMerge [ 1 (mkIf true 2) (mkForce 3) (mkAfter 4) (mkDefinition { file = "f"; value = 5; }) ]);
  mergeDefault = mergeDefaultOption [ ] [ { file = "a"; value = [ 1 ]; } { file = "b"; value = [ 2 ]; } ];
  mergeOne = [ (mergeOneOption [ ] [ { file = "a"; value = 1; } ]) (builtins.tryEval (mergeOneOption [ "x" ] [ { file = "a"; value = 1; } { file = "b"; value = 1; } ])).success ];
  mergeEqual = [ (mergeEqualOption [ ] [ { file = "a"; value = 1; } { file = "b"; value = 1; } ]) (builtins.tryEval (mergeEqualOption [ "x" ] [ { file = "a"; value = 1; } { file = "b"; value = 2; } ])).success ];
  getters = [ (getValues [ { value = 1; } ]) (getFiles [ { file = "f"; } ]) ];
  showOption = [ (showOption [ "foo" "bar" "baz" ]) (showOption [ "foo" "bar.baz" "tux" ]) (showOption [ "a" "*" "<name>" "with" "2b" ]) (showFiles [ "a" "b" ]) (options.showDefs [ { file = "f"; value = { a = 1; }; } { file = "g"; value = throw "x"; } { file = "h"; value = "a\nb"; } ]) ];
  literals = [ (literalExpression "a") (literalMD "b") (options.literalCode "nix" "c") (options.renderOptionValue { a = 1; }) (scrubOptionValue { a = { type = "derivation"; name = "n"; drvPath = throw "x"; }; b = [ 1 ]; }) ];
  showOptionWithDefLocs = showOptionWithDefLocs (eval [ (at "d" { options.a = int 1; }) (at "x" { a = 1; }) ]).options.a;

  # --- documentation ---
  # The words that describe `_module` are our own.
  documentation = map (o: o // { declarations = map baseNameOf o.declarations; }) (filter (o: !elem "_module" o.loc) (optionAttrSetToDocList (removeAttrs (eval [
    (at "decl.nix" {
      options = {
        plain = mkOption { type = types.int; default = 3; description = "Plain."; example = 4; };
        expression = mkOption { type = types.str; default = "x"; defaultText = literalExpression "pkgs.x"; example = literalExpression "pkgs.y"; description = "E."; };
        hidden = mkOption { type = types.int; visible = false; };
        internal = mkOption { type = types.int; internal = true; readOnly = true; };
        shallow = mkOption { visible = "shallow"; type = types.submodule { options.a = int 1; }; description = "S."; };
        transparent = mkOption { visible = "transparent"; type = types.submodule { options.a = int 1; }; description = "S."; };
        services = mkOption { type = types.attrsOf (types.submodule service); default = { }; description = "Services."; };
        list = mkOption { type = types.listOf (types.submodule { options.deep = mkOption { type = types.attrsOf types.int; description = "D."; }; }); description = "L."; };
        "quoted.name" = mkOption { type = types.nullOr types.str; description = "Q."; };
        free = mkOption { type = types.submodule { freeformType = types.attrsOf types.int; options.known = int 1; }; description = "F."; };
        tag = mkOption { type = types.attrTag { one = int 1; }; description = "T."; };
        related = mkOption { type = types.bool; relatedPackages = [ "hello" ]; description = "R."; };
      };
    })
  ]).options [ "_module" ])));
  internalDocs = map (o: { inherit (o) name internal readOnly type; }) (optionAttrSetToDocList (eval [ ]).options);
}
