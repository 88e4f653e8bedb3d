# Lists: folds, selections, order, sets of elements.
{ lib }:

let
  inherit (builtins)
    all any attrNames concatLists concatMap elem elemAt filter genList groupBy head isList length mapAttrs sort tail;
  inherit (lib.trivial) compare max min;
in
rec {
  inherit (builtins)
    head tail length isList elemAt concatLists filter elem genList map concatMap any all partition groupBy sort;

  singleton = x: [ x ];
  toList = x: if isList x then x else [ x ];
  forEach = list: f: map f list;
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: list: if condition then list else [ ];

  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  replicate = n: x: genList (_: x) n;
  flatten = x: if isList x then concatMap flatten x else [ x ];

  # --- folds ---

  foldr = op: end: list:
    let
      count = length list;
      from = n: if n == count then end else op (elemAt list n) (from (n + 1));
    in
    from 0;

  fold = lib.warn "fold has been deprecated, use foldr instead" foldr;

  # Lazy in what it accumulates; foldl' is not.
  foldl = op: start: list:
    let upTo = n: if n < 0 then start else op (upTo (n - 1)) (elemAt list n); in
    upTo (length list - 1);

  foldl' = op: start: builtins.seq start (builtins.foldl' op start);

  count = wanted: builtins.foldl' (n: x: if wanted x then n + 1 else n) 0;

  # --- with the index ---

  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: list: genList (n: f (n + 1) (elemAt list n)) (length list);
  ifilter0 = wanted: list: map (elemAt list) (filter (n: wanted n (elemAt list n)) (genList (n: n) (length list)));

  replaceElemAt = list: index: new:
    assert lib.assertMsg (index >= 0 && index < length list)
      "'lists.replaceElemAt' called with index ${toString index} on a list of size ${toString (length list)}";
    imap0 (n: old: if n == index then new else old) list;

  # --- finding ---

  findSingle = wanted: default: multiple: list:
    let found = filter wanted list; in
    if found == [ ] then default else if length found == 1 then head found else multiple;

  findFirstIndex = wanted: default: list:
    let
      # Counts down from -1 until something is found, then keeps its index.
      step = at: x: if at >= 0 then at else if wanted x then -1 - at else at - 1;
      found = builtins.foldl' step (-1) list;
    in
    if found < 0 then default else found;

  findFirst = wanted: default: list:
    let found = findFirstIndex wanted null list; in
    if found == null then default else elemAt list found;

  # --- parts ---

  sublist = start: count: list:
    let rest = length list - start; in
    genList (n: elemAt list (n + start)) (if rest <= 0 then 0 else min count rest);

  take = count: sublist 0 count;
  drop = count: list: sublist count (length list) list;
  takeEnd = count: list: drop (max 0 (length list - count)) list;
  dropEnd = count: list: take (max 0 (length list - count)) list;

  last = list:
    assert lib.assertMsg (list != [ ]) "lists.last: list must not be empty!";
    elemAt list (length list - 1);

  init = list:
    assert lib.assertMsg (list != [ ]) "lists.init: list must not be empty!";
    take (length list - 1) list;

  hasPrefix = prefix: list: take (length prefix) list == prefix;

  removePrefix = prefix: list:
    if hasPrefix prefix list
    then drop (length prefix) list
    else throw "lib.lists.removePrefix: First argument is not a list prefix of the second argument";

  commonPrefix = a: b: take (findFirstIndex (same: !same) (min (length a) (length b)) (zipListsWith (x: y: x == y) a b)) a;

  # --- two lists and more ---

  zipListsWith = f: a: b: genList (n: f (elemAt a n) (elemAt b n)) (min (length a) (length b));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: builtins.foldl' (fs: xs: concatMap (g: map g xs) fs) [ f ];
  concatAttrValues = set: concatLists (builtins.attrValues set);

  # --- groups and sets ---

  groupBy' = op: start: key: list: mapAttrs (_: foldl op start) (groupBy key list);
  remove = x: filter (y: y != x);
  unique = builtins.foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  uniqueStrings = list: attrNames (groupBy (x: x) list);
  allUnique = list: length (unique list) == length list;
  intersectLists = a: filter (x: elem x a);
  subtractLists = a: filter (x: !elem x a);
  mutuallyExclusive = a: b: !any (x: elem x b) a;

  # --- order ---

  reverseList = list: let count = length list; in genList (n: elemAt list (count - 1 - n)) count;

  sortOn = key: list: map (pair: elemAt pair 1) (sort (a: b: head a < head b) (map (x: [ (key x) x ]) list));

  compareLists = cmp: a: b:
    let
      shared = min (length a) (length b);
      from = n:
        if n == shared then compare (length a) (length b)
        else let c = cmp (elemAt a n) (elemAt b n); in if c == 0 then from (n + 1) else c;
    in
    from 0;

  # Digits within text count as numbers: "disk9" comes before "disk10".
  naturalSort = list:
    let
      parts = text: map (p: if isList p then lib.toInt (head p) else p) (builtins.split "(0|[1-9][0-9]*)" text);
      pairs = map (x: [ (parts x) x ]) list;
    in
    map (pair: elemAt pair 1) (sort (a: b: compareLists compare (head a) (head b) < 0) pairs);

  # Follows `before` from the first element to one that nothing comes before: { minimal, visited, rest }, or with
  # stopOnCycles { cycle, loops, visited, rest }.
  listDfs = stopOnCycles: before: list:
    let
      go = x: visited: rest:
        let
          loops = filter (y: before y x) visited;
          split = builtins.partition (y: before y x) rest;
        in
        if stopOnCycles && loops != [ ] then { cycle = x; inherit loops visited rest; }
        else if split.right == [ ] then { minimal = x; inherit visited rest; }
        else go (head split.right) ([ x ] ++ visited) (tail split.right ++ split.wrong);
    in
    go (head list) [ ] (tail list);

  # { result } or { cycle, loops }.
  toposort = before: list:
    let
      first = listDfs true before list;
      others = toposort before (first.visited ++ first.rest);
    in
    if length list < 2 then { result = list; }
    else if first ? cycle then { cycle = reverseList ([ first.cycle ] ++ first.visited); inherit (first) loops; }
    else if others ? cycle then others
    else { result = [ first.minimal ] ++ others.result; };
}
