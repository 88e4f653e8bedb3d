import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pendingUnitsIn } from "./pending-units.ts";
import { readSwitchDescription } from "./switch-description.ts";
import { switchJournalAt, type SwitchRecord } from "./switch-journal.ts";

test("a journal is there from its first record until it is closed", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-journal-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const journal = switchJournalAt(join(folder, "state/journal.json"));
  assert.equal(journal.read(), undefined);
  const record: SwitchRecord = {
    from: "/nix/store/a",
    to: "/nix/store/b",
    phase: "activating",
    boot: "1",
    loader: null,
    before: { ran: ["a.service"], failed: [], unhealthy: [] },
    profile: { path: "/p", generation: "/p-2-link", isNew: true },
  };
  journal.write(record);
  journal.write({ ...record, phase: "starting" });
  assert.deepEqual(journal.read(), { ...record, phase: "starting" });
  assert.deepEqual(readdirSync(join(folder, "state")), ["journal.json"]);
  journal.close();
  assert.equal(journal.read(), undefined);
});

test("NixOS's lists are added to, read without doubles, and cleared", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-lists-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const pending = pendingUnitsIn(folder);
  pending.add("start", ["a.service", "b.service"]);
  pending.add("start", ["a.service"]);
  assert.deepEqual([pending.read("start"), pending.read("reload")], [["a.service", "b.service"], []]);
  pending.clear("start");
  writeFileSync(join(folder, "activation-restart-list"), "c.service\n");
  assert.deepEqual([pending.takeAsked("restart"), readdirSync(folder)], [["c.service"], []]);
});

test("a description of another form is refused, and its system's own program named", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-description-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = { storeDir: folder, realStoreDir: folder };
  assert.equal(readSwitchDescription(join(folder, "none"), store), undefined);
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a/switch.json"), `{ "program": "/nix/store/firn" }`);
  assert.throws(
    () => readSwitchDescription(join(folder, "a"), store),
    /switch\.json' is not of a form that this Firn knows/,
  );
});
