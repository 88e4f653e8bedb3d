// The names that are symbols before a program begins, in the order in which Nix makes them: its builtins as they are
// registered, then the names in its file of `derivation`. The order shows wherever sets are walked by symbol; see symbols.ts.

/** `__x` stands for itself and for `x` behind it. */
const names = `
builtins true false null __currentTime __currentSystem __nixVersion __storeDir __langVersion __traceVerbose nixPath
scopedImport import __typeOf isNull __isFunction __isInt __isFloat __isString __isBool __isPath __genericClosure break
abort throw __addErrorContext __ceil __floor __tryEval __getEnv __seq __deepSeq __trace __warn derivationStrict
placeholder __toPath __storePath __pathExists baseNameOf dirOf __readFile findFile __hashFile __readFileType __readDir
__toXML __toJSON __fromJSON __toFile __filterSource __path __attrNames __attrValues __getAttr __unsafeGetAttrPos
__hasAttr __isAttrs removeAttrs __listToAttrs __intersectAttrs __catAttrs __functionArgs __mapAttrs __zipAttrsWith
__isList __elemAt __head __tail map __filter __elem __concatLists __length __foldl' __any __all __genList __sort
__partition __groupBy __concatMap __add sub mul div __bitAnd __bitOr __bitXor lessThan toString __substring
__stringLength __hashString __convertHash __match __split __concatStringsSep __replaceStrings __parseDrvName
__compareVersions __splitVersion __unsafeDiscardStringContext __hasContext __unsafeDiscardOutputDependency
__addDrvOutputDependencies __getContext __appendContext fetchMercurial fetchTree fetchFinalTree __fetchurl
fetchTarball fetchGit fromTOML __getFlake __parseFlakeRef __flakeRefToString derivation strict drvAttrs commonAttrs
outputsList x outputToAttrListElement
`;

export const builtinNames: readonly string[] = names
  .trim()
  .split(/\s+/)
  .flatMap((name) => (name.startsWith("__") ? [name, name.slice(2)] : [name]));
