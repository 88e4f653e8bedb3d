# Pieces of text that name the pieces which must come before them, such as activation snippets.
{ lib }:

rec {
  # The texts in an order that satisfies every `deps`, each named piece once. `entries` are names, or pieces themselves.
  textClosureList = pieces: entries:
    let
      # A name stands for its piece; a piece that is itself a name, for that one.
      visitAll = builtins.foldl' visit;
      visit = state: entry:
        if builtins.isAttrs entry
        then let before = visitAll state entry.deps; in before // { texts = before.texts ++ [ entry.text ]; }
        else if state.done ? ${entry} then state
        else visit (state // { done = state.done // { ${entry} = true; }; }) pieces.${entry};
    in
    (visitAll { texts = [ ]; done = { }; } entries).texts;

  textClosureMap = f: pieces: names: lib.concatMapStringsSep "\n" f (textClosureList pieces names);

  noDepEntry = text: { inherit text; deps = [ ]; };
  fullDepEntry = text: deps: { inherit text deps; };
  packEntry = deps: { inherit deps; text = ""; };
  stringAfter = deps: text: { inherit text deps; };
}
