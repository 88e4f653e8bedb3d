// The grammar of Nix in full, for the wording of syntax errors; the parser itself does not read it. The rules are cut and
// ordered as in Nix's parser.y, since another cut of the same language would expect other tokens in its errors.

import { buildAutomaton, type Automaton, type Grammar, type GrammarRule, type Precedence } from "./lalr.ts";
import { token } from "./tokens.ts";

/** Each nonterminal's alternatives, their symbols named as in `token`; `%` gives an alternative's precedence. */
const alternatives: readonly (readonly [left: string, right: readonly string[]])[] = [
  ["<file>", ["<expr>", "replBindings <bindings>"]],
  ["<expr>", ["<function>"]],
  [
    "<function>",
    [
      "identifier colon <function>",
      "<formalSet> colon <function>",
      "<formalSet> at identifier colon <function>",
      "identifier at <formalSet> colon <function>",
      "assert <expr> semicolon <function>",
      "with <expr> semicolon <function>",
      "let <optionalBindings> in <function>",
      "<if>",
    ],
  ],
  ["<if>", ["if <expr> then <expr> else <expr>", "<pipeFrom>", "<pipeInto>", "<operation>"]],
  ["<pipeFrom>", ["<operation> pipeFrom <pipeFrom>", "<operation> pipeFrom <operation>"]],
  ["<pipeInto>", ["<pipeInto> pipeInto <operation>", "<operation> pipeInto <operation>"]],
  [
    "<operation>",
    [
      "exclamation <operation> %not",
      "minus <operation> %negate",
      "<operation> equal <operation>",
      "<operation> notEqual <operation>",
      "<operation> less <operation>",
      "<operation> lessOrEqual <operation>",
      "<operation> greater <operation>",
      "<operation> greaterOrEqual <operation>",
      "<operation> and <operation>",
      "<operation> or <operation>",
      "<operation> implies <operation>",
      "<operation> update <operation>",
      "<operation> question <attrPath>",
      "<operation> plus <operation>",
      "<operation> minus <operation>",
      "<operation> times <operation>",
      "<operation> divide <operation>",
      "<operation> concat <operation>",
      "<application>",
    ],
  ],
  ["<application>", ["<application> <selection>", "<selection>"]],
  [
    "<selection>",
    ["<simple> dot <attrPath>", "<simple> dot <attrPath> orKeyword <selection>", "<simple> orKeyword", "<simple>"],
  ],
  [
    "<simple>",
    [
      "identifier",
      "integer",
      "float",
      "quote <stringParts> quote",
      "indentedStringOpen <indentedParts> indentedStringClose",
      "<pathStart> pathEnd",
      "<pathStart> <interpolatedParts> pathEnd",
      "searchPath",
      "uri",
      "parenOpen <expr> parenClose",
      "let braceOpen <optionalBindings> braceClose",
      "rec braceOpen <optionalBindings> braceClose",
      "braceOpen <bindings> braceClose",
      "braceOpen braceClose",
      "bracketOpen <items> bracketClose",
    ],
  ],
  ["<stringParts>", ["string", "<interpolatedParts>", ""]],
  [
    "<interpolatedParts>",
    [
      "<interpolatedParts> string",
      "<interpolatedParts> interpolation <expr> braceClose",
      "interpolation <expr> braceClose",
      "string interpolation <expr> braceClose",
    ],
  ],
  ["<pathStart>", ["path", "homePath"]],
  ["<indentedParts>", ["<indentedParts> indentedString", "<indentedParts> interpolation <expr> braceClose", ""]],
  ["<optionalBindings>", ["<bindings>", ""]],
  [
    "<bindings>",
    [
      "<bindings> <attrPath> assign <expr> semicolon",
      "<optionalBindings> inherit <names> semicolon",
      "<optionalBindings> inherit parenOpen <expr> parenClose <names> semicolon",
      "<attrPath> assign <expr> semicolon",
    ],
  ],
  ["<names>", ["<names> <name>", "<names> <stringName>", ""]],
  ["<attrPath>", ["<attrPath> dot <name>", "<attrPath> dot <stringName>", "<name>", "<stringName>"]],
  ["<name>", ["identifier", "orKeyword"]],
  ["<stringName>", ["quote <stringParts> quote", "interpolation <expr> braceClose"]],
  ["<items>", ["<items> <selection>", ""]],
  [
    "<formalSet>",
    [
      "braceOpen <formals> comma ellipsis braceClose",
      "braceOpen ellipsis braceClose",
      "braceOpen <formals> comma braceClose",
      "braceOpen <formals> braceClose",
      "braceOpen braceClose",
    ],
  ],
  ["<formals>", ["<formals> comma <formal>", "<formal>"]],
  ["<formal>", ["identifier", "identifier question <expr>"]],
];

/** From the loosest to the tightest. */
const precedenceLevels: readonly (readonly [Precedence["associativity"], string])[] = [
  ["right", "implies"],
  ["left", "or"],
  ["left", "and"],
  ["none", "equal notEqual"],
  ["none", "less greater lessOrEqual greaterOrEqual"],
  ["right", "update"],
  ["left", "not"],
  ["left", "plus minus"],
  ["left", "times divide"],
  ["right", "concat"],
  ["none", "question"],
  ["none", "negate"],
];

let automaton: Automaton | undefined;

/** Made at the first call: it takes some ten milliseconds, which only a text with an error should cost. */
export function nixAutomaton(): Automaton {
  automaton ??= buildAutomaton(nixGrammar());
  return automaton;
}

function nixGrammar(): Grammar {
  const terminals = new Map<string, number>(Object.entries(token));
  const rules = alternatives.flatMap(([left, rights]) => rights.map((right) => makeRule(left, right)));
  const precedences = new Map<string, Precedence>();
  for (const [level, [associativity, names]] of precedenceLevels.entries()) {
    for (const name of names.split(" ")) precedences.set(name, { level, associativity });
  }
  return { terminals, rules, precedences };
}

function makeRule(left: string, text: string): GrammarRule {
  const [symbols = "", precedence] = text.split("%");
  return { left, right: symbols.split(" ").filter((symbol) => symbol !== ""), precedence };
}
