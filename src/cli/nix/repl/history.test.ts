// The file of the lines that were typed.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { historyFile, readHistory, writeHistory } from "./history.ts";

test("it lies where Nix keeps data", () => {
  assert.equal(historyFile({}), join(homedir(), ".local/share/nix/repl-history"));
  assert.equal(historyFile({ XDG_DATA_HOME: "/data" }), "/data/nix/repl-history");
  assert.equal(historyFile({ XDG_DATA_HOME: "/data", NIX_DATA_HOME: "/nix-data" }), "/nix-data/repl-history");
});

test("the newest thousand lines are kept, the oldest first, for nobody else to read", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-history-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "below/repl-history");
  assert.deepEqual(readHistory(file), []);
  const lines = Array.from({ length: 1001 }, (_, index) => `line ${1001 - index}`);
  writeHistory(file, lines);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(readFileSync(file, "utf8").startsWith("line 2\nline 3\n"));
  assert.deepEqual(readHistory(file), lines.slice(0, 1000));
});
