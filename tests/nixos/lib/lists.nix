{ lib }:
with lib;
{
  singleton = singleton "x";
  toList = [ (toList [ 1 ]) (toList "hi") (toList { a = 1; }) ];
  forEach = forEach [ 1 2 ] (x: x * 2);
  optional = [ (optional true 1) (optional false 1) (optionals true [ 1 2 ]) (optionals false [ 1 2 ]) ];
  range = [ (range 2 4) (range 3 2) (range 3 3) ];
  replicate = [ (replicate 3 "a") (replicate 0 1) ];
  flatten = [ (flatten [ 1 [ 2 [ 3 ] 4 ] 5 ]) (flatten 1) (flatten [ ]) ];
  foldr = foldr (a: b: "${a}(${b})") "z" [ "a" "b" "c" ];
  foldl = foldl (a: b: "(${a})${b}") "z" [ "a" "b" "c" ];
  "foldl'" = [ (foldl' (a: b: a * 10 + b) 0 [ 1 2 3 ]) (builtins.tryEval (foldl' (_: x: x) (throw "strict") [ 1 ])).success ];
  foldlLazy = foldl (_: x: x) (throw "lazy") [ 1 2 ];
  count = count (x: x == 3) [ 3 2 3 4 ];
  imap = [ (imap0 (i: v: "${v}-${toString i}") [ "a" "b" ]) (imap1 (i: v: "${v}-${toString i}") [ "a" "b" ]) (imap0 (i: v: i) [ ]) ];
  ifilter0 = ifilter0 (i: v: i == 0 || v > 2) [ 1 2 3 ];
  replaceElemAt = [ (replaceElemAt [ 1 2 3 ] 1 "x") (builtins.tryEval (replaceElemAt [ 1 ] 3 0)).success ];
  findSingle = [ (findSingle (x: x == 3) "none" "multiple" [ 1 3 3 ]) (findSingle (x: x == 3) "none" "multiple" [ 1 3 ]) (findSingle (x: x == 3) "none" "multiple" [ 1 9 ]) ];
  findFirst = [ (findFirst (x: x > 3) 7 [ 1 6 4 ]) (findFirst (x: x > 9) 7 [ 1 6 4 ]) (findFirst (x: true) 7 [ ]) ];
  findFirstLazy = findFirst (x: x == 2) 0 [ 1 2 (throw "not looked at") ];
  findFirstIndex = [ (lists.findFirstIndex (x: x > 3) null [ 0 6 4 ]) (lists.findFirstIndex (x: x > 9) null [ 0 6 4 ]) (lists.findFirstIndex (x: x == 0) null [ 0 ]) ];
  sublist = [ (sublist 1 3 [ "a" "b" "c" "d" "e" ]) (sublist 1 3 [ ]) (sublist 1 9 [ 1 2 ]) (sublist 0 0 [ 1 ]) ];
  take = [ (take 2 [ "a" "b" "c" ]) (take 2 [ ]) (take 9 [ 1 ]) ];
  drop = [ (drop 2 [ "a" "b" "c" ]) (drop 2 [ ]) ];
  takeEnd = [ (takeEnd 2 [ 1 2 3 ]) (takeEnd 9 [ 1 ]) (dropEnd 2 [ 1 2 3 ]) (dropEnd 9 [ 1 ]) ];
  last = [ (last [ 1 2 3 ]) (builtins.tryEval (last [ ])).success (init [ 1 2 3 ]) (builtins.tryEval (init [ ])).success ];
  hasPrefix = [ (lists.hasPrefix [ 1 2 ] [ 1 2 3 ]) (lists.hasPrefix [ 0 ] [ 1 ]) (lists.hasPrefix [ ] [ ]) ];
  removePrefix = [ (lists.removePrefix [ 1 2 ] [ 1 2 3 4 ]) (builtins.tryEval (lists.removePrefix [ 0 ] [ 1 ])).success ];
  commonPrefix = [ (lists.commonPrefix [ 1 2 3 ] [ 1 2 5 ]) (lists.commonPrefix [ 1 ] [ 1 2 ]) (lists.commonPrefix [ 1 ] [ 2 ]) (lists.commonPrefix [ ] [ ]) ];
  zipListsWith = [ (zipListsWith (a: b: a + b) [ "h" "l" ] [ "e" "o" "x" ]) (zipLists [ 1 2 ] [ "a" ]) ];
  crossLists = crossLists (x: y: "${toString x}${toString y}") [ [ 1 2 ] [ 3 4 ] ];
  concatAttrValues = concatAttrValues { a = [ 1 ]; b = [ 2 3 ]; };
  partition = partition (x: x > 2) [ 5 1 2 3 4 ];
  groupBy = [ (groupBy (x: boolToString (x > 2)) [ 5 1 2 3 4 ]) (groupBy' builtins.add 0 (x: boolToString (x > 2)) [ 5 1 2 3 4 ]) ];
  remove = remove 3 [ 1 3 4 3 ];
  unique = [ (unique [ 3 2 3 4 ]) (unique [ { a = 1; } { a = 1; } ]) (unique [ ]) ];
  uniqueStrings = uniqueStrings [ "foo" "bar" "foo" ];
  allUnique = [ (allUnique [ 1 2 ]) (allUnique [ 1 1 ]) ];
  sets = [ (intersectLists [ 1 2 3 ] [ 6 3 2 ]) (subtractLists [ 3 2 ] [ 1 2 3 4 5 3 ]) (mutuallyExclusive [ 1 ] [ 2 ]) (mutuallyExclusive [ 1 2 ] [ 2 ]) (mutuallyExclusive [ ] [ 1 ]) ];
  reverseList = reverseList [ "b" "o" "j" ];
  sort = [ (sort (a: b: a < b) [ 5 3 7 ]) (sortOn stringLength [ "aa" "b" "cccc" "dd" ]) ];
  compareLists = [ (compareLists compare [ ] [ ]) (compareLists compare [ ] [ "a" ]) (compareLists compare [ "a" ] [ ]) (compareLists compare [ "a" "b" ] [ "a" "c" ]) (compareLists compare [ 2 ] [ 1 5 ]) ];
  naturalSort = [ (naturalSort [ "disk11" "disk8" "disk100" "disk9" ]) (naturalSort [ "10.46.133.149" "10.5.16.62" "10.54.16.25" ]) (naturalSort [ "v0.2" "v0.15" "v0.0.9" ]) ];
  listDfs = [ (listDfs true hasPrefix [ "/home/user" "other" "/" "/home" ]) (listDfs true hasPrefix [ "/home/user" "other" "/" "/home" "/" ]) ];
  toposort = [
    (toposort hasPrefix [ "/home/user" "other" "/" "/home" ])
    (toposort hasPrefix [ "/home/user" "other" "/" "/home" "/" ])
    (toposort hasPrefix [ "other" "/home/user" "/home" "/" ])
    (toposort (a: b: a < b) [ 3 2 1 ])
    (toposort (a: b: false) [ ])
  ];
  predicates = [ (any (x: x > 1) [ 1 2 ]) (all (x: x > 1) [ 1 2 ]) (elem 1 [ 1 ]) (filter (x: x > 1) [ 1 2 ]) (concatMap (x: [ x x ]) [ 1 2 ]) ];

  closure = textClosureList { a = noDepEntry "A"; b = fullDepEntry "B" [ "a" ]; c = stringAfter [ "b" "a" ] "C"; d = packEntry [ "c" ]; } [ "d" "a" ];
  closureMap = textClosureMap (x: "<${x}>") { x = noDepEntry "X"; y = fullDepEntry "Y" [ "x" ]; } [ "y" "x" ];
  closureInline = textClosureList { a = noDepEntry "A"; } [ { text = "I"; deps = [ "a" ]; } "a" ];
}
