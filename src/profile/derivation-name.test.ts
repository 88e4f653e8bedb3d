import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDerivationName, parseSelector } from "./derivation-name.ts";

test("a name ends at the first dash that no letter follows", () => {
  const check = (full: string, name: string, version: string) =>
    assert.deepEqual(parseDerivationName(full), { fullName: full, name, version });
  check("apache-httpd-2.0.48", "apache-httpd", "2.0.48");
  check("hello", "hello", "");
  check("gcc-wrapper-9.3.0-lib", "gcc-wrapper", "9.3.0-lib");
  check("foo-", "foo-", "");
  check("x-_1", "x", "_1");
  check("perl5.30-URI-1.76", "perl5.30-URI", "1.76");
  check("a--b", "a", "-b");
});

test("a selector matches by regular expression on the name and by equality on the version", () => {
  const check = (selector: string, name: string, expected: boolean) =>
    assert.equal(parseSelector(selector).matches(parseDerivationName(name)), expected, `${selector} on ${name}`);
  check("*", "anything-1", true);
  check("hello", "hello-2.10", true);
  check("hell", "hello-2.10", false);
  check("hello-2.10", "hello-2.10", true);
  check("hello-2.9", "hello-2.10", false);
  check(".*zip.*", "unzip-6.0", true);
  check("g\\+\\+", "g++-9", true);
  check("python[23]", "python3-3.8", true);
  check("lib[[:alpha:]]+", "libfoo-1", true);
  check("lib[[:digit:]]+", "libfoo-1", false);
  check("[]a]", "]", true);
  check("[^]a]", "b", true);
  check("[\\]", "\\", true);
  check("a|b", "b-1", true);
});

test("a pattern that cannot be read is an error", () => {
  assert.throws(() => parseSelector("a[").matches(parseDerivationName("x")), {
    message: "invalid regular expression 'a['",
  });
});
