// The npm package on another machine: packed, installed without install scripts, and run under a home of its own where the
// only Node on PATH is too old. Needs npm and its registry, as the user has set them up; says so when they are not there.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";

const home = join(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};
const nobody = 65534;

let scratch = "";
let archive = "";
let whyNot: string | undefined;

before(() => {
  whyNot = whyNpmCannotInstall();
  if (whyNot !== undefined) return;
  scratch = mkdtempSync(join(tmpdir(), "firn-package-"));
  chmodSync(scratch, 0o755);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", scratch], {
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
  });
  archive = join(scratch, `firn-${manifest.version}.tgz`);
});

after(() => {
  if (scratch === "") return;
  spawnSync("chmod", ["-R", "u+w", scratch]);
  rmSync(scratch, { recursive: true, force: true });
});

test("installed globally, every program starts under its own name", (t) => {
  const bin = install(t, "global");
  if (bin === undefined) return;
  const user = openUser("names", undefined);
  for (const program of Object.keys(manifest.bin)) {
    const { stdout, status } = user.run(join(bin, program), ["--version"]);
    assert.equal(status, 0, program);
    assert.match(stdout, new RegExp(`^${program} `), program);
  }
});

test("the programs of the checkout and of the package are the same", () => {
  const links = execFileSync("ls", [join(home, "bin")], { encoding: "utf8" })
    .trim()
    .split("\n");
  assert.deepEqual(Object.keys(manifest.bin).toSorted(), links.toSorted());
});

for (const layout of ["global", "project"] as const) {
  for (const uid of process.getuid?.() === 0 ? [0, nobody] : [undefined]) {
    const who = uid === undefined ? "this user" : `user ${uid}`;
    test(`installed in a ${layout === "global" ? "global prefix" : "project"}, it evaluates, builds and downloads as ${who}`, (t) => {
      const bin = install(t, layout);
      if (bin === undefined) return;
      checkMainJob(bin, openUser(`${layout}-${uid ?? "self"}`, uid));
    });
  }
}

/** A user with a home, a store and settings in a folder, who has an old Node on PATH. */
interface User {
  readonly folder: string;
  run(
    program: string,
    args: readonly string[],
  ): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
}

function checkMainJob(bin: string, user: User): void {
  const check = (program: string, args: readonly string[], expected: RegExp) => {
    const { status, stdout, stderr } = user.run(join(bin, program), args);
    assert.equal(status, 0, `${program} ${args.join(" ")}:\n${stderr}`);
    assert.match(stdout, expected, program);
  };
  check("nix-instantiate", ["--eval", "--expr", "1 + 1"], /^2\n$/);
  check("firn", ["lock", "--help"], /^firn lock: /);
  check("nix-env", ["--query"], /^$/);

  const file = join(user.folder, "file");
  writeFileSync(file, "hi\n");
  check("nix-hash", ["--flat", "--type", "sha256", file], /^98ea6e4f/);
  const fetched = `derivation {
    name = "fetched"; system = "builtin"; builder = "builtin:fetchurl"; url = "${pathToFileURL(file).href}";
    outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4";
  }`;
  check("nix-build", ["--no-out-link", "--expr", fetched], /^\/nix\/store\/\w{32}-fetched\n$/);

  const imported = `import (derivation {
    name = "answer.nix"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo 6 '*' 7 > $out" ];
  })`;
  check("nix-instantiate", ["--eval", "--read-write-mode", "--expr", imported], /^42\n$/);

  // The collection is found beside the bundle: what is wrong is the lock, which is empty.
  const lock = join(user.folder, "lock");
  mkdirSync(lock);
  writeFileSync(join(lock, "index.json"), "{}");
  const { stderr } = user.run(join(bin, "firn"), ["run", "--lock", lock, "hello"]);
  assert.match(stderr, /firn\/collection\/packages\//);
}

const installed = new Map<string, string>();

/** Where the programs are, or undefined when the test has been skipped. */
function install(t: TestContext, layout: "global" | "project"): string | undefined {
  if (whyNot !== undefined) {
    t.skip(whyNot);
    return undefined;
  }
  const done = installed.get(layout);
  if (done !== undefined) return done;
  const prefix = join(scratch, layout);
  mkdirSync(prefix);
  if (layout === "project") writeFileSync(join(prefix, "package.json"), "{}");
  const where = layout === "global" ? ["--global", "--prefix", prefix] : ["--prefix", prefix];
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  // Another prefix would mean another file of npm's settings for all users, which may say how to reach the registry.
  const globalConfig = execFileSync("npm", ["config", "get", "globalconfig"], { encoding: "utf8" }).trim();
  execFileSync("npm", ["install", ...where, ...flags, `--globalconfig=${globalConfig}`, archive], {
    cwd: prefix,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 240_000,
  });
  const bin = join(prefix, layout === "global" ? "bin" : "node_modules/.bin");
  assert.ok(existsSync(join(bin, "firn")));
  installed.set(layout, bin);
  return bin;
}

function openUser(name: string, uid: number | undefined): User {
  const folder = join(scratch, `user-${name}`);
  const old = join(folder, "old");
  mkdirSync(old, { recursive: true });
  writeFileSync(join(old, "node"), "#!/bin/sh\necho v20.0.0\n", { mode: 0o755 });
  const settings = join(folder, "nix.conf");
  writeFileSync(settings, "sandbox-paths = /bin /usr /lib /lib64\nsubstitute = false\nbuild-users-group =\n");
  if (uid !== undefined) chownSync(folder, uid, uid);
  const env = {
    PATH: `${old}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    NIX_CONF_DIR: folder,
    NIX_USER_CONF_FILES: "",
    NIX_REMOTE: join(folder, "store"),
  };
  const identity = uid === undefined ? {} : { uid, gid: uid };
  return {
    folder,
    run(program, args) {
      return spawnSync(program, args, { cwd: folder, env, encoding: "utf8", ...identity });
    },
  };
}

/** Undefined when it can. */
function whyNpmCannotInstall(): string | undefined {
  const [name = "", version = ""] = Object.entries(manifest.dependencies)[0] ?? [];
  const { status, error } = spawnSync("npm", ["view", `${name}@${version}`, "version"], { cwd: home, timeout: 60_000 });
  if (error !== undefined) return `npm cannot be run: ${error.message}`;
  return status === 0 ? undefined : "npm does not reach its registry";
}
