// What begins each node of a packed tree, one byte. A tree is packed by pack-tree.ts and read by packed-tree.ts; it is one
// byte string:
//
//   tree    = names root
//   names   = count, then each name as text; in the order in which they become symbols
//   text    = length, bytes
//   number  = base 128, the low seven bits first, the high bit on all bytes but the last (`offset` is one more than it says,
//             so that noOffset is 0)
//   node    = tag, then what the tag wants; names are indices into `names`
//   part    = a node, or the tag `packed`, the length of the node behind it as a number of four bytes, the node
//
// A part is what runs later or never: values of attributes, bodies of functions, arguments, elements, branches.

export const tag = {
  int: 1,
  float: 2,
  string: 3,
  path: 4,
  variable: 5,
  select: 6,
  selectOr: 7,
  hasAttr: 8,
  attrs: 9,
  recursiveAttrs: 10,
  list: 11,
  lambda: 12,
  call: 13,
  let: 14,
  with: 15,
  if: 16,
  assert: 17,
  not: 18,
  binary: 19,
  joinStrings: 20,
  add: 21,
  curPos: 22,
  packed: 23,
  homePath: 24,
} as const;

export const binaryOperators = ["==", "!=", "&&", "||", "->", "//", "++"] as const;

/** How an attribute is defined. */
export const definition = { plain: 0, inherited: 1, inheritedFrom: 2 } as const;

/** What a lambda has, as bits. */
export const lambdaFlag = { argument: 1, formals: 2, ellipsis: 4, name: 8, doc: 16 } as const;
