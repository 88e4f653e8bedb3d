# Reads the lock's folder. A package's record lies in the shard that the hash of its name tells, so evaluating one package
# reads only the shards of its dependencies.
{ lock, mirror }:

let
  remake = "make it anew with `firn lock`";

  # Each file is one line of JSON, an object; so one that is cut off is seen before it is parsed.
  read = file:
    let
      text = builtins.readFile (lock + "/${file}");
      length = builtins.stringLength text;
    in
    if length < 3 || builtins.substring (length - 2) 2 text != "}\n"
    then throw "the lock's file '${toString lock}/${file}' is cut off; ${remake}"
    else builtins.addErrorContext "while reading the lock's file '${toString lock}/${file}'; if it is damaged, ${remake}" (builtins.fromJSON text);

  index =
    let found = read "index.json";
    in
    if ! builtins.pathExists (lock + "/index.json") then throw "there is no lock in '${toString lock}'; make one with `firn lock`"
    else if (found.format or null) != 1 then throw "the lock '${toString lock}' is not of format 1; ${remake}"
    else found;

  digits = [ "0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "a" "b" "c" "d" "e" "f" ];
  byDigit = f: builtins.listToAttrs (map (digit: { name = digit; value = f digit; }) digits);
  shardsOf = folder: byDigit (a: byDigit (b: byDigit (c: read "${folder}/${a}${b}${c}.json")));
  shardIn = shards: name:
    let
      hash = builtins.hashString "sha256" name;
      digit = n: builtins.substring n 1 hash;
    in
    shards.${digit 0}.${digit 1}.${digit 2};
  packageShard = shardIn (shardsOf "packages");
  sourceShard = shardIn (shardsOf "sources");

  # Archives beside the first one (…/debian-security beside …/debian) move with it.
  firstUri = (builtins.head index.archives).uri;
  baseOf = number:
    let
      inherit (builtins.elemAt index.archives number) uri;
      length = builtins.stringLength firstUri;
    in
    if mirror != null && builtins.substring 0 length uri == firstUri
    then mirror + builtins.substring length (builtins.stringLength uri) uri
    else uri;

  names = builtins.seq index.format (read "names.json");

  # Each package's is looked up by all that depend on it.
  records = builtins.mapAttrs
    (name: _: let record = (packageShard name).${name}; in record // { url = "${baseOf record.archive}/${record.file}"; })
    names;
in
{
  inherit index names;
  virtuals = read "virtuals.json";

  # A package's record, with its file's address as `url`.
  recordOf = name: records.${name} or (throw "the lock '${toString lock}' has no package '${name}'");

  # A source package: version, and files with url and sha256.
  sourceOf = name:
    let
      record = (sourceShard name).${name} or (throw "the lock has no source package '${name}'");
    in
    record // {
      files = map (file: file // { url = "${baseOf record.archive}/${record.directory}/${file.name}"; }) record.files;
    };
}
