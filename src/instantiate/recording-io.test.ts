import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { deleteTree } from "#host";
import type { EvalSettings } from "#language";
import { Scene, waitForTick, type EvaluationOptions } from "./remembering.test-support.ts";

/** The scene's sources as each case finds them. */
function writeSources(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "dir/sub"), { recursive: true });
  writeFileSync(join(folder, "a.nix"), "1");
  writeFileSync(join(folder, "b.nix"), "2");
  writeFileSync(join(folder, "dir/file"), "text");
  writeFileSync(join(folder, "dir/skipped"), "skipped");
  writeFileSync(join(folder, "dir/sub/default.nix"), "3");
  symlinkSync("a.nix", join(folder, "link.nix"));
  symlinkSync("dir", join(folder, "dirlink"));
}

interface Case {
  readonly source: string;
  readonly edit: (folder: string) => void;
  readonly settings?: Partial<EvalSettings>;
  readonly holds: boolean;
}

const filtered = `builtins.path { path = ./dir; name = "d"; filter = p: t: baseNameOf p != "skipped"; }`;

const cases: Readonly<Record<string, Case>> = {
  "a file that was imported has other contents": {
    source: "import ./a.nix",
    edit: (folder) => writeFileSync(join(folder, "a.nix"), "4"),
    holds: false,
  },
  "a file was touched": {
    source: "import ./a.nix",
    edit: (folder) => utimesSync(join(folder, "a.nix"), 1, 1),
    holds: true,
  },
  "a file was replaced by one with the same contents": {
    source: "import ./a.nix",
    edit: (folder) => {
      writeFileSync(join(folder, "new"), "1");
      renameSync(join(folder, "new"), join(folder, "a.nix"));
    },
    holds: true,
  },
  "a file got other contents and its old date back": {
    source: "import ./a.nix",
    edit: (folder) => {
      utimesSync(join(folder, "a.nix"), 1000, 1000);
      writeFileSync(join(folder, "a.nix"), "4");
      utimesSync(join(folder, "a.nix"), 1000, 1000);
    },
    holds: false,
  },
  "a file that nobody read has other contents": {
    source: "import ./a.nix",
    edit: (folder) => writeFileSync(join(folder, "b.nix"), "5"),
    holds: true,
  },
  "a file that was only looked for has other contents": {
    source: "builtins.pathExists ./b.nix",
    edit: (folder) => appendFileSync(join(folder, "b.nix"), "5"),
    holds: true,
  },
  "what was looked for in vain is there": {
    source: "builtins.pathExists ./none",
    edit: (folder) => writeFileSync(join(folder, "none"), ""),
    holds: false,
  },
  "what was looked for below a missing folder is there": {
    source: "builtins.pathExists ./none/deep",
    edit: (folder) => mkdirSync(join(folder, "none/deep"), { recursive: true }),
    holds: false,
  },
  "what was there has gone": {
    source: "builtins.pathExists ./b.nix",
    edit: (folder) => rmSync(join(folder, "b.nix")),
    holds: false,
  },
  "a file became a folder": {
    source: "builtins.readFileType ./b.nix",
    edit: (folder) => {
      rmSync(join(folder, "b.nix"));
      mkdirSync(join(folder, "b.nix"));
    },
    holds: false,
  },
  "a link leads elsewhere": {
    source: "import ./link.nix",
    edit: (folder) => {
      rmSync(join(folder, "link.nix"));
      symlinkSync("b.nix", join(folder, "link.nix"));
    },
    holds: false,
  },
  "a link to a folder leads to another one": {
    source: "builtins.readFile ./dirlink/file",
    edit: (folder) => {
      mkdirSync(join(folder, "other"));
      writeFileSync(join(folder, "other/file"), "other text");
      rmSync(join(folder, "dirlink"));
      symlinkSync("other", join(folder, "dirlink"));
    },
    holds: false,
  },
  "a folder that was imported has a file instead": {
    source: "import ./dir/sub",
    edit: (folder) => {
      rmSync(join(folder, "dir/sub"), { recursive: true });
      writeFileSync(join(folder, "dir/sub"), "6");
    },
    holds: false,
  },
  "a folder that was listed has one file more": {
    source: "builtins.readDir ./dir",
    edit: (folder) => writeFileSync(join(folder, "dir/more"), ""),
    holds: false,
  },
  "a file in a folder that was listed has other contents": {
    source: "builtins.readDir ./dir",
    edit: (folder) => writeFileSync(join(folder, "dir/file"), "other"),
    holds: true,
  },
  "a folder was listed, and got and lost a file": {
    source: "builtins.readDir ./dir",
    edit: (folder) => {
      writeFileSync(join(folder, "dir/more"), "");
      rmSync(join(folder, "dir/more"));
    },
    holds: true,
  },
  "an entry of a folder that was listed is of another type": {
    source: "builtins.readDir ./dir",
    edit: (folder) => {
      rmSync(join(folder, "dir/file"));
      symlinkSync("x", join(folder, "dir/file"));
    },
    holds: false,
  },
  "a file that was hashed has other contents": {
    source: `builtins.hashFile "md5" ./a.nix`,
    edit: (folder) => writeFileSync(join(folder, "a.nix"), "4"),
    holds: false,
  },
  "a file of a tree that was copied has other contents": {
    source: '"${./dir}"',
    edit: (folder) => writeFileSync(join(folder, "dir/sub/default.nix"), "4"),
    holds: false,
  },
  "a file of a tree that was copied can be executed": {
    source: '"${./dir}"',
    edit: (folder) => chmodSync(join(folder, "dir/file"), 0o755),
    holds: false,
  },
  "a file of a tree that was copied was touched": {
    source: '"${./dir}"',
    edit: (folder) => utimesSync(join(folder, "dir/file"), 1, 1),
    holds: true,
  },
  "a tree that was copied has a file more, deep down": {
    source: '"${./dir}"',
    edit: (folder) => writeFileSync(join(folder, "dir/sub/more"), ""),
    holds: false,
  },
  "a file that the filter left out has other contents": {
    source: filtered,
    edit: (folder) => writeFileSync(join(folder, "dir/skipped"), "other"),
    holds: true,
  },
  "a file that the filter left out has gone": {
    source: filtered,
    edit: (folder) => rmSync(join(folder, "dir/skipped")),
    holds: false,
  },
  "a folder that was filtered has a file more": {
    source: filtered,
    edit: (folder) => writeFileSync(join(folder, "dir/more"), ""),
    holds: false,
  },
  "a file that was copied flat has other contents": {
    source: `builtins.path { path = ./dir/file; name = "f"; recursive = false; }`,
    edit: (folder) => writeFileSync(join(folder, "dir/file"), "other"),
    holds: false,
  },
  "a file that was copied flat can be executed, which nobody sees": {
    source: `builtins.path { path = ./dir/file; name = "f"; recursive = false; }`,
    edit: (folder) => chmodSync(join(folder, "dir/file"), 0o755),
    holds: true,
  },
  "a source is in the store by its hash, so that it was not looked at": {
    source: `builtins.path { path = ./dir/file; name = "known"; recursive = false; sha256 = "${createHash("sha256").update("text").digest("hex")}"; }`,
    edit: (folder) => writeFileSync(join(folder, "dir/file"), "other"),
    holds: true,
  },
  "an entry of the search path has appeared": {
    source: "builtins.tryEval (import <new/x.nix>)",
    settings: { searchPath: [{ prefix: "new", path: "none" }] },
    edit: (folder) => {
      mkdirSync(join(folder, "none"));
      writeFileSync(join(folder, "none/x.nix"), "7");
    },
    holds: false,
  },
  "a link out of what may be read leads elsewhere": {
    source: "builtins.readFile <s/link.nix>",
    settings: { restrictEval: true },
    edit: (folder) => {
      rmSync(join(folder, "link.nix"));
      symlinkSync("b.nix", join(folder, "link.nix"));
    },
    holds: false,
  },
  "what may not be read changes": {
    source: "builtins.pathExists /etc/hostname",
    settings: { restrictEval: true },
    edit: () => undefined,
    holds: true,
  },
  "a file that came by a URL has other contents": {
    source: "builtins.readFile (builtins.fetchurl (''file://'' + toString ./a.nix))",
    edit: (folder) => writeFileSync(join(folder, "a.nix"), "4"),
    holds: false,
  },
};

const common = new Scene({ after });

for (const [name, { source, edit, settings = {}, holds }] of Object.entries(cases)) {
  test(`an answer ${holds ? "stands" : "falls"} when ${name}`, () => {
    const scene = common;
    const check = (options: EvaluationOptions): void => {
      writeSources(scene.sources);
      const searchPath = [{ prefix: "s", path: scene.sources }];
      const all = { ...options, settings: { workingDirectory: scene.sources, searchPath, ...settings } };
      if (name.includes("by its hash")) scene.evaluate(source, all);
      waitForTick();
      const { facts, refusal } = scene.remember(source, all);
      if (source.includes("file://") && options.later === undefined) {
        // A download reads it unseen, and without a stamp nothing says that it read the same.
        assert.equal(refusal, `'${scene.sources}/a.nix' has only just been written`);
        return;
      }
      assert.equal(refusal, undefined);
      assert.ok(facts !== undefined);
      assert.equal(scene.changed(facts, options), undefined, "at once");
      const stored = JSON.stringify(facts);
      waitForTick();
      edit(scene.sources);
      const changed = scene.changed(JSON.parse(stored) as typeof facts, options);
      assert.equal(changed === undefined, holds, changed ?? "nothing changed");
    };
    // With files whose stamps count, and with files that have only just been written.
    check({ later: 60_000 });
    check({});
    check({ later: 60_000, readOnly: true });
  });
}

test("an answer falls with the variables that the program asked for, and with no others", (t) => {
  const scene = new Scene(t);
  process.env["FIRN_ASKED"] = "1";
  t.after(() => delete process.env["FIRN_ASKED"]);
  const { facts } = scene.remember('[ (builtins.getEnv "FIRN_ASKED") (builtins.getEnv "FIRN_UNSET") ]');
  assert.ok(facts !== undefined);
  process.env["FIRN_OTHER"] = "1";
  assert.equal(scene.changed(facts), undefined);
  delete process.env["FIRN_OTHER"];
  process.env["FIRN_UNSET"] = "";
  assert.equal(scene.changed(facts), "the environment variable 'FIRN_UNSET' has changed");
  delete process.env["FIRN_UNSET"];
  process.env["FIRN_ASKED"] = "2";
  assert.equal(scene.changed(facts), "the environment variable 'FIRN_ASKED' has changed");
  assert.ok(!JSON.stringify(facts).includes('"1"'), "no value of a variable is kept");
});

test("an answer falls when a derivation that it names has been collected, and the source of one", (t) => {
  const scene = new Scene(t);
  writeSources(scene.sources);
  const source = `(derivation { name = "top"; system = "s"; builder = ./dir; input = derivation { name = "in"; system = "s"; builder = "b"; }; }).drvPath`;
  const { facts, result } = scene.remember(source);
  assert.ok(facts !== undefined);
  // What the top refers to is valid as long as it is.
  const top = JSON.parse(result).slice("/nix/store/".length) as string;
  assert.deepEqual(facts.valid, [top]);
  const forget = (path: string): void => {
    scene.store.invalidatePath(path as (typeof facts.valid)[number]);
    deleteTree(scene.store.realPath(path as (typeof facts.valid)[number]));
  };
  forget(top);
  assert.equal(scene.changed(facts), `store path '${top}' is not valid any more`);
  assert.equal(scene.remember(source).result, result);
  assert.equal(scene.changed(facts), undefined);
});

test("what was built for an import must be there, and be what it was", (t) => {
  const scene = new Scene(t);
  writeSources(scene.sources);
  const hash = `sha256-${createHash("sha256").update("1").digest("base64")}`;
  const source = `import (derivation { name = "n"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://${scene.sources}/a.nix"; outputHash = "${hash}"; })`;
  const first = scene.remember(source);
  assert.equal(first.result, "1");
  const { facts } = first.facts === undefined ? scene.remember(source) : first;
  assert.ok(facts !== undefined);
  assert.equal(scene.changed(facts), undefined);
  const output = facts.valid.find((path) => path.endsWith("-n"));
  assert.ok(output !== undefined);
  scene.store.invalidatePath(output);
  assert.equal(scene.changed(facts), `store path '${output}' is not valid any more`);
});

test("what nothing can check again is not remembered, and why is said", (t) => {
  const scene = new Scene(t);
  writeSources(scene.sources);
  const refused = (source: string): string | undefined => scene.remember(source, { later: 60_000 }).refusal;
  assert.equal(refused("builtins.currentTime"), "the program asks for the time");
  assert.equal(refused("builtins.seq builtins.currentTime 1"), "the program asks for the time");
  assert.equal(refused("builtins.attrNames builtins"), undefined);
  assert.equal(refused("builtins.readFile ./none"), "something failed on the way");
  waitForTick();
  const input = `{ type = "path"; path = toString ./dir; }`;
  const settings = { experimentalFeatures: new Set(["flakes", "fetch-tree"]) };
  const recorded = scene.remember(`(builtins.fetchTree ${input}).outPath`, { settings });
  assert.match(recorded.refusal ?? recorded.result, /is not locked$/, recorded.result);
});

test("a file that says something else each time is believed no stamp", (t) => {
  const scene = new Scene(t);
  const { facts } = scene.remember('builtins.stringLength (builtins.readFile "/proc/self/stat") > 0', {
    later: 60_000,
  });
  const fact = facts?.files.find(({ path }) => path.endsWith("/stat"));
  assert.ok(fact?.contents !== undefined && fact.stamp === undefined);
});

test("stamps that were not worth taking are taken once the files have been left alone", (t) => {
  const scene = new Scene(t);
  writeSources(scene.sources);
  const { facts } = scene.remember('[ (import ./a.nix) (builtins.readDir ./dir) "${./dir}" ]');
  assert.ok(facts !== undefined);
  const stamps = () => [...facts.files.map(({ stamp }) => stamp), ...facts.trees[0]!.members.map(([, stamp]) => stamp)];
  assert.ok(stamps().every((stamp) => stamp === undefined || stamp === null));
  assert.equal(scene.changed(facts, { later: 60_000 }), undefined);
  assert.ok(stamps().filter((stamp) => Array.isArray(stamp)).length >= 6);
  assert.equal(scene.changed(facts), undefined);
});

test("a copy that an earlier evaluation made is a fact as if it were made now", (t) => {
  const scene = new Scene(t);
  const file = join(scene.sources, "large");
  const later = { later: 60_000 };
  writeFileSync(file, "x".repeat(1024 * 1024));
  const made = scene.remember('"${./large}"', later);
  const found = scene.remember('"${./large}"', later);
  assert.deepEqual(found, made);
  assert.equal(found.facts?.trees.length, 1);
  // Without a recorder it is found too.
  assert.equal(scene.evaluate('"${./large}"', later), made.result);
  waitForTick();
  writeFileSync(file, "y".repeat(1024 * 1024));
  assert.match(scene.changed(found.facts, later) ?? "", /large' has changed/);
  const changed = scene.evaluate('"${./large}"', later);
  assert.notEqual(changed, made.result);
  assert.equal(scene.remember('"${./large}"', later).result, changed);
});
