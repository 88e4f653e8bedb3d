# The first circle in `edges`, { name = [ names ]; }, as the names on it with the first again at the end; null if there is none.
# What no edges begin at is on no circle.
{ lib }:

edges:
let
  visit = trail: state: name:
    if state.cycle != null || state.done ? ${name} || !(edges ? ${name}) then state
    else if builtins.elem name trail then state // { cycle = circle trail name; }
    else
      let below = builtins.foldl' (visit (trail ++ [ name ])) state edges.${name}; in
      below // { done = below.done // { ${name} = true; }; };

  # The end of the trail, from where the name came first.
  circle = trail: name:
    if builtins.head trail == name then trail ++ [ name ] else circle (builtins.tail trail) name;
in
(builtins.foldl' (visit [ ]) { cycle = null; done = { }; } (builtins.attrNames edges)).cycle
