// Where random programs run: a folder of files that they read, and both evaluators in it. The real Nix evaluates each program
// in a process; FIRN_ORACLE_EVALUATE names a faster command than the shell script here, which is called as the script is:
// with the scene's folder, the folder of the programs, a file that lists their names, and the flags.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Compared, Outcome, Program } from "./outcome.ts";

const script = `
scene=$1 programs=$2 list=$3; shift 3
cd "$scene"
while read -r name; do
  nix-instantiate "$@" - < "$programs/$name" > "$programs/$name.out" 2> "$programs/$name.err"
done < "$list"`;

const files: Readonly<Record<string, string>> = {
  "data/hello.txt": "hello\n",
  "data/sub/inner": "inner",
  "data/sub/lines.nix": '# Read through a link too.\n{\n  here = __curPos;\n  fails = x:\n    throw "a";\n}\n',
  "data/value.nix": "{ a = 1; }\n",
  "data/default.nix": '"the default"\n',
  "data/function.nix": "x: x + 1\n",
  "data/scoped.nix": "x\n",
  "data/library.nix": `# Functions that fail at many places.
rec {
  same = x: x;
  second = x: y:
    assert x == x || true; y;
  select = x: x.a.b or x.c;
\tsum =\tx:\tx + 1\t+ x; # behind tabs
  compare = x: y: if x < y then y else same x;
  apply = f: x:
    let
      # A remark between.
      inner = v: f v;
    in

    inner x;
  pattern = { a, b ? a + 1, ... }@all: all // { inherit b; };
  deep = x: builtins.foldl' (acc: e: acc + toString e) "" (map (e: [ e (select e) ]) x);
  lazy = x: { a = x; b = [ (sum x) ]; c = throw "never\\nor now"; };
  crlf = x:\r
    x.value\r
      .name;\r
  /* ${"long ".repeat(40)} */ wide = x: same x.${"y".repeat(90)};
  none = same (x: throw "none of \${toString x}");
}`,
  "data/throws.nix": 'throw "from a file"\n',
  "data/syntax-error.nix": "1 +\n",
};

const links: Readonly<Record<string, string>> = {
  "data/link": "hello.txt",
  "data/folder": "sub",
  "data/broken": "none/x",
  "data/loop": "loop",
};

/** So many programs that have a value are given to Nix at once, as a list. */
const atOnce = 20;

export class Scene {
  private readonly folder: string;
  /** In which they run; nothing of the comparison itself is in it. */
  private readonly scene: string;
  private readonly before = process.cwd();
  private readonly worker: Worker;
  private runs = 0;

  constructor() {
    this.folder = process.env["FIRN_ORACLE_FOLDER"] ?? mkdtempSync(join(tmpdir(), "firn-programs-"));
    // Deep enough that what a program copies of the folders around it is not what the comparison itself writes.
    this.scene = join(this.folder, "files/of/scene");
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(this.scene, name, ".."), { recursive: true });
      writeFileSync(join(this.scene, name), text);
    }
    for (const [name, target] of Object.entries(links)) {
      rmSync(join(this.scene, name), { force: true });
      symlinkSync(target, join(this.scene, name));
    }
    process.chdir(this.scene);
    this.worker = new Worker(new URL("firn.ts", import.meta.url), { resourceLimits: { stackSizeMb: 800 } });
  }

  async close(): Promise<void> {
    process.chdir(this.before);
    await this.worker.terminate();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What both make of each program. */
  async compare(programs: readonly Program[]): Promise<Compared[]> {
    const firn = await this.firn(programs);
    const agreed = new Set<Program>();
    const plain = programs.filter((program, index) => isPlain(program, firn[index]));
    const groups = Array.from({ length: Math.ceil(plain.length / atOnce) }, (_, index) =>
      plain.slice(index * atOnce, (index + 1) * atOnce),
    );
    const lists = await this.nix(groups.map(asList));
    for (const [index, group] of groups.entries()) {
      const values = group.map((program) => firn[programs.indexOf(program)]?.stdout.trimEnd() ?? "");
      const outcome = lists[index];
      if (outcome?.stderr === "" && outcome.stdout === `[ ${values.join(" ")} ]\n`) {
        for (const program of group) agreed.add(program);
      }
    }
    const rest = programs.filter((program) => !agreed.has(program));
    const alone = new Map((await this.nix(rest)).map((outcome, index) => [rest[index], outcome]));
    return programs.map((program, index) => {
      const own = firn[index] as Outcome;
      return { firn: own, nix: alone.get(program) ?? own };
    });
  }

  private async firn(programs: readonly Program[]): Promise<Outcome[]> {
    this.worker.postMessage(programs);
    const [outcomes] = (await once(this.worker, "message")) as [Outcome[]];
    return outcomes;
  }

  private async nix(programs: readonly Program[]): Promise<Outcome[]> {
    const folder = join(this.folder, "programs");
    mkdirSync(folder, { recursive: true });
    programs.forEach(({ source }, index) => writeFileSync(join(folder, `${index}`), source, "latin1"));
    const kinds = Map.groupBy(programs.keys(), (index) => flagsOf(programs[index] as Program).join(" "));
    await Promise.all([...kinds].map(async ([flags, indices]) => await this.runNix(folder, indices, flags.split(" "))));
    const outcomes = programs.map((_, index) => {
      const read = (suffix: string): string => readFileSync(join(folder, `${index}.${suffix}`), "latin1");
      return { stdout: read("out"), stderr: read("err") };
    });
    rmSync(folder, { recursive: true });
    return outcomes;
  }

  private async runNix(folder: string, indices: readonly number[], flags: readonly string[]): Promise<void> {
    const list = join(folder, `list-${this.runs++}`);
    writeFileSync(list, indices.map((index) => `${index}\n`).join(""));
    const given = process.env["FIRN_ORACLE_EVALUATE"];
    const [command = "", ...words] = given === undefined ? ["sh", "-c", script, "nix"] : given.split(" ");
    const env = {
      ...process.env,
      HOME: "/root",
      LC_ALL: "C.UTF-8",
      NIX_CONF_DIR: join(this.folder, "none"),
      NIX_USER_CONF_FILES: "",
      NIX_PATH: "",
    };
    const child = spawn(command, [...words, this.scene, folder, list, ...flags], { env, stdio: "ignore" });
    await once(child, "exit");
  }
}

function flagsOf({ parseOnly, showTrace, isLazy }: Program): string[] {
  return [
    ...(parseOnly ? ["--parse"] : isLazy ? ["--eval"] : ["--eval", "--strict"]),
    ...(showTrace ? ["--show-trace"] : []),
    "--extra-experimental-features",
    "pipe-operators",
    "--readonly-mode",
    "--store",
    "dummy://",
  ];
}

function isPlain({ parseOnly, isLazy }: Program, outcome: Outcome | undefined): boolean {
  return !parseOnly && !isLazy && outcome !== undefined && outcome.stdout !== "" && outcome.stderr === "";
}

function asList(programs: readonly Program[]): Program {
  const elements = programs.map(({ source }) => `(\n${source}\n)`);
  return { source: `[ ${elements.join(" ")} ]`, showTrace: false, parseOnly: false, isLazy: false };
}
