import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIntegerWithSuffix, Settings } from "./settings.ts";

test("numbers may carry a suffix of powers of 1024", () => {
  const check = (text: string, expected: number | undefined) =>
    assert.equal(parseIntegerWithSuffix(text), expected, text);
  check("12", 12);
  check("2K", 2048);
  check("3m", 3 * 1024 ** 2);
  check("1G", 1024 ** 3);
  check("-1", -1);
  check("1.5", undefined);
  check("K", undefined);
  check("", undefined);
});

test("values are checked by the type of the setting, in Nix's words", () => {
  const check = (name: string, value: string, message: string) =>
    assert.throws(() => new Settings().set(name, value), { message });
  check("keep-going", "maybe", "Boolean setting 'keep-going' has invalid value 'maybe'");
  check("cores", "many", "setting 'cores' has invalid value 'many'");
  check("sandbox", "loose", "option 'sandbox' has invalid value 'loose'");
  check(
    "lint-url-literals",
    "loud",
    "option 'lint-url-literals' has invalid value 'loud' (expected 'ignore', 'warn', or 'fatal')",
  );
  check("max-jobs", "all", "configuration setting 'max-jobs' should be 'auto' or an integer");
});

test("lists are added to by extra-, older names mean today's, unknown names are told once", () => {
  const settings = new Settings();
  settings.set("system-features", "a b");
  settings.set("extra-system-features", "c");
  assert.deepEqual(settings.list("system-features"), ["a", "b", "c"]);
  settings.set("gc-keep-outputs", "true");
  assert.equal(settings.boolean("keep-outputs"), true);
  settings.set("extra-cores", "1");
  settings.set("nonsense", "1");
  assert.deepEqual(settings.takeUnknown(), ["extra-cores", "nonsense"]);
  assert.deepEqual(settings.takeUnknown(), []);
});
