// What fails wherever it stands, by each way there is to fail.

import type { Generator } from "./generator.ts";
import { atom, closed, form, type Node } from "./tree.ts";
import { attributeNames, bool, fn, int, list, set, string } from "./types.ts";

export const failures: readonly ((g: Generator) => Node)[] = [
  (g) => form`throw ${g.expression(string)}`,
  (g) => form`abort ${g.expression(string)}`,
  (g) => form`assert ${g.expression(bool)}; ${g.anything()}`,
  () => atom("(assert false; 1)"),
  (g) => form`assert ${g.expression(list(int))} == ${g.expression(list(int))}; 1`,
  (g) => form`assert ${g.expression(set({ a: int, b: string }))} == ${g.expression(set({ a: int, b: string }))}; 1`,
  (g) => atom(g.random.pick(["nothing", "ad", "mapp", "builtin", "__nothing"])),
  (g) => form`${g.expression(set({ a: int }))}.${g.random.pick(attributeNames)}`,
  (g) => form`${g.anything()}.${g.random.pick(attributeNames)}`,
  (g) => form`${g.anything()} ${g.anything()}`,
  (g) => form`${g.anything()}.a.b or ${g.anything()}`,
  (g) => form`${g.expression(set({ a: int, b: int }))}.${closed`\${${g.expression(string)}}`}`,
  () => atom("(let x = x; in x)"),
  () => atom("(let f = n: f (n + 1); in f 0)"),
  () => atom("(rec { a = b; b = a; }).a"),
  () => form`9223372036854775807 + 1`,
  () => form`1 / 0`,
  () => form`builtins.head [ ]`,
  (g) => form`({ a, b ? 1 }: a) ${g.expression(set({ a: int, c: int }))}`,
  (g) => form`({ abc }: abc) { ${g.random.pick(["abd", "ab", "x"])} = 1; }`,
  (g) => form`{ \${${g.expression(string)}} = 1; \${${g.expression(string)}} = 2; }`,
  (g) =>
    form`${g.anything()} ${g.random.pick(["+", "-", "*", "/", "++", "//", "<", "<=", ">", ">=", "&&", "||", "->", "=="])} ${g.anything()}`,
  (g) => form`${g.random.pick(["!", "-"])}${g.anything()}`,
  (g) => closed`"${"a"}\${${g.anything()}}"`,
  (g) => form`if ${g.anything()} then ${g.anything()} else ${g.anything()}`,
  (g) => form`with ${g.anything()}; ${g.random.pick(attributeNames.slice(0, 5))}`,
  (g) =>
    form`import ${g.random.pick(["./data/syntax-error.nix", "./none.nix", "./data/scoped.nix", "./data/throws.nix"])}`,
  (g) => form`builtins.addErrorContext ${g.expression(string)} ${g.anything()}`,
  (g) => form`toString ${g.anything()}`,
  (g) => form`map ${g.anything()} ${g.anything()}`,
  (g) => form`${g.expression(fn(int, int))} ${g.anything()}`,
  (g) => form`builtins.getAttr ${g.expression(string)} ${g.expression(set({ ab: int, abc: int }))}`,
  (g) => form`${g.random.pick(unusual)} ${g.anything()}`,
  (g) => form`${g.random.pick(unusual)} ${g.anything()} ${g.anything()}`,
  (g) => form`${g.random.pick(unusual)} ${g.anything()} ${g.anything()} ${g.anything()}`,
];

/** Every builtin but those that reach the network or tell the time. */
export const builtinNames: readonly string[] = (
  "abort add addDrvOutputDependencies addErrorContext all any appendContext attrNames attrValues baseNameOf bitAnd bitOr bitXor " +
  "break catAttrs ceil compareVersions concatLists concatMap concatStringsSep convertHash deepSeq derivation derivationStrict " +
  "dirOf div elem elemAt filter filterSource findFile flakeRefToString floor foldl' fromJSON fromTOML functionArgs genList " +
  "genericClosure getAttr getContext getEnv groupBy hasAttr hasContext hashFile hashString head import intersectAttrs isAttrs " +
  "isBool isFloat isFunction isInt isList isNull isPath isString length lessThan listToAttrs map mapAttrs match mul " +
  "parseDrvName parseFlakeRef partition path pathExists placeholder readDir readFile readFileType removeAttrs replaceStrings " +
  "scopedImport seq sort split splitVersion storePath stringLength sub substring tail throw toFile toJSON toPath toString toXML " +
  "trace traceVerbose tryEval typeOf unsafeDiscardOutputDependency unsafeDiscardStringContext unsafeGetAttrPos warn zipAttrsWith"
).split(" ");

const unusual: readonly string[] = [
  ...builtinNames.map((name) => `builtins.${name}`),
  ...builtinNames.filter((name) => name !== "derivation").map((name) => (globals().has(name) ? name : `__${name}`)),
];

function globals(): ReadonlySet<string> {
  return new Set(
    "abort baseNameOf break derivation derivationStrict dirOf fromTOML import isNull map placeholder removeAttrs scopedImport throw toString".split(
      " ",
    ),
  );
}
