// The parts of the language that are written in the language: `derivation` around derivationStrict, the same for a .drv
// that is imported, and `<nix/fetchurl.nix>`. Traces show lines of the first one, so those that they can show are as in
// Nix, with line and column; everything else about it is free.

export const derivationPath = "\xc2\xabnix-internal\xc2\xbb/derivation-internal.nix";
export const importedDerivationPath = "\xc2\xabnix-internal\xc2\xbb/imported-drv-to-derivation.nix";
const fetchurlPath = "<nix/fetchurl.nix>";

const derivationText = `# \`derivation\`: derivationStrict, made lazy. Below the comments its lines
# stand where traces of Nix have them.
#
# Nothing is instantiated until one of the paths is needed, and then once,
# however many outputs are looked at; everything else in the result can be
# used without it. A package set with thousands of derivations therefore
# costs no more than those of them that are built or printed.

/**
  Describes how to build something.

  The argument is a set with at least \`name\`, \`system\` and \`builder\`. Its
  other attributes become environment variables of the builder, except
  \`args\`, which are its arguments, and some that begin with two underscores.

  The result is the argument with further attributes:

  - for each name in \`outputs\` (by default only \`out\`) the same derivation
    seen from that output;
  - \`outPath\`, the store path of the output it is seen from, so that it can
    be interpolated into a string;
  - \`drvPath\`, the store path of the .drv file;
  - \`all\`, the list of the views of all outputs;
  - \`type\`, which is "derivation", \`outputName\` and \`drvAttrs\`.

  The whole set is the view of the first output. All strings in it that name
  outputs refer to the derivation in their context, so that whoever uses them
  depends on it.
*/
drvAttrs@{
  outputs ? [ "out" ],
  ...
}:

let

  strict = derivationStrict drvAttrs;

  commonAttrs =
    drvAttrs
    // (builtins.listToAttrs outputsList)
    // {
      all = map (x: x.value) outputsList;
      inherit drvAttrs;
    };

  outputToAttrListElement = outputName: {
    name = outputName;
    value = commonAttrs // {
      outPath = builtins.getAttr outputName strict;
      drvPath = strict.drvPath;
      type = "derivation";
      inherit outputName;
    };
  };

  outputsList = map outputToAttrListElement outputs;

in
(builtins.head outputsList).value
`;

const importedDerivationText = `drv@{ drvPath, outputs, name, ... }:

let
  common = builtins.listToAttrs views // {
    all = map (view: view.value) views;
    inherit drvPath name;
    type = "derivation";
  };

  viewFrom = outputName: {
    name = outputName;
    value = common // {
      outPath = builtins.getAttr outputName drv;
      inherit outputName;
    };
  };

  views = map viewFrom outputs;
in
(builtins.head views).value
`;

const fetchurlText = `# A derivation that downloads a file with the builder that comes with the store.
{
  # Accepted for the sake of old callers.
  system ? "",
  url,
  # One of these tells what the file must be; \`hash\` names its own algorithm.
  hash ? "",
  md5 ? "",
  sha1 ? "",
  sha256 ? "",
  sha512 ? "",
  outputHash ?
    if hash != "" then
      hash
    else if sha512 != "" then
      sha512
    else if sha1 != "" then
      sha1
    else if md5 != "" then
      md5
    else
      sha256,
  outputHashAlgo ?
    if hash != "" then
      ""
    else if sha512 != "" then
      "sha512"
    else if sha1 != "" then
      "sha1"
    else if md5 != "" then
      "md5"
    else
      "sha256",
  executable ? false,
  unpack ? false,
  name ? baseNameOf (toString url),
  impure ? false,
}:

derivation (
  {
    inherit name url executable unpack;
    system = "builtin";
    builder = "builtin:fetchurl";
    # An archive of a tree when it is unpacked, or has to carry the executable bit.
    outputHashMode = if unpack || executable then "recursive" else "flat";
    preferLocalBuild = true;
    # Without effect here, but part of what the derivation hashes to.
    impureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
    urls = [ url ];
  }
  // (if impure then { __impure = true; } else { inherit outputHashAlgo outputHash; })
)
`;

/** By the path under which the evaluator knows them. */
export const internalFiles: ReadonlyMap<string, string> = new Map([
  [derivationPath, derivationText],
  [importedDerivationPath, importedDerivationText],
  [fetchurlPath, fetchurlText],
]);
