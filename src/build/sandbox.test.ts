import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { hashByteString } from "#formats";
import { parseSandboxPath, parseShmSize } from "./sandbox.ts";
import { cannotBuild, until, Workshop } from "./workshop.test-support.ts";

const emptyFile = { method: "flat", hash: hashByteString("sha256", "") } as const;

describe("the sandbox", { skip: cannotBuild }, () => {
  let w: Workshop;
  before(() => void (w = new Workshop()));
  after(() => w.close());

  const perl = ["/usr/bin/perl"].find((path) => existsSync(path) && process.arch === "x64");

  const canScopeSockets =
    perl !== undefined && Number(execFileSync(perl, ["-e", "print syscall(444, 0, 0, 1)"], { encoding: "utf8" })) >= 6;

  /** The lines that a script prints in a build that succeeds. */
  const run = async (name: string, script: string, options = {}, settings = {}): Promise<readonly string[]> => {
    const drv = w.script(name, `${script}\ntouch $out`, options);
    const { results, lines } = await w.realise(drv, settings);
    assert.ok(results[0]?.success, JSON.stringify(results[0]?.success === false && results[0].error.message));
    return lines;
  };

  it("shows the builder Nix's user, host name, folders and nothing of this machine", async () => {
    const lines = await run(
      "look",
      "id; hostname; pwd; echo $$; echo $(ls /); echo $(ls /nix/store); echo $(ls /etc); umask; [ -t 1 ] && [ -t 2 ] && echo terminal; cat /proc/self/personality; grep NoNewPrivs /proc/self/status",
    );
    const [identity = "", ...surroundings] = lines;
    // Only root can give up its other groups; another user's show as the one that is mapped, or as the kernel's for the rest.
    const others = process.getuid?.() === 0 ? "" : "(?: groups=(?:,?(?:100\\(nixbld\\)|65534(?:\\(nobody\\))?))+)?";
    assert.match(identity, new RegExp(`^uid=1000\\(nixbld\\) gid=100\\(nixbld\\)${others}$`));
    assert.deepEqual(surroundings, [
      "localhost",
      "/build",
      "1",
      "build dev etc nix proc tmp",
      w.busybox,
      "group hosts passwd",
      "0022",
      "terminal",
      "00040000",
      "NoNewPrivs:\t1",
    ]);
  });

  it("hides the files that this process inherited or opened", async () => {
    const lines = await run("descriptors", "for f in /proc/self/fd/*; do echo ${f##*/}; done");
    assert.deepEqual(
      lines.filter((fd) => Number(fd) > 3),
      [],
    );
  });

  it("keeps inputs from being changed", async () => {
    const lines = await run(
      "vandal",
      `cd ${w.print(w.busybox)}/bin; chmod 777 . || echo refused; touch new || echo refused; rm sh || echo refused; mv ${w.print(w.busybox)} /nix/store/x || echo refused`,
    );
    assert.equal(lines.filter((line) => line === "refused").length, 4);
  });

  it("mounts closures that are too large for bubblewrap, in the same way", async () => {
    const texts = Array.from({ length: 170 }, (_, i) => w.store.addTextToStore(`text${i}`, `text ${i}`, []));
    const last = w.print(texts.at(-1) as (typeof texts)[0]);
    const lines = await run(
      "large",
      `echo $(ls /nix/store | wc -l); cat ${last}; echo; (echo x > ${last}) 2>/dev/null || echo refused; touch ${w.print(w.busybox)}/x 2>/dev/null || echo refused; id -u; cat /proc/self/personality; grep SigIgn /proc/self/status; for f in /proc/self/fd/*; do [ \${f##*/} -gt 3 ] && echo $f; done; true`,
      { sources: texts },
    );
    assert.deepEqual(lines, ["171", "text 169", "refused", "refused", "1000", "00040000", "SigIgn:\t0000000000000000"]);
  });

  it("lets only fixed-output builders reach the network", async () => {
    const server = createServer((socket) => socket.end("from outside\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const ask = `nc -w 2 127.0.0.1 ${port} </dev/null || echo unreachable`;
      const inside = await run("net", `grep -c : /proc/net/dev; ${ask}`);
      assert.deepEqual([inside[0], inside.at(-1)], ["1", "unreachable"]);
      assert.ok(!inside.includes("from outside"));
      assert.deepEqual(await run("net-fixed", ask, { fixed: emptyFile }), ["from outside"]);
    } finally {
      server.close();
    }
  });

  it(
    "cuts fixed-output builders off from abstract sockets of other processes",
    { skip: !canScopeSockets && "needs perl, and Landlock of Linux 6.12" },
    async () => {
      const name = `firn-test-${process.pid}`;
      const server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(`\0${name}`, resolve));
      const program = `use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); print connect(S, pack("S", AF_UNIX) . "\\0${name}") ? "connected\\n" : "refused\\n"`;
      const ask = `/usr/bin/perl -e '${program}'`;
      const settings = { sandboxPaths: ["/usr", "/lib?", "/lib64?"] };
      try {
        assert.equal(execFileSync("perl", ["-e", program], { encoding: "utf8" }), "connected\n");
        assert.deepEqual(await run("abstract-fixed", ask, { fixed: emptyFile }, settings), ["refused"]);
        assert.deepEqual(await run("abstract", ask, {}, settings), ["refused"]);
      } finally {
        server.close();
      }
    },
  );

  it("registers a fixed output on new inodes, so that files its builder kept open do not change it", async () => {
    const drv = w.script("smuggler", "mkdir $out; echo good > $out/f; busybox stat -c %i $out $out/f", {
      fixed: { method: "nar", hash: hashByteString("sha256", "unknown") },
    });
    const { results, lines } = await w.realise(drv);
    assert.equal(results[0]?.success === false && results[0].status, "HashMismatch");
    const kept = w.store.queryAllValidPaths().find((path) => path.endsWith("-smuggler")) ?? assert.fail("kept");
    const inodes = ["", "/f"].map((rest) => String(lstatSync(w.store.realPath(kept, rest)).ino));
    assert.equal(
      inodes.some((inode) => lines.includes(inode)),
      false,
    );
    assert.equal(readFileSync(w.store.realPath(kept, "/f"), "utf8"), "good\n");
  });

  it("refuses setuid and setgid files", async () => {
    const lines = await run(
      "setuid",
      "touch f; chmod 4755 f || echo refused; chmod g+s f || echo refused; chmod 755 f && echo plain",
    );
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("chmod:")),
      ["refused", "refused", "plain"],
    );
  });

  it(
    "filters the other ways to such files, and extended attributes",
    { skip: perl === undefined && "needs perl on x86_64" },
    async () => {
      const calls: readonly [name: string, call: string, errno: number][] = [
        ["open without a mode", '2, "f", 0, 04755', 0],
        ["open", '2, "n1", 0101, 04755', 1],
        ["openat", '257, -100, "n2", 0101, 02755', 1],
        ["creat", '85, "n3", 04755', 1],
        ["mknod", '133, "n4", 0104755, 0', 1],
        ["mknodat", '259, -100, "n5", 0102755, 0', 1],
        ["chmod", '90, "f", 04755', 1],
        ["fchmodat", '268, -100, "f", 04755', 1],
        ["fchmodat2", '452, -100, "f", 04755, 0', 1],
        ["x32 chmod", '0x40000000 + 90, "f", 04755', 1],
        ["setxattr", '188, "f", "user.a", "x", 1, 0', 95],
        ["getxattr", '191, "f", "user.a", "x", 1', 95],
        ["setxattrat", '463, -100, "f", 0, "user.a", "x", 16', 95],
        ["openat2", '437, -100, "f", "x", 24', 38],
        ["io_uring_setup", '425, 1, "x"', 38],
      ];
      const program = calls
        // Perl wants its strings in variables here.
        .map(
          ([, call]) =>
            `$r = syscall(${call.replace(/"[^"]*"/g, (text) => `(my $s${text.length}${text.charCodeAt(1)} = ${text})`)}); print(($r < 0 ? $!+0 : 0), "\\n");`,
        )
        .join("");
      const sandboxPaths = ["/usr", "/lib?", "/lib64?"];
      const lines = await run("calls", `touch f; /usr/bin/perl -e '${program}' 2>&1`, {}, { sandboxPaths });
      assert.deepEqual(
        lines.map(Number),
        calls.map(([, , errno]) => errno),
      );
    },
  );

  it("shows the paths that the settings name, and only those", async () => {
    const sh = w.store.realPath(w.busybox, "/bin/busybox");
    assert.deepEqual(
      await run(
        "sh",
        "/bin/sh -c 'echo ok'; [ -e /absent ] || echo absent",
        {},
        { sandboxPaths: [`/bin/sh=${sh}`, "/absent?"] },
      ),
      ["ok", "absent"],
    );
    assert.deepEqual(await run("no-sh", "[ -e /bin/sh ] || echo absent"), ["absent"]);
  });

  it("says what to install where bubblewrap is missing, and builds nothing without it", () => {
    const drv = w.script("unprotected", "touch $out");
    const url = new URL("./workshop.test-support.ts", import.meta.url).href;
    const code = `const { Workshop } = await import(${JSON.stringify(url)}); const { results } = await new Workshop({ root: ${JSON.stringify(w.root)} }).realise(${JSON.stringify(drv)}); console.log(results[0].error.message); console.log(results[0].error.hint);`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
      encoding: "utf8",
      env: { ...process.env, PATH: "/nonexistent" },
    });
    assert.match(
      out,
      /^Cannot build in a sandbox: the program 'bwrap' is not installed\nInstall it with 'apt install bubblewrap'/,
    );
    assert.equal(w.store.isValidPath(w.output(drv)), false);
  });

  it("passes arguments and variables byte for byte", async () => {
    const odd = "\xff'\n\x80 $x `y`\n";
    const drv = w.script("bytes", "", {
      args: ["-c", `printf %s "$1" > $out; printf %s "$odd" >> $out`, "sh", odd],
      env: { odd },
    });
    assert.equal((await w.realise(drv)).results[0]?.success, true);
    assert.equal(readFileSync(w.real(drv), "latin1"), odd + odd);
  });

  it("ends with the process that started it, whose work another process then does again", async () => {
    const mark = `never-${process.pid}`;
    const drv = w.script("interrupted", `echo begun; [ -e /build/${mark} ] || sleep 30; touch $out`);
    const url = new URL("./workshop.test-support.ts", import.meta.url).href;
    const code = `const { Workshop } = await import(${JSON.stringify(url)}); await new Workshop({ root: ${JSON.stringify(w.root)} }).realise(${JSON.stringify(drv)});`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "ignore" });
    const log = `${w.root}/nix/var/log/nix/drvs/${drv.slice(0, 2)}/${drv.slice(2)}`;
    await until(() => existsSync(log) && readFileSync(log, "utf8") !== "");
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("exit", resolve));
    await until(() => !execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(mark));
    assert.equal(w.store.isValidPath(w.output(drv)), false);
    const again = w.realise(drv, { timeout: 1 });
    assert.match(JSON.stringify((await again).results[0]), /TimedOut/);
    assert.deepEqual(
      readdirSync(`${w.root}/nix/store`).filter((name) => name.includes(".chroot")),
      [],
    );
  });

  it("builds once when two processes want the same at the same time", async () => {
    const drv = w.script("contested", "sleep 0.5; cat /proc/sys/kernel/random/uuid > $out; echo built");
    const url = new URL("./workshop.test-support.ts", import.meta.url).href;
    const code = `const { Workshop } = await import(${JSON.stringify(url)}); const { results, lines } = await new Workshop({ root: ${JSON.stringify(w.root)} }).realise(${JSON.stringify(drv)}); console.log(results[0].status, lines.length);`;
    const runs = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise<string>((resolve) => {
            const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
              stdio: ["ignore", "pipe", "inherit"],
            });
            let out = "";
            child.stdout.on("data", (chunk) => (out += String(chunk)));
            child.on("close", () => resolve(out.trim()));
          }),
      ),
    );
    assert.deepEqual(runs.toSorted(), ["AlreadyValid 0", "AlreadyValid 0", "Built 1"]);
  });
});

describe("without a sandbox", { skip: cannotBuild }, () => {
  let w: Workshop;
  before(() => void (w = new Workshop({ unhidden: true })));
  after(() => w.close());

  it("builds, rebuilds beside the valid output, and compares with the hashes put right", async () => {
    const drv = w.script("plain", "mkdir $out; echo $out > $out/self; ln -s $out/self $out/link; pwd; exit 0");
    const first = await w.realise(drv, { sandbox: false });
    assert.equal(first.results[0]?.success, true, JSON.stringify(first.results));
    assert.match(first.lines[0] ?? "", /state\/builds\/nix-.*\/build$/);
    assert.deepEqual(w.store.queryPathInfo(w.output(drv)).references, [w.output(drv)]);
    const checked = await w.realise(drv, { sandbox: false, mode: "check" });
    assert.equal(checked.results[0]?.success, true, JSON.stringify(checked.results));
    const names = readdirSync(`${w.root}/store`).filter((name) => name.endsWith("-plain"));
    assert.deepEqual(names, [w.output(drv)]);
  });

  it("leaves nothing of a failed build", async () => {
    const drv = w.script("broken", "mkdir $out; exit 1");
    assert.equal((await w.realise(drv, { sandbox: false })).results[0]?.success, false);
    assert.equal(existsSync(w.real(drv)), false);
  });

  it("is what relaxed means for those who ask", async () => {
    const script = "hostname > /dev/null; pwd; touch $out";
    const out = w.script("relaxed-out", script, { env: { __noChroot: "1" } });
    const inside = w.script("relaxed-in", script);
    const { lines } = await w.realise([out, inside], { sandbox: "relaxed", maxJobs: 1 });
    assert.equal(lines.filter((line) => line === "/build").length, 1);
    assert.equal(lines.length, 2);
  });
});

describe("sandbox settings", () => {
  it("reads sandbox-paths", () => {
    const table = [
      ["/bin/sh=/x/busybox", { target: "/bin/sh", source: "/x/busybox", optional: false, writable: true }],
      ["/opt?", { target: "/opt", source: "/opt", optional: true, writable: true }],
      ["/a=/nix/store/b?", { target: "/a", source: "/nix/store/b", optional: true, writable: false }],
    ] as const;
    for (const [entry, expected] of table) assert.deepEqual(parseSandboxPath("/nix/store", entry), expected);
  });

  it("reads the size of /dev/shm", () => {
    assert.deepEqual(["50%", "1000", "64m", "1G"].map(parseShmSize), [undefined, 1000, 64 * 1024 ** 2, 1024 ** 3]);
  });
});
