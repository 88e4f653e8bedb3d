// A project goes into a link and comes back; a link that somebody made or broke is refused in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { FirnError } from "#formats";
import { checkProject, decodeProject, encodeProject, type Project } from "../index.ts";

const project: Project = {
  files: [
    { name: "main.nix", text: "import ./lib/ä.nix" },
    { name: "lib/b.nix", text: '"\u{1f5fb}\0"' },
  ],
  open: "lib/b.nix",
  view: "xml",
  strict: false,
  showTrace: true,
};

const linkOf = (text: string | Uint8Array): string => `1.${deflateRawSync(text).toString("base64url")}`;

test("a project comes back from its link as it was", async () => {
  const link = await encodeProject(project);
  assert.match(link, /^1\.[\w-]+$/);
  assert.deepEqual(await decodeProject(link), project);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (text) => {
      const one = { ...project, files: [{ name: "x", text }], open: "x" };
      assert.deepEqual(await decodeProject(await encodeProject(one)), one);
    }),
    { numRuns: 50 },
  );
});

test("what is missing in a project is filled in", () => {
  const files = [{ name: "a.nix", text: "1" }];
  const filled = { files, open: "a.nix", view: "value", strict: true, showTrace: false };
  assert.deepEqual(checkProject({ files, open: "b.nix", view: "html", more: 1 }), filled);
});

test("a project that is none is refused, with the reason", () => {
  const check = (data: unknown, words: RegExp): void => {
    assert.throws(() => checkProject(data), { name: "FirnError", message: words });
  };
  const named = (...names: readonly string[]): unknown => ({ files: names.map((name) => ({ name, text: "" })) });
  check(null, /the project is no object/);
  check({ files: [] }, /it has no files/);
  check({ files: [{ name: "x" }] }, /a file needs a name and a text/);
  check(named(...Array.from({ length: 65 }, (_, index) => `${index}`)), /it has 65 files, 64 are allowed/);
  check({ files: [{ name: "x", text: "x".repeat(1_000_001) }] }, /its files are too large/);
  for (const name of ["", "/", "/etc", "a/", "a//b", ".", "../a", "a/../b", "a b", "ä", "a\n"]) {
    check(named(name), /is no file name/);
  }
  check(named("x".repeat(101)), /the name is too long/);
  check(named("a", "a"), /there is a file 'a' already/);
  check(named("a", "a/b"), /'a' is a file, not a folder/);
  check(named("a/b", "a"), /'a' is a folder already/);
});

test("a broken link is refused, with the reason", async () => {
  const check = (link: string, words: RegExp): Promise<void> =>
    assert.rejects(decodeProject(link), { name: "FirnError", message: words });
  await check("", /it does not begin as links of this page do/);
  await check("2.abc", /it does not begin as links of this page do/);
  await check("1.%", /a part of it is missing or changed/);
  await check((await encodeProject(project)).slice(0, -9), /a part of it is missing or changed/);
  await check(linkOf("{"), /a part of it is missing or changed/);
  await check(linkOf(Uint8Array.of(0x22, 0xff, 0x22)), /a part of it is missing or changed/);
  await check(linkOf("{}"), /it has no files/);
});

test("a link that inflates without measure is stopped on the way", async () => {
  await assert.rejects(decodeProject(linkOf(new Uint8Array(50_000_000))), {
    message: /it holds more than this page takes/,
  });
});

test("no link makes anything but the page's own error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.base64String({ maxLength: 60 }), async (text) => {
      await assert.rejects(decodeProject(`1.${text}`), FirnError);
    }),
  );
});
