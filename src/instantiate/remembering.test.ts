// Random sources, random edits: whatever happens between two evaluations, the answer from remembered facts is the answer of
// an evaluation that remembers nothing.

import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { parseStorePathIfValid } from "#formats";
import { deleteTree } from "#host";
import { Scene, waitForTick, type EvaluationOptions, type Remembered } from "./remembering.test-support.ts";

const scene = new Scene({ after });

/** A generator of numbers that gives the same for the same seed (mulberry32). */
function makeRandom(seed: number) {
  let state = seed;
  const next = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return { next, pick: <T>(list: readonly T[]): T => list[next(list.length)] as T };
}

type Random = ReturnType<typeof makeRandom>;

/** The paths that programs ask for and edits strike; some are there and some are not. */
const paths = ["a.nix", "b.nix", "dir", "dir/c.nix", "dir/d", "dir/sub", "dir/sub/e", "link", "dirlink", "dirlink/d"];
const variables = ["FIRN_RANDOM_A", "FIRN_RANDOM_B"];

/** Each looks at one thing in one way, and has a value whatever is there. */
const questions: readonly ((random: Random) => string)[] = [
  (random) => `builtins.pathExists ./${random.pick(paths)}`,
  (random) => ifThere(random.pick(paths), (path) => `builtins.readFileType ${path}`),
  (random) => ifThere(random.pick(paths), (path) => `if isFile ${path} then builtins.readFile ${path} else "-"`),
  (random) => ifThere(random.pick(paths), (path) => `if isFile ${path} then builtins.hashFile "sha1" ${path} else "-"`),
  (random) => ifThere(random.pick(paths), (path) => `if isFolder ${path} then builtins.readDir ${path} else "-"`),
  (random) => ifThere(random.pick(paths), (path) => `"\${${path}}"`),
  (random) =>
    ifThere(random.pick(paths), (path) => `builtins.path { path = ${path}; name = "n"; ${filterOf(random)} }`),
  () => ifThere("a.nix", (path) => `if isFile ${path} then import ${path} else "-"`),
  (random) => `builtins.getEnv "${random.pick(variables)}"`,
  (random) => `(builtins.tryEval <${random.pick(["s", "b", "none"])}/${random.pick(["a.nix", "c.nix", "sub"])}>).value`,
  (random) => `derivation { name = "d${random.next(3)}"; system = "s"; builder = ${random.pick(['"b"', "./."])}; }`,
  (random) => `builtins.toFile "t${random.next(2)}" (builtins.getEnv "${random.pick(variables)}")`,
];

function ifThere(path: string, program: (path: string) => string): string {
  return `if there ./${path} then ${program(`./${path}`)} else null`;
}

function filterOf(random: Random): string {
  return random.pick([
    "",
    'filter = p: t: baseNameOf p != "d";',
    'filter = p: t: t == "directory" || there ./b.nix;',
    "filter = p: t: builtins.stringLength (baseNameOf p) < 2;",
  ]);
}

function makeProgram(random: Random): string {
  const parts = Array.from({ length: 1 + random.next(5) }, () => `(${random.pick(questions)(random)})`);
  return `
    let
      there = builtins.pathExists;
      typeOf = p: if there p then builtins.readFileType p else "none";
      isFile = p: typeOf p == "regular";
      isFolder = p: typeOf p == "directory";
    in [ ${parts.join("\n")} ]`;
}

/** Contents of one length often, so that size alone tells nothing. */
const contents = ["1", "2", "3", '"longer"', "[ ]"];

const edits: readonly ((random: Random, folder: string) => void)[] = [
  (random, folder) => write(join(folder, random.pick(paths)), random.pick(contents)),
  (random, folder) => write(join(folder, random.pick(paths)), random.pick(contents)),
  // With the old date kept.
  (random, folder) => {
    const path = join(folder, random.pick(paths));
    if (!isFile(path)) return;
    const { atimeMs, mtimeMs } = lstatSync(path);
    writeFileSync(path, random.pick(contents));
    utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
  },
  (random, folder) => {
    const path = join(folder, random.pick(paths));
    if (isFile(path)) appendFileSync(path, " ");
  },
  (random, folder) => {
    const path = join(folder, random.pick(paths));
    if (existsSync(path)) utimesSync(path, 1000 + random.next(5), 1000 + random.next(5));
  },
  (random, folder) => rmSync(join(folder, random.pick(paths)), { recursive: true, force: true }),
  (random, folder) => {
    const path = join(folder, random.pick(paths));
    if (existsSync(path))
      chmodSync(path, (lstatSync(path).mode ^ 0o111) | (0o700 * Number(lstatSync(path).isDirectory())));
  },
  (random, folder) => {
    const path = join(folder, random.pick(["link", "dirlink", "dir/d", "dir"]));
    rmSync(path, { recursive: true, force: true });
    makeFolderFor(path);
    if (!existsSync(path)) symlinkSync(random.pick(["a.nix", "b.nix", "dir", "nowhere", "dir/sub"]), path);
  },
  (random, folder) => write(join(folder, random.pick(["dir", "dir/sub", "."]), `new${random.next(3)}`), "new"),
  (random, folder) => {
    const from = join(folder, random.pick(paths));
    const to = join(folder, random.pick(paths));
    if (!isFile(from) || existsSync(to)) return;
    makeFolderFor(to);
    renameSync(from, to);
  },
  // The same contents in another file.
  (random, folder) => {
    const path = join(folder, random.pick(paths));
    if (!isFile(path)) return;
    writeFileSync(join(folder, "copy"), readFileSync(path));
    renameSync(join(folder, "copy"), path);
  },
  (random) => {
    process.env[random.pick(variables)] = random.pick(["", "1", "2"]);
  },
  (random) => {
    delete process.env[random.pick(variables)];
  },
];

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function makeFolderFor(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
}

function write(path: string, text: string): void {
  makeFolderFor(path);
  writeFileSync(path, text);
}

function clear(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  for (const name of variables) delete process.env[name];
}

/** Takes something out of the store that nothing there refers to, as a collector would. */
function collectSomething(random: Random, facts: Remembered["facts"]): void {
  const { store } = scene;
  const candidates = (facts?.valid ?? []).filter((path) => store.isValidPath(path));
  if (candidates.length === 0) return;
  const path = random.pick(candidates);
  if (store.queryReferrers(path).some((referrer) => referrer !== path)) return;
  store.invalidatePath(path);
  deleteTree(store.realPath(path));
}

/** One program over one folder. Many take turns, so that the waiting for the clock is shared. */
class Scenario {
  private readonly seed: number;
  private readonly random: Random;
  private readonly folder: string;
  private readonly program: string;
  private readonly options: EvaluationOptions;
  private remembered: Remembered | undefined;
  answered = 0;
  evaluated = 0;

  constructor(seed: number, options: EvaluationOptions) {
    this.seed = seed;
    this.random = makeRandom(seed);
    this.folder = join(scene.sources, String(seed));
    mkdirSync(this.folder);
    for (let count = 4 + this.random.next(8); count > 0; count--) this.editOnce();
    this.program = makeProgram(this.random);
    const searchPath = [
      { prefix: "s", path: this.folder },
      { prefix: "b", path: `${this.folder}/dir` },
    ];
    this.options = { ...options, folder: this.folder, settings: { workingDirectory: this.folder, searchPath } };
  }

  ask(round: number): void {
    const { program, options } = this;
    const about = `seed ${this.seed}, round ${round}: ${program}`;
    const result = this.answer(about);
    assert.equal(result, scene.evaluate(program, { ...options, readOnly: true }), about);
    const { facts } = this.remembered ?? {};
    if (facts !== undefined) assert.equal(scene.changed(facts, options), undefined, `falls by itself; ${about}`);
  }

  private answer(about: string): string {
    const { remembered, options } = this;
    if (remembered?.facts === undefined || scene.changed(remembered.facts, options) !== undefined) {
      this.evaluated++;
      this.remembered = throughFile(scene.remember(this.program, options));
      return this.remembered.result;
    }
    this.answered++;
    for (const path of options.readOnly === true ? [] : storePathsIn(remembered.result)) {
      assert.ok(scene.store.isValidPath(path), `${path} is not valid; ${about}`);
    }
    return remembered.result;
  }

  edit(): void {
    for (let count = this.random.next(3); count > 0; count--) this.editOnce();
    if (this.random.next(4) === 0) collectSomething(this.random, this.remembered?.facts);
  }

  private editOnce(): void {
    try {
      this.random.pick(edits)(this.random, this.folder);
    } catch (error) {
      // A link on the way that leads nowhere or in a circle: then nothing is edited.
      if (!(error instanceof Error && "syscall" in error)) throw error;
    }
  }
}

/** As it would be read again. */
function throughFile(remembered: Remembered): Remembered {
  const { facts } = remembered;
  return facts === undefined ? remembered : { ...remembered, facts: JSON.parse(JSON.stringify(facts)) as typeof facts };
}

/** What evaluating puts into the store: not the outputs, which nobody builds. */
function storePathsIn(text: string) {
  return [...text.matchAll(/"(\/nix\/store\/[^"/]+)"/g)].flatMap(([, path = ""]) => {
    const parsed = parseStorePathIfValid("/nix/store", path);
    return parsed === undefined || /-d[0-9]$/.test(parsed) ? [] : [parsed];
  });
}

const modes: Readonly<Record<string, EvaluationOptions>> = {
  "files that were left alone": { later: 60_000 },
  "files that have only just been written": {},
  "nothing written to the store": { later: 60_000, readOnly: true },
};

/** More of them, or others, for a long run. */
const count = Number(process.env["FIRN_TEST_SCENARIOS"] ?? 100);
const firstSeed = Number(process.env["FIRN_TEST_SEED"] ?? 1);

for (const [name, options] of Object.entries(modes)) {
  test(`whatever is edited, a remembered answer is the answer: ${name}`, () => {
    clear(scene.sources);
    const scenarios = Array.from({ length: count }, (_, index) => new Scenario(firstSeed + index, options));
    for (let round = 0; round < 5; round++) {
      waitForTick();
      for (const scenario of scenarios) scenario.ask(round);
      waitForTick();
      for (const scenario of scenarios) scenario.edit();
    }
    // Both happen often, so that neither is all that was tried.
    const sum = (of: (scenario: Scenario) => number) => scenarios.reduce((total, scenario) => total + of(scenario), 0);
    assert.ok(sum(({ answered }) => answered) > count, "few were answered");
    assert.ok(sum(({ evaluated }) => evaluated) > count, "few were evaluated");
  });
}
