import assert from "node:assert/strict";
import { test } from "node:test";

import { compareDebVersions, satisfiesRelation, upstreamVersion } from "./deb-version.ts";

/** Each pair, older first; the policy's own cases among them. */
const ordered: readonly (readonly [string, string])[] = [
  ["~~", "~~a"],
  ["~~a", "~"],
  ["~", ""],
  ["", "a"],
  ["1.0~beta1~svn1245", "1.0~beta1"],
  ["1.0~beta1", "1.0"],
  ["1.0", "1.0-0.1"],
  ["1.0-1~bpo11+1", "1.0-1"],
  ["1.0-1", "1.0-1+deb12u1"],
  ["1.0-9", "1.0-10"],
  ["1.0a", "1.0+"],
  ["1.0a", "1.0b"],
  ["1.0", "1.0a"],
  ["1.0+dfsg", "1.0.1"],
  ["9:0", "10:0"],
  ["99", "1:0"],
  ["1.2-1-1", "1.2-2-1"],
  ["0.1", "0.10"],
  ["1.99999999999999999998", "1.99999999999999999999"],
];

test("versions are ordered as Debian's policy orders them", () => {
  for (const [older, newer] of ordered) {
    assert.ok(compareDebVersions(older, newer) < 0, `'${older}' is older than '${newer}'`);
    assert.ok(compareDebVersions(newer, older) > 0, `'${newer}' is newer than '${older}'`);
  }
});

test("versions that are written differently can be the same", () => {
  for (const [a, b] of [
    ["1.0", "0:1.0"],
    ["1.0", "1.0-0"],
    ["1.01", "1.1"],
    ["1.0", "1.00"],
  ] as const) {
    assert.equal(compareDebVersions(a, b), 0, `'${a}' and '${b}'`);
  }
});

test("a relation says whether a version satisfies it", () => {
  assert.ok(satisfiesRelation("2.36-9", ">=", "2.34"));
  assert.ok(!satisfiesRelation("2.36-9", "<<", "2.36-9"));
  assert.ok(satisfiesRelation("2.36-9", "<=", "2.36-9"));
  assert.ok(!satisfiesRelation("2.36-9", "=", "2.36-9+b1"));
  assert.ok(!satisfiesRelation("1.0~rc1", ">=", "1.0"));
});

test("a store path is named after upstream's version", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["2.10-3", "2.10"],
    ["2:9.0.1378-2+deb12u2", "9.0.1378"],
    ["1:1.2.13.dfsg-1", "1.2.13"],
    ["1.0~rc1-2", "1.0-rc1"],
    ["4.2+dfsg1-1", "4.2"],
    ["20230311", "20230311"],
    ["1-2-3", "1-2"],
  ];
  for (const [debian, upstream] of cases) assert.equal(upstreamVersion(debian), upstream, debian);
});
