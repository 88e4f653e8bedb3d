// The main job on real packages, from a clone to programs that run: the demo, then the other programs of the collection, each
// with nothing of the host in sight; packages built from source; and the store that all this made, read by the real Nix.
// Needs the Debian mirror that apt is set up for.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";

const home = join(import.meta.dirname, "../../..");
const scratch = mkdtempSync(join(tmpdir(), "firn-main-job-"));
// The programs are checked as another user, who has to reach the store.
chmodSync(scratch, 0o755);
const lock = join(scratch, "lock");

/** The attributes to build, and the names under which run-programs.ts checks them. */
const programs: readonly (readonly [name: string, attribute: string])[] = [
  ["hello", "hello"],
  ["coreutils", "coreutils"],
  ["python3", "python3"],
  ["perl", "perl"],
  ["git", "git"],
  ["curl", "curl"],
  ["nginx", "nginx"],
  ["postgresql", "postgresql-15"],
  ["postgresql-client", "postgresql-client-15"],
  ["nodejs", "nodejs"],
  ["gcc", "gcc"],
  ["g++", "g++"],
  ["vim", "vim"],
  ["firefox-esr", "firefox-esr"],
  ["libc-bin", "libc-bin"],
];

const environment = {
  ...process.env,
  FIRN_DEMO_DIR: scratch,
  FIRN_LOCK: lock,
  FIRN_NODE: process.execPath,
  HOME: join(scratch, "home"),
  NIX_REMOTE: scratch,
  NIX_STATE_DIR: join(scratch, "nix/var/nix"),
};

/** Standard output; what else was printed is in the failure when the status is not 0. */
function must(program: string, ...args: string[]): string {
  const result = spawnSync(program, args, { cwd: scratch, env: environment, encoding: "utf8", maxBuffer: 1 << 28 });
  const tail = `${result.stdout}\n${result.stderr}`.slice(-4000);
  assert.equal(result.status, 0, `${program} ${args.join(" ")}\n${tail}`);
  return result.stdout;
}

function firn(program: string, ...args: string[]): string {
  return must(join(home, "bin", program), ...args);
}

/** The folder of the real Nix's programs. */
const realNix = (process.env["PATH"] ?? "")
  .split(delimiter)
  .find((folder) => !folder.startsWith(home) && existsSync(join(folder, "nix-store")));
const withoutRealNix = realNix === undefined && "no real Nix on PATH (apt-get install nix-bin)";

function real(program: string, ...args: string[]): string {
  const result = spawnSync(join(realNix as string, program), args, {
    cwd: scratch,
    env: { ...environment, NIX_REMOTE: `local?root=${scratch}`, NIX_STATE_DIR: undefined },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.equal(result.status, 0, `the real ${program} ${args.join(" ")}\n${result.stderr.slice(-4000)}`);
  return result.stdout;
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

describe("the main job", { concurrency: false }, () => {
  const collection = join(home, "collection/packages");
  let built: readonly string[] = [];

  before(() => {
    must("bash", join(home, "tools/demo.sh"));
  });
  after(() => {
    spawnSync("chmod", ["-R", "u+w", scratch]);
    rmSync(scratch, { recursive: true, force: true });
  });

  test("the demo leaves one generation, whose programs run", () => {
    assert.match(firn("firn", "enter", "--", "python3", "-c", "print(6 * 7)"), /^42$/m);
    assert.equal(lines(firn("nix-env", "--list-generations")).length, 1);
  });

  test("every program runs from the store with the host's /usr and /lib out of sight", () => {
    const attributes = programs.flatMap(([, attribute]) => ["-A", attribute]);
    const output = firn("nix-build", "--no-out-link", collection, "--arg", "lock", lock, ...attributes);
    built = lines(output);
    assert.equal(built.length, programs.length);
    const checks = programs.map(([name], index) => `${name}=${built[index]}`);
    must(process.execPath, join(import.meta.dirname, "run-programs.ts"), scratch, ...checks);
  });

  test("packages build from their upstream tarballs", () => {
    const examples = join(home, "collection/examples/from-source.nix");
    const output = firn("nix-build", "--no-out-link", examples, "--arg", "lock", lock, "-A", "hello", "-A", "zlib");
    const [hello = "", zlib = ""] = lines(output);
    assert.match(firn("firn", "enter", "--", join(hello, "bin/hello")), /Hello, world!/);
    assert.ok(existsSync(join(scratch, zlib, "lib/libz.so.1")));
    const runPath = firn("firn", "enter", "--", "ldd", join(hello, "bin/hello"));
    assert.match(runPath, /libc\.so\.6 => \/nix\/store\//);
  });

  test("a package that does not exist is refused, with names that do", () => {
    const result = spawnSync(join(home, "bin/firn"), ["run", "pythn3"], { env: environment, encoding: "utf8" });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /there is no package 'pythn3'/);
    assert.match(result.stderr, /Did you mean .*python3/);
  });

  test("the real Nix finds the store whole, and agrees on references and sizes", { skip: withoutRealNix }, () => {
    real("nix-store", "--verify", "--check-contents");
    assert.equal(real("nix-store", "-q", "--references", ...built), firn("nix-store", "-q", "--references", ...built));
    assert.deepEqual(
      lines(real("nix-store", "-qR", ...built)).toSorted(),
      lines(firn("nix-store", "-qR", ...built)).toSorted(),
    );
    const nix = ["--extra-experimental-features", "nix-command", "path-info", "-rsS"];
    const fields = (text: string) =>
      lines(text)
        .map((line) => line.trim().split(/\s+/).join(" "))
        .toSorted();
    assert.deepEqual(fields(firn("nix", ...nix, ...built)), fields(real("nix", ...nix, ...built)));
  });

  test("the real Nix instantiates the same derivations, and dumps the same archives", { skip: withoutRealNix }, () => {
    const attributes = programs.flatMap(([, attribute]) => ["-A", attribute]);
    const instantiate = [collection, "--arg", "lock", lock, ...attributes];
    const own = lines(firn("nix-instantiate", ...instantiate));
    assert.deepEqual(lines(real("nix-instantiate", "--readonly-mode", ...instantiate)), own);
    const derivations = lines(firn("nix-store", "-qR", ...own)).filter((path) => path.endsWith(".drv"));
    assert.ok(derivations.length >= 100, `only ${derivations.length} derivations`);
    // Their names are hashes of their text, so the same names are the same bytes; that the files hold them, verify has read.
    assert.deepEqual(
      lines(real("nix-store", "-qR", ...own))
        .filter((path) => path.endsWith(".drv"))
        .toSorted(),
      derivations.toSorted(),
    );
    for (const path of [...built.slice(0, 3), ...derivations.slice(0, 97)]) {
      assert.equal(real("nix-store", "-q", "--hash", path), firn("nix-store", "-q", "--hash", path));
    }
  });

  test("the real Nix builds packages again, to the same bytes", { skip: withoutRealNix }, () => {
    // By the builder's way: what runs it, a library, a group, one with postInstall, and one with redirections.
    const attributes = ["hello", "libc6", "libssl3", "coreutils", "fontconfig-config"].flatMap((name) => ["-A", name]);
    const derivations = lines(firn("nix-instantiate", collection, "--arg", "lock", lock, ...attributes));
    firn("nix-store", "--realise", ...derivations);
    const [hello = ""] = derivations;
    const tools = lines(firn("nix-store", "-qR", hello)).filter((path) => path.endsWith("-bootstrap-tools.drv"));
    assert.equal(tools.length, 1);
    // It fails where one is not what Firn has built.
    real("nix-store", "--realise", "--check", "--option", "build-users-group", "", ...tools, ...derivations);
  });

  test("the lock says which release it pins", () => {
    const index = JSON.parse(readFileSync(join(lock, "index.json"), "utf8")) as { readonly release: string };
    assert.match(index.release, /^[a-z]+$/);
  });
});
