# Values of GVariant, which dconf keeps its settings in. Each becomes the text form of GLib when it becomes a string.
{ lib }:

let
  inherit (builtins) all filter head isAttrs isBool isFloat isInt isList isString typeOf;
  inherit (lib) concatMapStringsSep escape;

  type = {
    arrayOf = t: "a${t}";
    maybeOf = t: "m${t}";
    tupleOf = types: "(${lib.concatStrings types})";
    dictionaryEntryOf = key: value: "{${key}${value}}";
    string = "s";
    boolean = "b";
    uchar = "y";
    int16 = "n";
    uint16 = "q";
    int32 = "i";
    uint32 = "u";
    int64 = "x";
    uint64 = "t";
    double = "d";
    variant = "v";
  };

  make = type: value: show: { _type = "gvariant"; inherit type value; __toString = show; };
  annotated = type: value: make type value (self: "@${self.type} ${toString self.value}");

  # The constructors for integers, the likelier ones first, with their bounds.
  integers = [
    { name = "mkInt32"; type = type.int32; min = -2147483648; max = 2147483647; }
    { name = "mkUint32"; type = type.uint32; min = 0; max = 4294967295; }
    { name = "mkInt64"; type = type.int64; min = null; max = null; }
    { name = "mkUint64"; type = type.uint64; min = 0; max = null; }
    { name = "mkInt16"; type = type.int16; min = -32768; max = 32767; }
    { name = "mkUint16"; type = type.uint16; min = 0; max = 65535; }
    { name = "mkUchar"; type = type.uchar; min = 0; max = 255; }
  ];
in
rec {
  inherit type;
  intConstructors = integers;

  isGVariant = value: value._type or "" == "gvariant";

  mkValue = value:
    let fits = i: (i.min == null || i.min <= value) && (i.max == null || value <= i.max); in
    if isGVariant value then value
    else if isBool value then mkBoolean value
    else if isFloat value then mkDouble value
    else if isString value then mkString value
    else if isList value then mkArray value
    else if isInt value then throw ''
      The GVariant type for number “${toString value}” is unclear.
      Please wrap the value with one of the following, depending on the value type in GSettings schema:

      ${concatMapStringsSep "\n" (i: "- `lib.gvariant.${i.name}` for `${i.type}`") (filter fits integers)}
    ''
    else if isAttrs value
    then throw "Cannot construct GVariant value from an attribute set. If you want to construct a dictionary, you will need to create an array containing items constructed with `lib.gvariant.mkDictionaryEntry`."
    else throw "The GVariant type of “${typeOf value}” can't be inferred.";

  mkArray = elements:
    let
      values = map mkValue elements;
      elementType = (head values).type;
    in
    if elements == [ ] then throw "Please create empty array with mkEmptyArray."
    else if !all (value: value.type == elementType) values then throw "Elements in a list should have same type."
    else make (type.arrayOf elementType) values (self: "@${self.type} [${concatMapStringsSep "," toString self.value}]");

  mkEmptyArray = elementType: make (type.arrayOf elementType) [ ] (self: "@${self.type} []");
  mkVariant = value: make type.variant (mkValue value) (self: "<${toString self.value}>");

  mkDictionaryEntry = name: value:
    let n = mkValue name; v = mkValue value; in
    make (type.dictionaryEntryOf n.type v.type) { inherit name value; } (self: "@${self.type} {${n},${v}}");

  mkMaybe = elementType: value:
    make (type.maybeOf elementType) value
      (self: if self.value == null then "@${self.type} nothing" else "just ${toString self.value}");
  mkNothing = elementType: mkMaybe elementType null;
  mkJust = value: let v = mkValue value; in mkMaybe v.type v;

  mkTuple = elements:
    let values = map mkValue elements; in
    make (type.tupleOf (map (value: value.type) values)) values
      (self: "@${self.type} (${concatMapStringsSep "," toString self.value})");

  mkBoolean = value: make type.boolean value (self: lib.boolToString self.value);
  mkString = value: make type.string value (self: "'${lib.replaceString "\n" "\\n" (escape [ "'" "\\" ] self.value)}'");
  mkObjectpath = value: make type.string value (self: "objectpath '${escape [ "'" ] self.value}'");
  mkInt32 = value: make type.int32 value (self: toString self.value);
  mkDouble = value: make type.double value (self: toString self.value);
  mkUchar = annotated type.uchar;
  mkInt16 = annotated type.int16;
  mkUint16 = annotated type.uint16;
  mkUint32 = annotated type.uint32;
  mkInt64 = annotated type.int64;
  mkUint64 = annotated type.uint64;
}
