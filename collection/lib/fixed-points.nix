# Recursion by a function of its own result, and overlays: functions of the final and the previous set.
{ lib, ... }:

rec {
  fix = f: let result = f result; in result;

  # As fix; the result also knows the function that it came from.
  fix' = f: let result = f result // { __unfix__ = f; }; in result;

  converge = f: x: let next = f x; in if next == x then x else converge f next;

  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;

  composeExtensions = f: g: final: prev:
    let first = f final prev; in
    first // g final (prev // first);

  composeManyExtensions = overlays: final: prev:
    builtins.foldl' (done: overlay: done // overlay final (prev // done)) { } overlays;

  makeExtensible = makeExtensibleWithCustomName "extend";

  makeExtensibleWithCustomName = name: f:
    fix' (self: f self // {
      ${name} = overlay: makeExtensibleWithCustomName name (extends overlay f);
    });

  # An overlay from an overlay, from a function of the previous set, or from a set.
  toExtension = f:
    if !lib.isFunction f
    then _: _: f
    else final: prev:
      let partial = f prev; in
      if lib.isFunction partial then f final prev else partial;
}
