# Paths, absolute or not, in the store or not.
{ lib, base }:

let
  inherit (builtins) isPath isString substring;
in
rec {
  path = pathWith { absolute = true; };
  pathInStore = pathWith { inStore = true; };
  externalPath = pathWith { absolute = true; inStore = false; };

  pathWith = { inStore ? null, absolute ? null }:
    if inStore == true && absolute == false then throw "In pathWith, inStore means the path must be absolute"
    else base.mkOptionType {
      name = "path";
      description =
        { null = ""; true = "absolute "; false = "relative "; }.${builtins.toJSON absolute}
        + "path"
        + { null = ""; true = " in the Nix store"; false = " not in the Nix store"; }.${builtins.toJSON inStore};
      descriptionClass = "noun";
      merge = lib.options.mergeEqualOption;
      functor = base.defaultFunctor "path" // {
        type = pathWith;
        payload = { inherit inStore absolute; };
        binOp = a: b: if a == b then a else null;
      };
      check = value:
        let
          isAbsolute = substring 0 1 (toString value) == "/";
          isInStore = lib.path.hasStorePathPrefix
            (if isPath value then value else /. + builtins.unsafeDiscardStringContext value);
        in
        # A path as such could be copied to the store later, and then it would be there.
        (if inStore == false then isString value else lib.isStringLike value)
        && (inStore == null || inStore == isInStore)
        && (absolute == null || absolute == isAbsolute);
    };
}
