{ lib }:
with lib.fileset;
let
  folder = ./folder;
  prefix = toString folder;
  show = set: map (path: lib.removePrefix prefix (toString path)) (toList set);
  isNix = file: file.hasExt "nix";
  # The files of a source, by its filter.
  kept = root: source:
    let
      walk = path: lib.concatMap
        (name:
          let p = path + "/${name}"; type = (builtins.readDir path).${name}; in
          if !source.filter (toString p) type then [ ]
          else if type == "directory" then [ (toString p) ] ++ walk p
          else [ (toString p) ])
        (builtins.attrNames (builtins.readDir path));
    in
    map (lib.removePrefix prefix) (walk root);
  fails = value: (builtins.tryEval (builtins.deepSeq value 1)).success;
in
{
  folder = show folder;
  file = show (folder + "/a.nix");
  empty = [ (show empty) (show (unions [ ])) ];
  union = [ (show (union (folder + "/a.nix") (folder + "/sub"))) (show (union empty (folder + "/b.txt"))) (show (union folder (folder + "/sub"))) ];
  unions = show (unions [ (folder + "/sub/c.nix") (folder + "/packages/inner") (folder + "/b.txt") ]);
  intersection = [ (show (intersection folder (folder + "/sub"))) (show (intersection (folder + "/sub") (folder + "/packages"))) (show (intersection (unions [ (folder + "/a.nix") (folder + "/sub") ]) (fileFilter isNix folder))) (show (intersection empty folder)) ];
  difference = [ (show (difference folder (folder + "/sub"))) (show (difference folder (unions [ (folder + "/packages") (folder + "/a.nix") (folder + "/sub/c.nix") ]))) (show (difference (folder + "/sub") folder)) (show (difference (folder + "/sub") (folder + "/packages"))) (show (difference folder empty)) ];
  fileFilter = [ (show (fileFilter isNix folder)) (show (fileFilter (file: file.name == "one.nix") folder)) (show (fileFilter (file: file.type == "directory") folder)) (show (fileFilter isNix (folder + "/a.nix"))) (show (fileFilter isNix (folder + "/b.txt"))) ];
  maybeMissing = [ (show (maybeMissing (folder + "/nope"))) (show (maybeMissing (folder + "/a.nix"))) ];
  fromSource = [ (show (fromSource (lib.cleanSource folder))) (show (fromSource (lib.sourceByRegex folder [ "sub" "sub/.*nix" ]))) (show (fromSource folder)) ];
  toSource = [
    (kept folder (toSource { root = folder; fileset = fileFilter isNix folder; }))
    (kept folder (toSource { root = folder; fileset = folder + "/sub"; }))
    (kept folder (toSource { root = folder; fileset = difference folder (folder + "/packages/inner/two.nix"); }))
    (kept (folder + "/sub") (toSource { root = folder + "/sub"; fileset = intersection folder (folder + "/sub"); }))
    (kept folder (toSource { root = folder; fileset = empty; }))
  ];
  isFileset = map isFileset [ folder (folder + "/nope") empty "x" 1 (lib.cleanSource folder) ];
  trace = [ (trace (union (folder + "/a.nix") (folder + "/sub")) 1) (show (traceVal (folder + "/sub"))) ];
  fails = [
    (fails (union folder "x")) (fails (unions folder)) (fails (show (folder + "/nope"))) (fails (fileFilter 1 folder)) (fails (fileFilter isNix empty)) (fails (maybeMissing "x"))
    (fails (toSource { root = folder + "/a.nix"; fileset = folder; })) (fails (toSource { root = folder + "/sub"; fileset = folder; }).name) (fails (gitTracked folder)) (fails (fromSource "x"))
  ];
}
