# Numbers, with and without bounds.
{ lib, base }:

let
  inherit (lib.options) mergeEqualOption;
  inherit (base) addCheck mkOptionType;

  restricted = type: check: name: description:
    addCheck type check // { inherit name description; descriptionClass = "nonRestrictiveClause"; };

  inclusive = show: lowest: highest: "${show lowest} and ${show highest} (both inclusive)";
in
rec {
  int = mkOptionType {
    name = "int";
    description = "signed integer";
    descriptionClass = "noun";
    check = builtins.isInt;
    merge = mergeEqualOption;
  };

  float = mkOptionType {
    name = "float";
    description = "floating point number";
    descriptionClass = "noun";
    check = builtins.isFloat;
    merge = mergeEqualOption;
  };

  number = lib.types.either int float;

  ints =
    let
      between = lowest: highest:
        assert lib.assertMsg (lowest <= highest) "ints.between: lowest must be smaller than highest";
        addCheck int (n: n >= lowest && n <= highest) // {
          name = "intBetween";
          description = "integer between ${inclusive toString lowest highest}";
        };
      sized = sign: name: bits: lowest: highest: between lowest highest // {
        name = "${name}${toString bits}";
        description = "${toString bits} bit ${sign} integer; between ${inclusive toString lowest highest}";
      };
      unsigned = bits: count: sized "unsigned" "unsignedInt" bits 0 (count - 1);
      signed = bits: count: sized "signed" "signedInt" bits (-(count / 2)) (count / 2 - 1);
    in
    {
      inherit between;
      unsigned = restricted int (n: n >= 0) "unsignedInt" "unsigned integer, meaning >=0";
      positive = restricted int (n: n > 0) "positiveInt" "positive integer, meaning >0";
      u8 = unsigned 8 256;
      u16 = unsigned 16 65536;
      u32 = unsigned 32 4294967296;
      s8 = signed 8 256;
      s16 = signed 16 65536;
      s32 = signed 32 4294967296;
    };

  port = ints.u16;

  numbers = {
    between = lowest: highest:
      assert lib.assertMsg (lowest <= highest) "numbers.between: lowest must be smaller than highest";
      addCheck number (n: n >= lowest && n <= highest) // {
        name = "numberBetween";
        description = "integer or floating point number between ${inclusive builtins.toJSON lowest highest}";
      };
    nonnegative =
      restricted number (n: n >= 0) "numberNonnegative" "nonnegative integer or floating point number, meaning >=0";
    positive = restricted number (n: n > 0) "numberPositive" "positive integer or floating point number, meaning >0";
  };
}
