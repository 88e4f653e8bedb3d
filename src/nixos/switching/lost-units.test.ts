import assert from "node:assert/strict";
import { test } from "node:test";
import { lostUnits } from "./lost-units.ts";
import type { UnitFolder } from "./read-system.ts";
import type { RunningUnits } from "./running-units.ts";

function folderOf(units: Readonly<Record<string, string>>): UnitFolder {
  const entries = Object.entries(units).map(([name, text]) => [name, { kind: "file", text }] as const);
  const wanted = Object.keys(units).filter((name) => name !== "other.service");
  return {
    units: new Map([["default.target", { kind: "file", text: "[Unit]\n" }], ...entries]),
    dropIns: new Map(),
    pulledIn: new Map([["default.target", wanted]]),
    aliases: new Map(),
  };
}

function running(...names: readonly string[]): RunningUnits {
  return new Map(names.map((name) => [name, { state: "active", fragmentPath: `/etc/systemd/system/${name}` }]));
}

/** What is lost of units that all ran before. */
function check(
  units: Readonly<Record<string, string>>,
  after: RunningUnits,
  touched: readonly string[] = [],
): string[] {
  const ran = [...Object.keys(units), "gone.service"];
  return lostUnits({ ran, after, folder: folderOf(units), touched: new Set(touched) });
}

test("what the new system starts by itself, and does not run any more, is lost", () => {
  const units = { "a.service": "[Service]\nExecStart=/a\n", "a.socket": "[Socket]\n", "b.timer": "[Timer]\n" };
  assert.deepEqual(check(units, running(), ["a.service"]), ["a.service", "a.socket", "b.timer"]);
  assert.deepEqual(check(units, running("a.service", "a.socket", "b.timer"), ["a.service"]), []);
  // What is still starting, or has failed, is no loss: others tell of it.
  const starting: RunningUnits = new Map([["a.service", { state: "activating", fragmentPath: "" }]]);
  assert.deepEqual(check({ "a.service": "[Service]\n" }, starting, ["a.service"]), []);
});

test("a service may end by itself", () => {
  const ends = (text: string, touched: readonly string[] = ["a.service"]) =>
    check({ "a.service": text }, running(), touched);
  assert.deepEqual(ends("[Service]\nType=oneshot\n"), []);
  assert.deepEqual(ends("[Service]\nType=oneshot\nRemainAfterExit=true\n"), ["a.service"]);
  assert.deepEqual(ends("[Unit]\nConditionPathExists=/x\n[Service]\n"), []);
  assert.deepEqual(ends("[Service]\n", []), []);
  assert.deepEqual(ends("[Service]\nRestart=always\n", []), ["a.service"]);
});

test("what only others start, or nobody has any more, is not lost", () => {
  assert.deepEqual(check({ "other.service": "[Service]\n" }, running(), ["other.service", "gone.service"]), []);
});

test("an instance is as its template and its drop-ins say", () => {
  const folder: UnitFolder = {
    units: new Map([
      ["default.target", { kind: "file", text: "[Unit]\nWants=a@1.service\n" }],
      ["a@.service", { kind: "file", text: "[Service]\n" }],
    ]),
    dropIns: new Map([["a@1.service", [{ kind: "file", text: "[Service]\nType=oneshot\n" }]]]),
    pulledIn: new Map(),
    aliases: new Map(),
  };
  const looks = { ran: ["a@1.service"], after: running(), touched: new Set(["a@1.service"]) };
  assert.deepEqual(lostUnits({ ...looks, folder }), []);
  assert.deepEqual(lostUnits({ ...looks, folder: { ...folder, dropIns: new Map() } }), ["a@1.service"]);
});
