// The forms of syntax: how a value of a type is written down, and what yields a value of any type.

import type { Generator } from "./generator.ts";
import { floating, integer, pathLiteral, text } from "./literals.ts";
import { hashText } from "./texts.ts";
import { quoted } from "./toml.ts";
import { atom, bare, closed, form, joined, type Node } from "./tree.ts";
import { attributeNames, bool, int, list, set, string, type Type } from "./types.ts";

export function valueOf(g: Generator, type: Type): Node {
  const { random } = g;
  switch (type.kind) {
    case "int":
      return integer(random);
    case "float":
      return floating(random);
    case "bool":
      return atom(random.pick(["true", "false"]));
    case "null":
      return atom("null");
    case "string":
      return g.isDeep || random.chance(0.5) ? text(random) : interpolated(g);
    case "path":
      return pathLiteral(random);
    case "list":
      return closed`[ ${joined(
        random.times(g.isDeep ? 2 : 4, () => element(g, type.element)),
        " ",
      )} ]`;
    case "set":
      return random.pick(setForms)(g, Object.entries(type.fields));
    case "function":
      return random.pick(functionForms)(g, type.from, type.to);
    case "derivation":
      return aDerivation(g);
  }
}

function element(g: Generator, type: Type): Node {
  const node = g.expression(type);
  // Without parentheses it would be several elements.
  const [only] = node.parts;
  const isOneWord = node.parts.length === 1 && !(typeof only === "string" && /\s/.test(only));
  return node.enclosed || node.parts.length > 1 || isOneWord ? node : closed`(${node})`;
}

function interpolated(g: Generator): Node {
  const inner = g.expression(
    g.random.pick([string, string, string, { kind: "path" }, { kind: "derivation" }] as const),
  );
  return g.random.pick([
    closed`"${"p-"}\${${inner}}${" q"}"`,
    closed`"\${${inner}}\${${g.expression(string)}}"`,
    closed`''\n    \${${inner}}\n      deeper ''${"$"}{x}\n    end''`,
    closed`"\${toString ${inner}}"`,
    closed`''${g.random.pick(["", " ", "\n", "\n\t "])}\${${inner}}\n ${stringPiece(g)}\n   ${stringPiece(g)}\${${g.expression(string)}}''`,
    closed`"${stringPiece(g)}\${${inner}}${stringPiece(g)}"`,
  ]);
}

/** Which both kinds of string may have in them. */
function stringPiece(g: Generator): string {
  return g.random
    .times(3, () =>
      g.random.pick([
        "a",
        " ",
        "\n",
        "\\n",
        "$",
        "$$",
        "\\\\",
        "'",
        "''\\t",
        "''$",
        "'''",
        "{",
        "}",
        "ü",
        "\t",
        "\r\n",
        "  ",
      ]),
    )
    .join("")
    .replace(/"/g, "");
}

function aDerivation(g: Generator): Node {
  const extra = g.random.pick([
    () => "",
    () => joined([" uses = ", g.expression({ kind: "derivation" }), ";"], ""),
    () => joined([" args = [ ", g.expression(string), " ];"], ""),
    () => ' outputs = [ "out" "dev" ];',
    () => joined([" value = ", g.anything(), ";"], ""),
    () => joined([" __structuredAttrs = true; value = ", g.anything(), ";"], ""),
    () =>
      ' outputHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; outputHashAlgo = "sha256"; outputHashMode = "flat";',
    () => oddAttributes(g),
    () => oddAttributes(g),
  ])();
  const name = g.random.chance(0.8) ? '"drv-1.0"' : g.expression(string);
  return form`derivation { name = ${name}; system = "x86_64-linux"; builder = "/bin/sh";${extra} }`;
}

/** Those that mean something to whoever makes a derivation, with values that fit or do not. */
function oddAttributes(g: Generator): Node {
  const { random } = g;
  const flag = (): string => random.pick(["true", "false", "true", "null", '"1"']);
  const one = (): Node =>
    random.pick([
      () =>
        form` outputs = ${random.pick(['[ "out" "out" ]', "[ ]", '[ "drvPath" ]', '"out dev"', '[ "dev" "a.b" ]', '[ "" ]', "{ }"])};`,
      () => form` outputHash = ${quoted(hashText(random))};`,
      () => form` outputHashAlgo = ${random.pick(['"sha256"', '"sha1"', '"md4"', "null", '""', '"sha512"'])};`,
      () => form` outputHashMode = ${random.pick(['"recursive"', '"flat"', '"nar"', '"text"', '"git"', '"x"', "1"])};`,
      () => form` __structuredAttrs = ${flag()};`,
      () => form` __ignoreNulls = ${flag()}; n = null;`,
      () => form` __contentAddressed = ${flag()};`,
      () => form` __impure = ${flag()};`,
      () =>
        form` args = ${random.pick(['[ "a" ./data/hello.txt ]', '"a"', "[ 1 null [ true ] ]", "[ { } ]", "[ (throw ''x'') ]"])};`,
      () => form` name = ${random.pick(['"a.drv"', '".x"', '"a b"', '""', '"a?=+-_x"', "null", '"ü"'])};`,
      () => form` system = ${random.pick(['""', "null", "1", '"a-b"'])};`,
      () => form` builder = ${random.pick(["./data/hello.txt", '""', "null", "[ ]"])};`,
      () =>
        form` ${random.pick(["allowedReferences", "disallowedRequisites", "exportReferencesGraph", "outputChecks", "passAsFile", "meta"])} = ${g.anything()};`,
      () => form` ${random.pick(attributeNames)} = ${g.anything()};`,
      () => form` \${${g.expression(string)}} = ${g.anything()};`,
    ])();
  return joined([one(), one()].slice(random.below(2)).map(bare), "");
}

type Fields = readonly (readonly [string, Type])[];

function key(name: string, g: Generator): string {
  return g.random.chance(0.15) ? JSON.stringify(name) : name;
}

function bindings(g: Generator, fields: Fields): Node {
  return joined(
    fields.map(([name, type]) => {
      if (type.kind === "set" && g.random.chance(0.3)) {
        const inner = Object.entries(type.fields);
        if (inner.length > 0) {
          return joined(
            inner
              .map(([below, kind]) => form`${key(name, g)}.${key(below, g)} = ${bare(g.expression(kind))};`)
              .map(bare),
            " ",
          );
        }
      }
      if (g.random.chance(0.08)) return bare(form`\${"${name}"} = ${bare(g.expression(type))};`);
      if (g.random.chance(0.05)) return bare(form`\${${g.expression(string)}} = ${bare(g.expression(type))};`);
      return bare(form`${key(name, g)} = ${bare(g.expression(type))};`);
    }),
    " ",
  );
}

const setForms: readonly ((g: Generator, fields: Fields) => Node)[] = [
  (g, fields) => closed`{ ${bindings(g, fields)} }`,
  (g, fields) => closed`{ ${bindings(g, fields)} }`,
  (g, fields) => {
    const variables = fields.filter(([name]) => /^[a-z]+$/.test(name)).map(([name, type]) => ({ name, type }));
    return bare(form`(rec { ${g.within(variables, () => bindings(g, fields))} })`);
  },
  (g, fields) => form`{ ${bindings(g, fields.slice(0, 1))} } // { ${bindings(g, fields.slice(1))} }`,
  (g, fields) =>
    closed`{ inherit (${bare(g.expression(set(Object.fromEntries(fields))))}) ${fields.map(([name]) => key(name, g)).join(" ")}; }`,
  (g, fields) => form`let ${bindings(g, fields)} in { inherit ${fields.map(([name]) => name).join(" ")}; }`,
  (g, fields) => form`let { ${bindings(g, fields)} body = { inherit ${fields.map(([name]) => name).join(" ")}; }; }`,
  (g, fields) => {
    const names = fields.map(([name]) => key(name, g)).join(" ");
    return form`let ${bindings(g, fields)} in rec { inherit ${names}; inherit ({ p = 1; }) ${g.random.pick(["p", "q", "p q"])}; }`;
  },
  (g, fields) => closed`{ ${bindings(g, fields)} ${bindings(g, g.random.chance(0.2) ? fields.slice(0, 1) : [])} }`,
  (g, fields) =>
    closed`{ ${bindings(g, fields)} ${g.random.pick(['"if"', '""', '"a b"', '"ü"', "or", '"${"x"}y"'])} = ${bare(g.anything())}; }`,
  (g, fields) => closed`{ ${bindings(g, fields)} __toString = self: ${g.expression(string)}; }`,
  (g, fields) =>
    closed`{ ${bindings(g, fields)} __functor = self: ${g.expression({ kind: "function", from: int, to: int })}; }`,
];

const functionForms: readonly ((g: Generator, from: Type, to: Type) => Node)[] = [
  (g, from, to) => g.binding(from, (name) => form`${name}: ${bare(g.expression(to))}`),
  (g, from, to) => g.binding(from, (name) => form`${name}: ${bare(g.expression(to))}`),
  (g, from, to) => (from.kind === "set" ? pattern(g, from.fields, to) : form`_: ${g.expression(to)}`),
  (g, from, to) =>
    closed`{ __functor = self: ${g.binding(from, (name) => form`${name}: ${bare(g.expression(to))}`)}; }`,
];

function pattern(g: Generator, fields: Readonly<Record<string, Type>>, to: Type): Node {
  const variables = Object.entries(fields)
    .filter(([name]) => /^[a-z]+$/.test(name))
    .map(([name, type]) => ({ name, type }));
  const { random } = g;
  const formals = variables.map(({ name, type }) =>
    random.chance(0.3) ? joined([`${name} ? `, bare(g.expression(type))], "") : atom(name),
  );
  const rest = variables.length < Object.keys(fields).length || random.chance(0.4) ? [atom("...")] : [];
  const at = random.pick(["", "", "all@", "@all"]);
  const before = at.endsWith("@") ? at : "";
  const after = at.startsWith("@") ? at : "";
  return form`${before}{ ${joined([...formals, ...rest], ", ")} }${after}: ${g.within(variables, () => bare(g.expression(to)))}`;
}

/** Of functions in a file of the scene. */
const libraryNames = [
  "same",
  "second",
  "select",
  "sum",
  "compare",
  "apply",
  "pattern",
  "deep",
  "lazy",
  "crlf",
  "wide",
  "none",
];

/** What yields a value of any type. */
export const forms: readonly ((g: Generator, type: Type) => Node)[] = [
  (g, type) => form`if ${bare(g.expression(bool))} then ${bare(g.expression(type))} else ${bare(g.expression(type))}`,
  (g, type) => {
    const kind = g.anyType();
    return g.binding(kind, (name) => form`let ${name} = ${bare(g.expression(kind))}; in ${bare(g.expression(type))}`);
  },
  (g, type) => {
    const kinds = [g.anyType(), g.anyType()] as const;
    const [first, second] = [g.freshName(), `${g.freshName()}2`];
    const variables = [
      { name: first, type: kinds[0] },
      { name: second, type: kinds[1] },
    ];
    const one = g.expression(kinds[0]);
    return g.within(
      variables,
      () =>
        form`let\n  ${first} = ${bare(one)};\n  ${second} = ${g.expression(kinds[1])};\nin\n${bare(g.expression(type))}`,
    );
  },
  (g, type) => {
    const names = ["wa", "wb"];
    const kinds = names.map((name) => ({ name, type: g.anyType() }));
    const scope = g.expression(set(Object.fromEntries(kinds.map((kind) => [kind.name, kind.type]))));
    return g.within(kinds, () => form`with ${scope}; ${bare(g.expression(type))}`);
  },
  (g, type) => form`assert ${bare(g.expression(bool))}; ${bare(g.expression(type))}`,
  (g, type) => {
    const from = g.anyType();
    return form`${g.expression({ kind: "function", from, to: type })} ${g.expression(from)}`;
  },
  (g, type) => {
    const name = g.random.pick(attributeNames.slice(0, 6));
    return form`${g.expression(set({ [name]: type, e: int }))}.${key(name, g)}`;
  },
  (g, type) => form`${g.expression(set({ a: set({ b: type }) }))}.a.b`,
  (g, type) => form`${g.expression(set({ a: type }))}.${g.random.pick(attributeNames)} or ${g.expression(type)}`,
  (g, type) =>
    form`${g.expression(set({ a: set({ b: type }) }))}.a.${g.random.pick(["b", "c", '"b"', '${"b"}'])} or ${g.expression(type)}`,
  (g, type) => form`${g.expression(set({ a: type }))}.\${${g.random.pick(['"a"', '"a"', '"b"'])}}`,
  (g, type) => form`(rec { a = ${bare(g.expression(type))}; b = a; }).b`,
  (g, type) => form`let { a = ${bare(g.expression(type))}; body = a; }`,
  (g, type) => form`let inherit (${bare(g.expression(set({ a: type })))}) a; in a`,
  (g, type) => form`builtins.elemAt ${g.expression(list(type))} ${g.expression(int)}`,
  (g, type) => form`builtins.head [ ${element(g, type)} ]`,
  (g, type) => form`builtins.seq ${g.anything()} ${g.expression(type)}`,
  (g, type) => form`builtins.deepSeq ${g.anything()} ${g.expression(type)}`,
  (g, type) => form`builtins.trace ${g.anything()} ${g.expression(type)}`,
  (g, type) => form`builtins.warn ${g.expression(string)} ${g.expression(type)}`,
  (g, type) => form`builtins.traceVerbose ${g.anything()} ${g.expression(type)}`,
  (g, type) => form`builtins.addErrorContext ${g.expression(string)} ${g.expression(type)}`,
  (g, type) => form`builtins.getAttr "a" ${g.expression(set({ a: type }))}`,
  (g, type) => form`(builtins.tryEval ${g.expression(type)}).${g.random.pick(["value", "value", "success"])}`,
  (g, type) => {
    const other = g.anyType();
    const name = g.freshName();
    return form`builtins.foldl' (${name}: e: ${g.within(
      [
        { name, type },
        { name: "e", type: other },
      ],
      () => bare(g.expression(type)),
    )}) ${g.expression(type)} ${g.expression(list(other))}`;
  },
  (g, type) => form`import (builtins.toFile "x.nix" "1") + ${g.expression(type)}`,
  (g, type) => form`(import ./data/library.nix).${g.random.pick(libraryNames)} ${g.expression(type)}`,
  (g, type) => form`(import ./data/library.nix).${g.random.pick(libraryNames)} ${g.anything()} ${g.expression(type)}`,
  (g, type) => form`scopedImport { x = ${bare(g.expression(type))}; } ./data/scoped.nix`,
  (g, type) => {
    // It holds itself.
    const name = g.freshName();
    const own = g.random.pick([
      () => closed`[ ${name} ${element(g, g.anyType())} ]`,
      () => closed`{ a = ${name}; b = ${bare(g.anything())}; }`,
      () => closed`[ { ${g.random.pick(["a", "name", "key"])} = ${name}; } (q: ${name}) ]`,
      () => form`{ l = [ ${name} ${name}.l ]; } // ${g.expression(set({ b: int }))}`,
    ])();
    return g.within(
      [{ name, type: g.anyType() }],
      () => form`let ${name} = ${bare(own)}; in ${bare(g.expression(type))}`,
    );
  },
  (g, type) => form`# a remark\n/* and another */ ${g.expression(type)}`,
  (g, type) => form`(x: { a = x; }.a) ${g.expression(type)}`,
  (g, type) => form`${g.expression(type)} |> ${g.expression({ kind: "function", from: type, to: type })}`,
  (g, type) => form`${g.expression({ kind: "function", from: type, to: type })} <| ${g.expression(type)}`,
];
