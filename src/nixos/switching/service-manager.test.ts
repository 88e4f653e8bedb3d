import assert from "node:assert/strict";
import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lastChange } from "./service-manager.ts";

test("the youngest of folders, of what lies in them and of links counts; what is not there does not", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-units-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const changed = (...names: readonly string[]): number =>
    Math.max(...names.map((name) => lstatSync(join(folder, name)).ctimeMs));
  mkdirSync(join(folder, "units/a.service.d"), { recursive: true });
  mkdirSync(join(folder, "elsewhere"));
  writeFileSync(join(folder, "units/a.service.d/b.conf"), "[Unit]\n");
  symlinkSync(join(folder, "elsewhere"), join(folder, "static"));
  writeFileSync(join(folder, "elsewhere/later"), "");

  assert.equal(lastChange([join(folder, "missing")]), 0);
  assert.equal(lastChange([join(folder, "static")]), changed("static"));
  const units = ["units", "units/a.service.d", "units/a.service.d/b.conf"];
  assert.equal(lastChange([join(folder, "units"), join(folder, "missing")]), changed(...units));
  writeFileSync(join(folder, "units/a.service.d/b.conf"), "[Service]\n");
  assert.equal(lastChange([join(folder, "units")]), changed(...units));
});
