// Runs programs of the collection with nothing of the host in sight: bubblewrap shows them the store, /dev, /proc and an empty
// /tmp, but no /usr, /lib, /bin or /etc beyond a passwd file made here. So what works here needs nothing outside the store.
//
//   node run-programs.ts STOREROOT NAME=STOREPATH…
//
// STOREROOT is the folder that has nix/store in it (`/` for the usual store). NAME chooses the check. Prints one line a program,
// and exits with 1 when one fails.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

interface Result {
  readonly status: number | null;
  readonly output: string;
}

/** One program's room: a scratch folder that the sandbox sees as /tmp, and the paths of all the programs given. */
class Room {
  readonly scratch: string;
  readonly #store: string;
  readonly #paths: ReadonlyMap<string, string>;

  constructor(storeRoot: string, paths: ReadonlyMap<string, string>) {
    this.#store = join(storeRoot, "nix/store");
    this.#paths = paths;
    this.scratch = mkdtempSync(join(realpathSync(tmpdir()), "firn-programs-"));
    chmodSync(this.scratch, 0o755);
    for (const folder of ["tmp", "etc"]) mkdirSync(join(this.scratch, folder));
    if (process.getuid?.() === 0) chownSync(join(this.scratch, "tmp"), 1000, 1000);
    writeFileSync(join(this.scratch, "etc/passwd"), "user:x:1000:1000:user:/tmp:/nowhere\n");
    writeFileSync(join(this.scratch, "etc/group"), "user:x:1000:\n");
  }

  /** The store path of a program that was given; throws when it was not. */
  path(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`this check also needs ${name}=STOREPATH`);
    return path;
  }

  has(name: string): boolean {
    return this.#paths.has(name);
  }

  /** A file of the scratch folder, as the host names it. */
  file(name: string): string {
    return join(this.scratch, "tmp", name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.file(name), text, { mode: 0o644 });
  }

  /** bubblewrap runs as the sandbox's user 1000 whoever calls: PostgreSQL, for one, refuses root. */
  #sandbox(command: readonly string[]): readonly [string, readonly string[]] {
    const options = [
      [
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--uid",
        "1000",
        "--gid",
        "1000",
        "--die-with-parent",
        "--new-session",
      ],
      ["--ro-bind", this.#store, "/nix/store", "--bind", join(this.scratch, "tmp"), "/tmp"],
      ["--ro-bind", join(this.scratch, "etc"), "/etc", "--dev", "/dev", "--proc", "/proc"],
      [
        "--clearenv",
        "--setenv",
        "HOME",
        "/tmp",
        "--setenv",
        "PATH",
        "/nowhere",
        "--setenv",
        "LANG",
        "C",
        "--chdir",
        "/tmp",
      ],
    ].flat();
    const asUser =
      process.getuid?.() === 0 ? ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "bwrap"] : ["bwrap"];
    return [asUser[0] ?? "", [...asUser.slice(1), ...options, ...command]];
  }

  run(command: readonly string[], seconds = 60): Result {
    const [program, args] = this.#sandbox(command);
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      encoding: "utf8",
      timeout: seconds * 1000,
      maxBuffer: 1 << 26,
    });
    return {
      status: error === undefined ? status : -1,
      output: `${stdout}${stderr}${error === undefined ? "" : error.message}`,
    };
  }

  /** Runs, and throws unless it succeeds and prints what is expected. */
  expect(command: readonly string[], expected: RegExp, seconds = 60): string {
    const { status, output } = this.run(command, seconds);
    if (status !== 0) throw new Error(`${command.join(" ")}: exit status ${status}\n${output}`);
    if (!expected.test(output)) throw new Error(`${command.join(" ")}: expected ${expected}, got\n${output}`);
    return output;
  }

  start(command: readonly string[]): ChildProcess {
    const [program, args] = this.#sandbox(command);
    return spawn(program, args, { stdio: "ignore" });
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

type Check = (room: Room, path: string) => void | Promise<void>;

const checks: Readonly<Record<string, Check>> = {
  hello(room, path) {
    room.expect([`${path}/bin/hello`], /^Hello, world!$/m);
  },

  coreutils(room, path) {
    room.expect([`${path}/bin/kill`, "-l", "HUP"], /^1$/m);
    room.expect([`${path}/bin/uptime`, "--version"], /procps/);
  },

  "libc-bin"(room, path) {
    const listed = room.expect([`${path}/bin/ldd`, `${room.path("hello")}/bin/hello`], /libc\.so\.6 => \/nix\/store\//);
    const strange = listed.split("\n").filter((line) => line !== "" && !/linux-vdso|\/nix\/store\//.test(line));
    if (strange.length > 0) throw new Error(`ldd shows ${strange.join(", ")}`);
  },

  python3(room, path) {
    room.expect(
      [`${path}/bin/python3`, "-c", "import ssl, json, ctypes, lzma, curses; print(json.dumps(ssl.OPENSSL_VERSION))"],
      /"OpenSSL 3/,
    );
    room.expect(
      [
        `${path}/bin/python3`,
        "-c",
        "import sqlite3; print(sqlite3.connect(':memory:').execute('select 6*7').fetchone())",
      ],
      /\(42,\)/,
    );
    room.expect(
      [`${path}/bin/python3`, "-c", "import ssl; print(len(ssl.create_default_context().get_ca_certs()) > 50)"],
      /True/,
    );
    room.write("page.txt", "read by urllib\n");
    room.expect(
      [
        `${path}/bin/python3`,
        "-c",
        "import urllib.request as u; print(u.urlopen('file:///tmp/page.txt').read().decode())",
      ],
      /read by urllib/,
    );
    room.expect(
      [
        `${path}/bin/python3`,
        "-c",
        "import subprocess; print(subprocess.run('echo by a shell', shell=True, capture_output=True))",
      ],
      /by a shell/,
    );
  },

  terminals(room) {
    const script = "import curses; curses.setupterm('xterm-256color', 1); print(curses.tigetnum('colors'))";
    room.expect([`${room.path("python3")}/bin/python3`, "-c", script], /256/);
  },

  perl(room, path) {
    room.expect(
      [`${path}/bin/perl`, "-MPOSIX", "-MData::Dumper", "-e", 'print `echo "by a shell" 2>&1`, POSIX::floor(3.7)'],
      /by a shell\n3/,
    );
  },

  git(room, path) {
    const git = (...args: readonly string[]): readonly string[] => [
      `${path}/bin/git`,
      "-c",
      "user.name=A",
      "-c",
      "user.email=a@b",
      ...args,
    ];
    room.expect(git("init", "-q", "-b", "main", "one"), /^$/);
    room.write("one/file", "text\n");
    room.expect(git("-C", "one", "add", "file"), /^$/);
    room.expect(git("-C", "one", "commit", "-q", "-m", "first"), /^$/);
    room.expect(git("clone", "-q", "file:///tmp/one", "two"), /^$/);
    room.expect(git("-C", "two", "log", "--oneline"), /^[0-9a-f]{7} first$/m);
    if (!existsSync(room.file("one/.git/hooks/pre-commit.sample"))) throw new Error("git found no templates");
    room.expect(git("-C", "two", "submodule", "status"), /^$/);
    const refused = room.run(git("ls-remote", "https://127.0.0.1:1/none"));
    if (!/Failed to connect|Couldn't connect/.test(refused.output))
      throw new Error(`git's https helper does not run: ${refused.output}`);
  },

  async curl(room, path) {
    room.expect([`${path}/bin/curl`, "--version"], /OpenSSL/);
    room.write("page.txt", "a page\n");
    room.expect([`${path}/bin/curl`, "-s", "file:///tmp/page.txt"], /a page/);
    await withServer(
      (port) => [`${room.path("python3")}/bin/python3`, "-m", "http.server", "--bind", "127.0.0.1", String(port)],
      room,
      (port) => {
        room.expect([`${path}/bin/curl`, "-s", `http://127.0.0.1:${port}/page.txt`], /a page/);
      },
    );
  },

  async nginx(room, path) {
    room.write("index.html", "<p>served by nginx</p>\n");
    const config = (port: number): string =>
      `daemon off; pid /tmp/nginx.pid; error_log stderr; events {} http { include ${path}/../mime.types; access_log off; ` +
      ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path /tmp/${kind};`).join(" ") +
      ` server { listen 127.0.0.1:${port}; root /tmp; } }\n`;
    await withServer(
      (port) => {
        room.write("nginx.conf", config(port).replace(/include [^;]*;/, ""));
        return [`${path}/bin/nginx`, "-e", "stderr", "-p", "/tmp", "-c", "/tmp/nginx.conf"];
      },
      room,
      async (port) => {
        const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
        if (!text.includes("served by nginx")) throw new Error(`nginx served ${text}`);
      },
    );
  },

  async postgresql(room, path) {
    room.expect(
      [`${path}/bin/initdb`, "-D", "/tmp/data", "-U", "postgres", "--no-sync", "--auth=trust"],
      /Success/,
      120,
    );
    const client = room.has("postgresql-client") ? room.path("postgresql-client") : undefined;
    await withServer(
      (port) => [`${path}/bin/postgres`, "-D", "/tmp/data", "-k", "/tmp", "-h", "127.0.0.1", "-p", String(port)],
      room,
      async (port) => {
        if (client === undefined) return;
        const query =
          "select 'sum ' || sum(i), now() at time zone 'Europe/Berlin' is not null from generate_series(1, 10) i";
        const command = [`${client}/bin/psql`, "-h", "/tmp", "-p", String(port), "-U", "postgres", "-Atc", query];
        for (let attempt = 0; room.run(command).status !== 0 && attempt < 20; attempt++) await pause(250);
        room.expect(command, /sum 55\|t/);
      },
    );
  },

  nodejs(room, path) {
    const script =
      "const {createHash} = require('crypto'); console.log(process.version, createHash('sha256').update('').digest('hex').slice(0, 8))";
    room.expect([`${path}/bin/node`, "-e", script], /v\d+\..* e3b0c442/);
    room.write(
      "module.mjs",
      "import fs from 'node:fs'; console.log(typeof fetch, fs.existsSync('/tmp'), await Promise.resolve('awaited'));\n",
    );
    room.expect([`${path}/bin/node`, "/tmp/module.mjs"], /function true awaited/);
  },

  gcc(room, path) {
    room.write(
      "hello.c",
      '#include <stdio.h>\n#include <math.h>\nint main(int n, char **a) { printf("compiled %g\\n", sqrt(n * 49.0)); return 0; }\n',
    );
    room.expect([`${path}/bin/gcc`, "-O2", "-Wall", "-o", "hello", "hello.c", "-lm"], /^$/);
    room.expect(["/tmp/hello"], /compiled 7/);
    const bytes = readFileSync(room.file("hello"), "latin1");
    if (!/\/nix\/store\/[^\0]*\/ld-linux-x86-64\.so\.2\0/.test(bytes))
      throw new Error("the result's interpreter is no store path");
    if (/\0\/lib64\/ld-linux/.test(bytes)) throw new Error("the result names the host's interpreter");
    room.write(
      "thread.c",
      "#include <pthread.h>\n#include <stdio.h>\nvoid *end(void *a) { pthread_exit(a); }\n" +
        'int main() { pthread_t t; pthread_create(&t, 0, end, 0); pthread_join(t, 0); puts("ended"); return 0; }\n',
    );
    room.expect([`${path}/bin/gcc`, "-o", "thread", "thread.c"], /^$/);
    room.expect(["/tmp/thread"], /^ended$/m);
  },

  "g++"(room, path) {
    room.write(
      "throw.cc",
      '#include <iostream>\n#include <vector>\nint main() { try { std::vector<int>().at(1); } catch (std::exception &) { std::cout << "caught\\n"; } }\n',
    );
    room.expect([`${path}/bin/g++`, "-O2", "-o", "throw", "throw.cc"], /^$/);
    room.expect(["/tmp/throw"], /caught/);
    room.expect([`${path}/bin/g++`, "-static", "-o", "static", "throw.cc"], /^$/);
    room.expect(["/tmp/static"], /caught/);
  },

  vim(room, path) {
    room.expect(
      [
        `${path}/bin/vim`,
        "-es",
        "-u",
        "NONE",
        "-c",
        "call writefile([$VIMRUNTIME, 'from vim'], '/tmp/vim.txt')",
        "-c",
        "qa!",
      ],
      /^$/,
    );
    if (!/^\/nix\/store\/.*vim\d+\nfrom vim/.test(readFileSync(room.file("vim.txt"), "utf8")))
      throw new Error("vim wrote something else");
    const script = [
      "import os, pty, sys, time, select",
      "pid, fd = pty.fork()",
      `if pid == 0: os.execve('${path}/bin/vim', ['vim', '/tmp/pty.txt'], dict(os.environ, TERM='ansi'))`,
      "def drain(s):\n  end = time.time() + s; seen = b''\n  while time.time() < end:\n    if select.select([fd], [], [], 0.1)[0]:\n      try: seen += os.read(fd, 4096)\n      except OSError: return seen\n  return seen",
      "drain(1.5); os.write(fd, b'ityped in a terminal\\x1b:wq\\r'); drain(1.5); os.waitpid(pid, 0); print(open('/tmp/pty.txt').read())",
    ].join("\n");
    room.expect([`${room.path("python3")}/bin/python3`, "-c", script], /typed in a terminal/);
  },

  "firefox-esr"(room, path) {
    room.write("page.html", "<body style='background:#2a6'><h1>A page</h1></body>\n");
    room.run(
      [
        `${path}/bin/firefox-esr`,
        "--headless",
        "--no-remote",
        "--screenshot",
        "/tmp/shot.png",
        "file:///tmp/page.html",
      ],
      120,
    );
    if (!existsSync(room.file("shot.png"))) throw new Error("firefox made no screenshot");
    const picture = readFileSync(room.file("shot.png"));
    if (picture.subarray(1, 4).toString("latin1") !== "PNG" || picture.length < 3000)
      throw new Error("the screenshot is no picture");
  },
};

/** Starts a server on a free port, waits until it accepts, lets `use` talk to it, and ends it. */
async function withServer(
  command: (port: number) => readonly string[],
  room: Room,
  use: (port: number) => void | Promise<void>,
): Promise<void> {
  const port = await freePort();
  const server = room.start(command(port));
  try {
    await waitForPort(port, server);
    await use(port);
  } finally {
    server.kill("SIGTERM");
    await pause(100);
    server.kill("SIGKILL");
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function waitForPort(port: number, server: ChildProcess): Promise<void> {
  const { connect } = await import("node:net");
  for (let attempt = 0; attempt < 150; attempt++) {
    if (server.exitCode !== null) throw new Error(`the server ended with status ${server.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });
    if (open) return;
    await pause(200);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** The names of the programs that did not work. */
export async function runPrograms(
  storeRoot: string,
  paths: ReadonlyMap<string, string>,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const [name, path] of paths) {
    const check = checks[name];
    if (check === undefined) continue;
    const room = new Room(storeRoot, paths);
    const begun = performance.now();
    try {
      await check(room, path);
      print(`ok      ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed.push(name);
      print(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      room.remove();
    }
  }
  return failed;
}

if (import.meta.main) {
  const [storeRoot, ...given] = process.argv.slice(2);
  if (storeRoot === undefined || given.length === 0) {
    process.stderr.write("usage: run-programs.ts STOREROOT NAME=STOREPATH…\n");
    process.exitCode = 2;
  } else {
    const paths = new Map(
      given.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
    );
    const failed = await runPrograms(storeRoot, paths, (line) => process.stdout.write(`${line}\n`));
    process.exitCode = failed.length === 0 ? 0 : 1;
  }
}
