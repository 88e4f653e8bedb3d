import assert from "node:assert/strict";
import { test } from "node:test";

import { parseDeb822Sources, parseOneLineSources } from "./apt-sources.ts";
import { parseStanzas } from "./control-stanzas.ts";
import { parseRelations } from "./relations.ts";

test("stanzas are parted by blank lines, and continuation lines belong to their field", () => {
  const text = "# note\nPackage: a\nDescription: short\n long\n .\n\n\nPackage: b\n";
  const stanzas = [...parseStanzas(text)].map((stanza) => Object.fromEntries(stanza));
  assert.deepEqual(stanzas, [{ package: "a", description: "short\nlong\n." }, { package: "b" }]);
});

test("a line that is no field is named by its number", () => {
  assert.throws(() => [...parseStanzas("Package: a\nrubbish\n")], /line 2 is neither/);
  assert.throws(() => [...parseStanzas(" lost\n")], /line 1 continues/);
});

test("a relation field is clauses of alternatives, with versions and without qualifiers", () => {
  assert.deepEqual(parseRelations("libc6 (>= 2.34), a:any | b (<< 1:2~) , python3:any (>= 3.11~) [amd64] <!nocheck>"), [
    [{ name: "libc6", constraint: { relation: ">=", version: "2.34" } }],
    [{ name: "a" }, { name: "b", constraint: { relation: "<<", version: "1:2~" } }],
    [{ name: "python3", constraint: { relation: ">=", version: "3.11~" } }],
  ]);
  assert.deepEqual(parseRelations(undefined), []);
  assert.throws(() => parseRelations("a (> )"), /no relation/);
});

test("a one-line source gives its uri, suite, components and options", () => {
  const text =
    "# a note\ndeb [arch=amd64 signed-by=/k.gpg] http://mirror/debian/ stable main contrib # end\ndeb-src http://mirror/debian stable main\n";
  assert.deepEqual(parseOneLineSources(text, "f"), [
    {
      uri: "http://mirror/debian",
      suite: "stable",
      components: ["main", "contrib"],
      signedBy: ["/k.gpg"],
      architectures: ["amd64"],
    },
  ]);
});

test("a deb822 source is one for each of its uris and suites", () => {
  const text =
    "Types: deb deb-src\n# comment\nURIs: http://mirror/debian\nSuites: stable stable-updates\nComponents: main\nSigned-By: /k.gpg\n\nEnabled: no\nTypes: deb\nURIs: http://x\nSuites: y\n\nTypes: deb\nURIs: cdrom:x\nSuites: y\n";
  assert.deepEqual(
    parseDeb822Sources(text, "f").map(({ uri, suite, signedBy }) => [uri, suite, signedBy]),
    [
      ["http://mirror/debian", "stable", ["/k.gpg"]],
      ["http://mirror/debian", "stable-updates", ["/k.gpg"]],
    ],
  );
});

test("a source that cannot be read is named by file and line", () => {
  assert.throws(() => parseOneLineSources("\ndeb http://mirror\n", "/etc/apt/sources.list"), /sources.list', line 2/);
});
