// Drives the programs as a user does: through the launcher, under their own names, with a store, a home and profiles in a
// scratch folder. The sandbox shows the host's /bin, /usr and /lib, so that its shell can be the builder and nothing else is
// needed.

import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const home = join(import.meta.dirname, "../..");
const launcher = join(home, "bin/firn");
const programs = [
  "nix",
  "nix-build",
  "nix-collect-garbage",
  "nix-env",
  "nix-hash",
  "nix-instantiate",
  "nix-store",
  "nixos-enter",
  "nixos-generate-config",
  "nixos-install",
  "nixos-option",
  "nixos-rebuild",
];

// The launcher takes the bundle, which has to be that of the sources as they are now.
execFileSync(process.execPath, [join(home, "tools/bundle.ts"), "--if-older"]);

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** What its standard input gives. */
  readonly input?: string | Buffer;
  /** Environment variables beside the scene's. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Scene {
  readonly folder: string;
  /** The chroot store's folder. */
  readonly store: string;
  readonly profile: string;
  /** Runs a program to its end. */
  run(program: string, args: readonly string[], options?: RunOptions): Answer;
  /** The same, and throws unless it ends with status 0. */
  must(program: string, args: readonly string[], options?: RunOptions): string;
  /** The same as `run`, while this process goes on, as a server that the program asks has to; `under` as for `script`. */
  answer(program: string, args: readonly string[], under?: readonly string[]): Promise<Answer>;
  /** Runs a shell script in which the programs are on PATH; `under` is a command that runs the shell, as bwrap. */
  script(text: string, under?: readonly string[]): Answer;
  /** Starts a program, to be killed. */
  start(program: string, args: readonly string[]): ChildProcess;
  /** Starts a program on a terminal, named by its descriptor. */
  startOn(terminal: number, program: string, args: readonly string[]): ChildProcess;
  write(name: string, text: string): string;
}

export function openScene(t: TestContext): Scene {
  const folder = mkdtempSync(join(tmpdir(), "firn-functional-"));
  t.after(() => {
    spawnSync("chmod", ["-R", "u+w", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const store = join(folder, "root");
  const bin = join(folder, "bin");
  for (const directory of ["bin", "home", "root", "conf"]) mkdirSync(join(folder, directory));
  symlinkSync(launcher, join(bin, "firn"));
  for (const program of programs) symlinkSync(launcher, join(bin, program));
  writeFileSync(
    join(folder, "conf/nix.conf"),
    "sandbox-paths = /bin /usr /lib /lib64\nsubstitute = false\nbuild-users-group =\n",
  );
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(folder, "home"),
    NIX_CONF_DIR: join(folder, "conf"),
    NIX_USER_CONF_FILES: "",
    NIX_STATE_DIR: join(folder, "root/nix/var/nix"),
    NIX_REMOTE: store,
    ...(process.env["FIRN_NODE"] === undefined ? {} : { FIRN_NODE: process.env["FIRN_NODE"] }),
  };
  const run: Scene["run"] = (program, args, { input, variables } = {}) => {
    const { status, stdout, stderr } = spawnSync(join(bin, program), args, {
      env: { ...env, ...variables },
      cwd: folder,
      encoding: "utf8",
      input,
      // Nix says megabytes of some mistakes.
      maxBuffer: 1 << 26,
    });
    return { status, stdout, stderr };
  };
  return {
    folder,
    store,
    profile: join(folder, "profile"),
    run,
    must(program, args, options) {
      const { status, stdout, stderr } = run(program, args, options);
      if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stderr}`);
      return stdout;
    },
    answer(program, args, under = []) {
      const [command = "", ...rest] = [...under, join(bin, program), ...args];
      return answerOf(spawn(command, rest, { env, cwd: folder }));
    },
    script(text, under = []) {
      const [command, ...args] = [...under, "sh", "-c", text];
      const { status, stdout, stderr } = spawnSync(command, args, {
        env: { ...env, PATH: `${bin}:${env.PATH}` },
        cwd: folder,
        encoding: "utf8",
      });
      return { status, stdout, stderr };
    },
    start: (program, args) => spawn(join(bin, program), args, { env, cwd: folder, stdio: "ignore", detached: true }),
    // The terminal becomes the one that controls it. It is raw at first, as a builder's.
    startOn: (terminal, program, args) =>
      spawn("setsid", ["--ctty", "sh", "-c", 'stty sane && exec "$@"', "sh", join(bin, program), ...args], {
        env: { ...env, TERM: "xterm", EDITOR: `sh ${folder}/editor.sh` },
        cwd: folder,
        stdio: [terminal, terminal, terminal],
      }),
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
  };
}

async function answerOf(child: ChildProcess): Promise<Answer> {
  child.stdin?.end();
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stdout, stderr };
}

/** A package set of small derivations that the host's shell builds. */
export const packageSet = `
{ extra ? "" }:
let
  make = name: args: derivation ({
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-c" ''mkdir -p $out/bin $out/share/doc; echo "echo $name$text" > $out/bin/$program; chmod +x $out/bin/$program; echo $name > $out/share/doc/$program'' ];
    program = (builtins.parseDrvName name).name;
    text = extra;
  } // args);
  meta = attrs: drv: drv // { meta = attrs; };
in rec {
  hello = hello1;
  hello1 = meta { description = "a friendly program"; } (make "hello-1.0" { });
  hello2 = meta { description = "a friendlier program"; } (make "hello-2.0" { });
  bye = make "bye-0.1" { };
  rude = meta { priority = 10; } (make "rude-1" { program = "bye"; });
  two = make "two-1" {
    outputs = [ "out" "dev" ];
    args = [ "-c" "mkdir -p $out/bin $dev/include; echo > $out/bin/two; echo > $dev/include/two.h" ];
  };
  broken = make "broken-1" { args = [ "-c" "echo it breaks; exit 3" ]; };
  user = make "user-1" { uses = hello1; };
}
`;
