// Calls of builtins and uses of operators, by the type that they yield; undefined where one does not fit after all.

import type { Generator } from "./generator.ts";
import { smallInteger, text } from "./literals.ts";
import { hashText, jsonText, matchedText, regexText, versionText } from "./texts.ts";
import { quoted, tomlText } from "./toml.ts";
import { atom, bare, closed, form, type Node } from "./tree.ts";
import {
  attributeNames,
  bool,
  derivation,
  float,
  fn,
  int,
  list,
  path,
  randomType,
  set,
  string,
  type Type,
} from "./types.ts";

type Make = (g: Generator, type: Type) => Node | undefined;

const number = (g: Generator): Node => g.expression(g.random.pick([int, int, float]));
const comparable = (g: Generator): readonly [Node, Node] => {
  const type = g.random.pick([int, float, string, path, list(int), list(string)]);
  return [g.expression(type), g.expression(type)];
};
const couple = (g: Generator): readonly [Node, Node] => {
  const type = g.anyType();
  return [g.expression(type), g.expression(type)];
};
const numbers = set({ a: int, b: int, c: int });
const pairs = list(set({ name: string, value: int }));
const regexes = [
  '"a"',
  '"(a)(b)?"',
  '"[[:alpha:]]+"',
  '".*"',
  '"([0-9]+)\\\\.([0-9]+)"',
  '"x|(y)"',
  '"a{1,2}"',
  '"[^/]*"',
  '"(^a|b$)"',
  '""',
  '"*"',
  '"("',
  '"[z-a]"',
  '"\\\\w"',
  '"(a*)*"',
];
const regex = (g: Generator): Node => {
  if (g.random.chance(0.1)) return g.expression(string);
  return atom(g.random.chance(0.3) ? g.random.pick(regexes) : quoted(regexText(g.random)));
};
const matched = (g: Generator): Node =>
  g.random.chance(0.7) ? atom(quoted(matchedText(g.random))) : g.expression(string);
const version = (g: Generator): Node =>
  g.random.chance(0.7) ? atom(quoted(versionText(g.random))) : g.expression(string);
const hash = (g: Generator): Node =>
  g.random.chance(0.6)
    ? atom(quoted(hashText(g.random)))
    : form`builtins.hashString ${algorithm(g)} ${g.expression(string)}`;
const algorithm = (g: Generator): Node =>
  atom(g.random.pick(['"md5"', '"sha1"', '"sha256"', '"sha512"', '"sha256"', '"sha3"', '"blake3"']));
const json = (g: Generator): Node =>
  g.random.chance(0.4) ? form`builtins.toJSON ${g.anything()}` : atom(quoted(jsonText(g.random)));
const toml = (g: Generator): Node => atom(quoted(tomlText(g.random)));
const file = (g: Generator): Node => (g.random.chance(0.7) ? atom("./data/hello.txt") : g.expression(path));
const context = (g: Generator): Node =>
  g.random.chance(0.5) ? form`"\${${g.expression(derivation)}}"` : g.expression(string);
const listOf = (type: Type): Type => (type.kind === "list" ? type : list(type));

const ints: Make[] = [
  ...["+", "-", "*", "/"].map(
    (operator): Make =>
      (g) =>
        form`${g.expression(int)} ${operator} ${g.expression(int)}`,
  ),
  ...["add", "sub", "mul", "div", "bitAnd", "bitOr", "bitXor"].map(
    (name): Make =>
      (g) =>
        form`builtins.${name} ${g.expression(int)} ${g.expression(int)}`,
  ),
  (g) => form`-${g.expression(int)}`,
  (g) => form`builtins.floor ${number(g)}`,
  (g) => form`builtins.ceil ${number(g)}`,
  (g) => form`builtins.length ${g.expression(list(g.anyType()))}`,
  (g) => form`builtins.stringLength ${g.expression(string)}`,
  (g) => form`builtins.compareVersions ${version(g)} ${version(g)}`,
  (g) => form`builtins.fromJSON ${g.expression(string)}`,
  (g) => form`builtins.foldl' builtins.add 0 ${g.expression(list(int))}`,
  (g) => form`builtins.fromJSON (toString ${g.expression(int)})`,
  (g) =>
    form`(builtins.unsafeGetAttrPos "a" ${g.expression(set({ a: int }))}).${g.random.pick(["line", "column"])} or 0`,
  () => atom("(__curPos.line or 3)"),
  (g) => form`import ./data/function.nix ${g.expression(int)}`,
  () => form`builtins.langVersion`,
];

const floats: Make[] = [
  ...["+", "-", "*", "/"].map(
    (operator): Make =>
      (g) =>
        form`${g.expression(float)} ${operator} ${number(g)}`,
  ),
  ...["add", "sub", "mul", "div"].map(
    (name): Make =>
      (g) =>
        form`builtins.${name} ${number(g)} ${g.expression(float)}`,
  ),
  (g) => form`-${g.expression(float)}`,
  (g) => form`builtins.fromJSON (builtins.toJSON ${g.expression(float)})`,
];

const bools: Make[] = [
  ...["==", "!="].map((operator): Make => (g) => {
    const [a, b] = couple(g);
    return form`${a} ${operator} ${b}`;
  }),
  ...["<", "<=", ">", ">="].map((operator): Make => (g) => {
    const [a, b] = comparable(g);
    return form`${a} ${operator} ${b}`;
  }),
  ...["&&", "||", "->"].map(
    (operator): Make =>
      (g) =>
        form`${g.expression(bool)} ${operator} ${g.expression(bool)}`,
  ),
  (g) => form`!${g.expression(bool)}`,
  (g) => form`${g.expression(numbers)} ? ${g.random.pick(attributeNames)}`,
  (g) => form`${g.anything()} ? a.b.\${${g.expression(string)}}`,
  (g) => {
    const [a, b] = comparable(g);
    return form`builtins.lessThan ${a} ${b}`;
  },
  ...["isAttrs", "isBool", "isFloat", "isFunction", "isInt", "isList", "isNull", "isPath", "isString"].map(
    (name): Make =>
      (g) =>
        form`builtins.${name} ${g.anything()}`,
  ),
  (g) => form`builtins.hasAttr ${g.expression(string)} ${g.expression(numbers)}`,
  (g) => form`builtins.elem ${g.expression(int)} ${g.expression(list(int))}`,
  (g) => {
    const type = g.anyType();
    return form`builtins.${g.random.pick(["any", "all"])} ${g.expression(fn(type, bool))} ${g.expression(list(type))}`;
  },
  (g) => form`builtins.pathExists ${g.expression(path)}`,
  (g) => form`builtins.hasContext ${context(g)}`,
  (g) => form`(builtins.tryEval ${g.anything()}).success`,
  (g) => form`builtins.match ${regex(g)} ${matched(g)} == null`,
  (g) => form`builtins.typeOf ${g.anything()} == "${g.random.pick(["int", "string", "set", "lambda"])}"`,
];

const stringMakers: Make[] = [
  (g) => form`${g.expression(string)} + ${g.expression(string)}`,
  (g) => form`${g.expression(string)} + ${g.expression(g.random.pick([path, derivation]))}`,
  (g) => form`toString ${g.anything()}`,
  (g) => form`builtins.substring ${g.expression(int)} ${g.expression(int)} ${g.expression(string)}`,
  (g) => form`builtins.concatStringsSep ${g.expression(string)} ${g.expression(list(string))}`,
  (g) =>
    form`builtins.replaceStrings ${g.expression(list(string))} ${g.expression(list(string))} ${g.expression(string)}`,
  (g) =>
    form`builtins.replaceStrings [ ${text(g.random)} "a" ] [ ${g.expression(string)} ${text(g.random)} ] ${g.expression(string)}`,
  (g) => form`builtins.toJSON ${g.anything()}`,
  (g) => form`builtins.toXML ${g.anything()}`,
  (g) => form`builtins.typeOf ${g.anything()}`,
  (g) => form`baseNameOf ${g.expression(g.random.pick([string, path]))}`,
  (g) => form`dirOf ${g.expression(string)}`,
  (g) => form`builtins.hashString ${algorithm(g)} ${g.expression(string)}`,
  (g) => form`builtins.hashFile ${algorithm(g)} ${file(g)}`,
  (g) =>
    form`builtins.convertHash { hash = ${hash(g)};${g.random.pick(["", " hashAlgo = null;", " hashAlgo = 1;", ' hashAlgo = "sha256";', ' hashAlgo = "sha256";', ' hashAlgo = "sha1";'])} toHashFormat = ${g.random.pick(['"sri"', '"base16"', '"nix32"', '"base64"', '"base32"', '"base1"'])}; }`,
  (g) => form`builtins.readFile ${file(g)}`,
  (g) => form`builtins.readFileType ${g.expression(path)}`,
  (g) => form`builtins.unsafeDiscardStringContext ${context(g)}`,
  (g) => form`builtins.unsafeDiscardOutputDependency ${context(g)}`,
  (g) => form`builtins.addDrvOutputDependencies ${g.expression(derivation)}.drvPath`,
  (g) => form`builtins.appendContext ${g.expression(string)} (builtins.getContext ${context(g)})`,
  (g) =>
    form`builtins.appendContext ${g.expression(string)} { ${g.expression(string)} = { ${g.random.pick(["path = true;", 'outputs = [ "out" ];', "allOutputs = true;", "x = 1;"])} }; }`,
  (g) => form`builtins.toFile ${g.random.pick(['"f"', '"f.txt"', '"a b"', '".x"'])} ${g.expression(string)}`,
  (g) => form`placeholder ${g.expression(string)}`,
  () => form`builtins.getEnv "NOTHING_OF_THE_KIND"`,
  (g) =>
    form`${g.expression(derivation)}.${g.random.pick(["outPath", "drvPath", "name", "outputName", "type", "dev"])}`,
  (g) => form`(builtins.parseDrvName ${version(g)}).${g.random.pick(["name", "version"])}`,
  (g) =>
    form`builtins.flakeRefToString (builtins.parseFlakeRef ${g.random.pick(['"nixpkgs"', '"github:a/b/c?dir=d"', '"path:/a?narHash=x"', '"git+https://x.org/y?ref=z"', '"no such"', '"/a/b"'])})`,
  (g) => form`builtins.flakeRefToString { type = "github"; owner = ${g.expression(string)}; repo = "r"; }`,
  () => form`builtins.storeDir`,
  (g) =>
    form`toString (builtins.path { path = ./data; name = ${g.random.pick(['"p"', '"p q"', '"d"'])}; filter = p: t: ${g.expression(bool)}; recursive = ${g.random.pick(["true", "true", "false"])}; })`,
  (g) => form`toString (builtins.filterSource (p: t: ${g.expression(bool)}) ./data)`,
  (g) => form`builtins.fromJSON ${json(g)}`,
  (g) => form`builtins.elemAt (builtins.splitVersion ${version(g)}) 0`,
  (g) => form`builtins.storePath ${g.expression(string)}`,
  (g) => form`builtins.toPath ${g.expression(string)}`,
  () => form`builtins.nixVersion`,
  (g) => form`builtins.concatStringsSep "," (map (x: toString x) ${g.expression(list(randomType(g.random, 1)))})`,
];

const paths: Make[] = [
  (g) => form`${g.expression(path)} + ${g.expression(string)}`,
  (g) => form`${g.expression(path)} + ${g.expression(path)}`,
  (g) => form`dirOf ${g.expression(path)}`,
  (g) => closed`./data/\${${g.expression(string)}}`,
  (g) => closed`./\${${g.expression(string)}}/x`,
  (g) =>
    form`builtins.findFile [ { prefix = ${g.expression(string)}; path = ${g.expression(path)}; } ] ${g.expression(string)}`,
  (g) => form`<${g.random.pick(["nothing", "a/b"])}>`,
  (g) => form`let __nixPath = [ { path = ./data; } ]; in <${g.random.pick(["sub", "hello.txt", "none"])}>`,
];

const elementFrom = (g: Generator, type: Type): Type => (type.kind === "list" ? type.element : g.anyType());
const lists: Make[] = [
  (g, type) => form`${g.expression(listOf(type))} ++ ${g.expression(listOf(type))}`,
  (g, type) => {
    const from = g.anyType();
    return form`map ${g.expression(fn(from, elementFrom(g, type)))} ${g.expression(list(from))}`;
  },
  (g, type) => form`builtins.filter ${g.expression(fn(elementFrom(g, type), bool))} ${g.expression(type)}`,
  (g, type) =>
    form`builtins.genList ${g.expression(fn(int, elementFrom(g, type)))} ${g.random.chance(0.9) ? smallInteger(g.random) : g.expression(int)}`,
  (g, type) => form`builtins.tail ${g.expression(type)}`,
  (g, type) => form`builtins.concatLists ${g.expression(list(type))}`,
  (g, type) => {
    const from = g.anyType();
    return form`builtins.concatMap ${g.expression(fn(from, type))} ${g.expression(list(from))}`;
  },
  (g, type) =>
    form`builtins.sort ${g.random.pick(["builtins.lessThan", "(p: q: p < q)", "(p: q: true)", "(p: q: q < p)"])} ${g.expression(type)}`,
  (g, type) =>
    form`(builtins.partition ${g.expression(fn(elementFrom(g, type), bool))} ${g.expression(type)}).${g.random.pick(["right", "wrong"])}`,
  (g, type) => form`builtins.catAttrs "a" ${g.expression(list(set({ a: elementFrom(g, type) })))}`,
  (g, type) => form`builtins.attrValues ${g.expression(set({ a: elementFrom(g, type), b: elementFrom(g, type) }))}`,
  (g) => form`builtins.attrNames ${g.expression(numbers)}`,
  (g) => form`builtins.split ${regex(g)} ${matched(g)}`,
  (g) => form`builtins.match ${regex(g)} ${matched(g)}`,
  (g) => form`builtins.splitVersion ${version(g)}`,
  (g) =>
    form`map (x: x.key) (builtins.genericClosure { startSet = [ { key = ${g.expression(int)}; } ]; operator = n: if n.key < 5 && n.key > -5 then [ { key = n.key + ${g.expression(int)}; } ] else [ ]; })`,
  (g) =>
    form`builtins.genericClosure { startSet = ${g.expression(list(set({ key: int, b: bool })))}; operator = n: ${g.expression(list(set({ key: int })))}; }`,
  (g) =>
    form`builtins.attrValues (builtins.mapAttrs ${g.expression(fn(string, fn(int, int)))} ${g.expression(numbers)})`,
  (g) =>
    form`builtins.attrNames (builtins.readDir ${g.random.pick(["./data", "./data/sub", "./none", "./data/hello.txt"])})`,
];

const sets: Make[] = [
  (g, type) => form`${g.expression(type)} // ${g.expression(type)}`,
  (g, type) => form`removeAttrs ${g.expression(type)} ${g.expression(list(string))}`,
  (g) => form`builtins.listToAttrs ${g.expression(pairs)}`,
  (g, type) => form`builtins.intersectAttrs ${g.expression(numbers)} ${g.expression(type)}`,
  (g, type) => form`builtins.mapAttrs (n: v: ${g.random.pick(["v", "n", "[ n v ]", "v + v"])}) ${g.expression(type)}`,
  (g) => {
    const from = g.anyType();
    return form`builtins.groupBy ${g.expression(fn(from, string))} ${g.expression(list(from))}`;
  },
  (g) =>
    form`builtins.zipAttrsWith (n: vs: ${g.random.pick(["vs", "n", "builtins.head vs", "builtins.length vs"])}) ${g.expression(list(numbers))}`,
  (g, type) => form`builtins.functionArgs ${g.expression(fn(type, int))}`,
  (g) => form`builtins.functionArgs ({ a, b ? ${bare(g.anything())}, ... }: 1)`,
  (g) => form`builtins.partition ${g.expression(fn(int, bool))} ${g.expression(list(int))}`,
  (g) => form`builtins.tryEval ${g.anything()}`,
  (g) => form`builtins.parseDrvName ${version(g)}`,
  (g) => form`builtins.fromTOML ${toml(g)}`,
  (g) => form`builtins.fromJSON ${json(g)}`,
  (g) => form`builtins.getContext ${context(g)}`,
  (g) => form`builtins.readDir ${g.random.pick(["./data", "./data/sub"])}`,
  (g) => form`builtins.unsafeGetAttrPos ${g.random.pick(['"a"', '"zz"', "1"])} ${g.expression(set({ a: int }))}`,
  () => atom("__curPos"),
  (g) =>
    form`builtins.parseFlakeRef ${g.random.pick(['"nixpkgs/x"', '"github:a/b?ref=c"', '"git+file:///x?rev=1"', '"tarball+http://x.org/y.tar.gz"', '"%"'])}`,
  (g) => form`derivationStrict { name = ${g.expression(string)}; system = "s"; builder = ${g.expression(string)}; }`,
  () => form`import ./data/value.nix`,
  (g) =>
    form`rec { a = ${g.expression(int)}; __overrides = { ${g.random.pick(["a", "b"])} = ${g.expression(int)}; }; b = a; }`,
];

const unaryFunctions = [
  "builtins.toJSON",
  "toString",
  "builtins.isInt",
  "builtins.typeOf",
  "builtins.add 1",
  "builtins.elem 1",
  "builtins.seq null",
  "builtins.tryEval",
  "map (x: x)",
  "throw",
  "builtins.length",
  'builtins.getAttr "a"',
];
const functions: Make[] = [
  (g) => atom(`(${g.random.pick(unaryFunctions)})`),
  (g, type) =>
    type.kind === "function" ? form`builtins.seq ${g.anything()} (_: ${g.expression(type.to)})` : undefined,
  (g, type) => form`{ __functor = s: ${g.expression(type)}; }`,
];

/** By the type that they yield. */
export const callsByResult: Readonly<Record<Type["kind"], readonly Make[]>> = {
  int: ints,
  float: floats,
  bool: bools,
  string: stringMakers,
  null: [
    () => form`builtins.fromJSON "null"`,
    () => form`builtins.break null`,
    (g) => form`builtins.match "x" ${g.expression(string)}`,
    (g) => form`builtins.unsafeGetAttrPos "none" ${g.expression(numbers)}`,
  ],
  path: paths,
  list: lists,
  set: sets,
  function: functions,
  derivation: [
    (g) => form`${g.expression(derivation)} // { ${g.random.pick(["a = 1;", "meta = { };", 'outPath = "/x";'])} }`,
    (g) => form`${g.expression(derivation)}.${g.random.pick(["out", "dev", "all"])}`,
  ],
};
