// Expected texts are those of the real Nix (`nix-instantiate --eval` and `toString`).

import assert from "node:assert/strict";
import { test } from "node:test";
import { printFloat, printFloatFixed } from "./float-format.ts";

const cases: readonly [value: number, printed: string, asString: string][] = [
  [1, "1", "1.000000"],
  [1.5, "1.5", "1.500000"],
  [0.1 + 0.2, "0.3", "0.300000"],
  [1e20, "1e+20", "100000000000000000000.000000"],
  [1e22, "1e+22", "10000000000000000000000.000000"],
  [1e-5, "1e-05", "0.000010"],
  [0.0001, "0.0001", "0.000100"],
  [123456789, "1.23457e+08", "123456789.000000"],
  [999999.5, "1e+06", "999999.500000"],
  [100000, "100000", "100000.000000"],
  [-2.25, "-2.25", "-2.250000"],
  [-0, "-0", "-0.000000"],
  [Infinity, "inf", "inf"],
];

for (const [value, printed, asString] of cases) {
  test(`${printed} is printed as Nix prints it`, () => {
    assert.equal(printFloat(value), printed);
    assert.equal(printFloatFixed(value), asString);
  });
}
