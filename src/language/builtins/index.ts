// All builtins, as one table. It is made anew for each evaluator, because some builtins remember things between calls: the
// compiled regular expressions, the hashes of derivations.
//
// Not here: getFlake, which comes with flakes, and exec and importNative.

import type { BuiltinTable } from "../values/prim-op.ts";
import { arithmeticBuiltins } from "./arithmetic.ts";
import { makeAttrBuiltins } from "./attrs.ts";
import { constants } from "./constants.ts";
import { contextBuiltins } from "./context.ts";
import { controlBuiltins } from "./control.ts";
import { outputOfBuiltins } from "./derivation/output-of.ts";
import { makeDerivationBuiltins } from "./derivation/strict.ts";
import { internalFiles } from "./derivation/wrapper.ts";
import { environmentBuiltins } from "./environment.ts";
import { fetchClosureBuiltins } from "./fetch-closure.ts";
import { fetchMercurialBuiltins } from "./fetch-mercurial.ts";
import { fetchTreeBuiltins } from "./fetch-tree.ts";
import { fetchBuiltins } from "./fetch.ts";
import { flakeReferenceBuiltins } from "./flake-references.ts";
import { genericClosureBuiltins } from "./generic-closure.ts";
import { hashBuiltins } from "./hashing.ts";
import { importBuiltins } from "./import.ts";
import { jsonBuiltins } from "./json.ts";
import { listBuiltins } from "./lists.ts";
import { sortBuiltins } from "./sort.ts";
import { pathBuiltins } from "./paths.ts";
import { makeRegexBuiltins } from "./regex.ts";
import { storeObjectBuiltins } from "./store-objects.ts";
import { stringBuiltins } from "./strings.ts";
import { tomlBuiltins } from "./toml.ts";
import { typeBuiltins } from "./types.ts";
import { versionBuiltins } from "./versions.ts";
import { xmlBuiltins } from "./xml.ts";

export function createBuiltins(): BuiltinTable {
  return {
    constants,
    primOps: [
      ...contextBuiltins,
      ...importBuiltins,
      ...typeBuiltins,
      ...genericClosureBuiltins,
      ...controlBuiltins,
      ...environmentBuiltins,
      ...makeDerivationBuiltins(),
      ...outputOfBuiltins,
      ...pathBuiltins,
      ...storeObjectBuiltins,
      ...hashBuiltins,
      ...xmlBuiltins,
      ...jsonBuiltins,
      ...tomlBuiltins,
      ...makeAttrBuiltins(),
      ...listBuiltins,
      ...sortBuiltins,
      ...arithmeticBuiltins,
      ...stringBuiltins,
      ...makeRegexBuiltins(),
      ...versionBuiltins,
      ...fetchBuiltins,
      ...fetchTreeBuiltins,
      ...fetchMercurialBuiltins,
      ...fetchClosureBuiltins,
      ...flakeReferenceBuiltins,
    ],
    internalFiles,
  };
}

export { compareVersions, type PackageName, parsePackageName, splitVersion } from "./version-order.ts";
export { parseJson } from "./json/parse.ts";
export { printJson, type JsonOptions } from "./json/print.ts";
export { printXml, writeXml, type XmlOptions } from "./xml.ts";
export { nixVersion } from "./constants.ts";
export { derivationReference } from "./derivation/output-of.ts";
export { asLanguageError, withLanguageErrors } from "./foreign-error.ts";
export { requireFeature } from "./features.ts";
export { inputContext } from "./input-attributes.ts";
export { treeAttributes } from "./fetch-tree.ts";
export { realiseContext } from "./realise.ts";
export { RegexError } from "./regex/syntax.ts";
export { Regex } from "./regex/regex.ts";
