import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync, chmodSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { printHash, hashByteString } from "#formats";
import type { LogEvent, StorePath } from "#formats";
import { BuildError, queryMissing, throwFailures } from "./index.ts";
import type { BuildResult } from "./index.ts";
import { cannotBuild, until, Workshop } from "./workshop.test-support.ts";

const sha256 = (text: string) => hashByteString("sha256", text);

describe("realise", { skip: cannotBuild }, () => {
  let w: Workshop;
  before(() => void (w = new Workshop()));
  after(() => w.close());

  const failure = (results: readonly BuildResult[]): BuildError => {
    const failed = results.find((result) => !result.success);
    assert.ok(failed !== undefined && !failed.success, "one build fails");
    return failed.error;
  };

  /** What a builder may leave in the store while it runs, and must not afterwards. */
  const leftovers = (): string[] =>
    readdirSync(`${w.root}/nix/store`).filter((name) => /\.chroot|\.lock|^tmp-|\.check/.test(name));

  it("builds outputs that refer to each other and to inputs, and registers them with their metadata", async () => {
    const lib = w.script("lib", 'echo lib > "$out"');
    const both = w.script(
      "both",
      "mkdir $out $dev; echo $lib > $out/lib; ln -s $out/lib $dev/link; echo x > $out/x; chmod 755 $out/x",
      {
        outputs: ["out", "dev"],
        inputs: [lib],
        env: { lib: w.print(w.output(lib)) },
      },
    );
    const { results } = await w.realise(both, { maxJobs: 2 });
    assert.equal(results[0]?.success && results[0].status, "Built");
    const out = w.store.queryPathInfo(w.output(both));
    const dev = w.store.queryPathInfo(w.output(both, "dev"));
    assert.deepEqual(out.references, [w.output(lib)]);
    assert.deepEqual(dev.references, [w.output(both)]);
    assert.equal(out.deriver, both);
    assert.equal(out.ultimate, true);
    assert.equal(lstatSync(w.real(both, "out", "/lib")).mode & 0o7777, 0o444);
    assert.equal(lstatSync(w.real(both, "out", "/x")).mode & 0o7777, 0o555);
    assert.equal(lstatSync(w.real(both)).mode & 0o7777, 0o555);
    assert.equal(lstatSync(w.real(both, "out", "/lib")).mtimeMs, 1000);
    assert.deepEqual(leftovers(), []);
    const again = await w.realise(both);
    assert.equal(again.results[0]?.success && again.results[0].status, "AlreadyValid");
    assert.deepEqual(again.lines, []);
  });

  it("says why a builder failed, with the end of its log, and keeps the whole log", async () => {
    const fail = w.script("fail", "echo line1; echo line2 >&2; echo > $out; exit 3");
    const { results, lines } = await w.realise(fail, { logLines: 1 });
    const error = failure(results);
    assert.equal(error.status, "PermanentFailure");
    assert.equal(error.exitStatus, 100);
    assert.equal(
      error.message,
      `Cannot build '${w.print(fail)}'.\nReason: builder failed with exit code 3.\nOutput paths:\n  ${w.print(w.output(fail))}\n` +
        `Last 1 log lines:\n> line2\nFor full logs, run:\n  nix-store -l ${w.print(fail)}`,
    );
    assert.deepEqual(lines, ["line1", "line2"]);
    assert.equal(Buffer.from(w.store.buildLog(fail) ?? []).toString(), "line1\nline2\n");
    assert.equal(existsSync(w.real(fail)), false);
    assert.deepEqual(leftovers(), []);
    assert.deepEqual(readdirSync(`${w.root}/nix/var/nix/builds`), []);
  });

  it("fails what depends on a failed build, and tells of the first cause on the way", async () => {
    const bad = w.script("bad", "exit 1");
    const middle = w.script("middle", "true", { inputs: [bad] });
    const top = w.script("top", "true", { inputs: [middle] });
    const { results, errors } = await w.realise(top, { printBuildLogs: true });
    const describeFailure = (path: StorePath, reason: string) =>
      `Cannot build '${w.print(path)}'.\nReason: ${reason}.\nOutput paths:\n  ${w.print(w.output(path))}`;
    assert.deepEqual(errors, [
      describeFailure(bad, "builder failed with exit code 1"),
      describeFailure(middle, "1 dependency failed"),
    ]);
    assert.equal(failure(results).message, describeFailure(top, "1 dependency failed"));
    assert.equal(failure(results).exitStatus, 100);
  });

  it("stops at the first failure, but goes on with keep-going", async () => {
    const make = (suffix: string) => ({
      bad: w.script(`a-bad${suffix}`, "exit 1"),
      worse: w.script(`b-worse${suffix}`, "exit 2"),
      good: w.script(`c-good${suffix}`, "echo > $out"),
    });
    const one = make("1");
    const top = w.script("top-of-bad1", "true", { inputs: [one.bad, one.worse, one.good] });
    const stopped = await w.realise(top);
    assert.match(failure(stopped.results).message, /Reason: 1 dependency failed/);
    assert.equal(w.store.isValidPath(w.output(one.good)), false);
    const two = make("2");
    const top2 = w.script("top-of-bad2", "true", { inputs: [two.bad, two.worse, two.good] });
    const all = await w.realise([top2, two.good], { keepGoing: true });
    assert.match(failure(all.results).message, /Reason: 2 dependencies failed/);
    assert.equal(all.results[1]?.success, true);
    const shown: LogEvent[] = [];
    const results = (await w.realise([two.bad, two.worse], { keepGoing: true })).results;
    assert.throws(
      () => throwFailures(w.store, results, (event) => shown.push(event)),
      (error) =>
        error instanceof BuildError &&
        error.exitStatus === 100 &&
        error.message ===
          `build of '${[two.bad, two.worse]
            .map((path) => w.print(path))
            .toSorted()
            .join("', '")}' failed`,
    );
    assert.equal(shown.length, 2);
  });

  const rejected: readonly [
    name: string,
    script: string,
    options: object,
    settings: object,
    message: RegExp,
    exitStatus: number,
  ][] = [
    [
      "does not make its output",
      "true",
      {},
      {},
      /^builder for '.*-x\.drv' failed to produce output path for output 'out' at ".*\.drv\.chroot\/root\/nix\/store\/[^/]*-x"$/,
      1,
    ],
    [
      "makes an output that others may write",
      "mkdir $out; chmod 777 $out",
      {},
      {},
      /^suspicious ownership or permission on ".*" for output 'out'; rejecting this build output$/,
      1,
    ],
    ["makes a fifo", "mkdir $out; busybox mkfifo $out/f", {}, {}, /^file ["'].*["'] has an unsupported type$/, 1],
    ["takes too long", "sleep 10", {}, { timeout: 1 }, /^timed out after 1 seconds$/, 101],
    ["is silent for too long", "sleep 10", {}, { maxSilentTime: 1 }, /^timed out after 1 seconds$/, 101],
    [
      "prints too much",
      "yes",
      {},
      { maxBuildLogSize: 1000 },
      /^building derivation '.*' killed after writing more than 1000 bytes of log output$/,
      1,
    ],
    [
      "is for another system",
      "true",
      { system: "foo-linux" },
      {},
      /^Cannot build '.*'\.\nReason: platform mismatch\nRequired system: 'foo-linux'\nCurrent system: '.*'$/,
      100,
    ],
    [
      "needs a feature",
      "true",
      { env: { requiredSystemFeatures: "zork" } },
      { systemFeatures: ["kvm", "big-parallel"] },
      /^Cannot build '.*'\.\nReason: missing system features\nRequired features: \{zork\}\nAvailable features: \{big-parallel, kvm\}$/,
      100,
    ],
    [
      "may not be built here",
      "true",
      {},
      { maxJobs: 0 },
      /^Cannot build '.*'\.\nReason: local builds are disabled \(max-jobs = 0\)\nHint: set /,
      100,
    ],
    [
      "asks to be outside the sandbox",
      "true",
      { env: { __noChroot: "1" } },
      {},
      /^derivation '.*' has '__noChroot' set, but that's not allowed when 'sandbox' is 'true'$/,
      1,
    ],
    [
      "has a builder that is not there",
      "",
      { builder: "/nonexistent/foo" },
      {},
      /^Cannot build '.*'\.\nReason: builder failed with exit code 1\.\n[^]*\n> error: executing '\/nonexistent\/foo': No such file or directory\n/,
      100,
    ],
    [
      "makes outputs that refer to each other",
      "echo $dev > $out; echo $out > $dev",
      { outputs: ["out", "dev"] },
      {},
      /^cycle detected in build of '.*' in the references of output 'dev' from output 'out'$/,
      1,
    ],
    [
      "refers to what is not allowed",
      "echo $PATH > $out",
      { env: { allowedReferences: "" } },
      {},
      /^output '.*-x' is not allowed to refer to the following paths:\n  \/nix\/store\/.*-busybox$/,
      1,
    ],
    [
      "allows an output that it does not have",
      "echo $PATH > $out",
      { env: { allowedReferences: "zork" } },
      {},
      /^derivation '.*' output check for 'out' contains output name 'zork', but this is not a valid output of this derivation\. \(Valid outputs are \[out\]\.\)$/,
      1,
    ],
    [
      "is executable where a flat file is wanted",
      "echo > $out; chmod +x $out",
      { fixed: { method: "flat", hash: sha256("") } },
      {},
      /^output path ".*" should be a non-executable regular file since recursive hashing is not enabled/,
      1,
    ],
    [
      "refers to a store path although it is fixed",
      "echo $PATH > $out",
      { fixed: { method: "nar", hash: sha256("y") } },
      {},
      /^hash mismatch in fixed-output derivation/,
      102,
    ],
  ];
  for (const [index, [name, script, options, settings, message, exitStatus]] of rejected.entries()) {
    it(`refuses a build that ${name}`, async () => {
      const drv = w.script("x", `# ${index}\n${script}`, { env: {}, ...options });
      const { results } = await w.realise(drv, settings);
      const error = failure(results);
      assert.match(error.message, message);
      assert.equal(error.exitStatus, exitStatus);
      assert.equal(w.store.isValidPath(w.output(drv)), false);
      assert.equal(existsSync(w.real(drv)), false);
      assert.deepEqual(leftovers(), []);
    });
  }

  it("accepts a fixed output of the right hash, and keeps one of the wrong hash under its own name", async () => {
    const right = w.script("right", "echo -n hello > $out", { fixed: { method: "flat", hash: sha256("hello") } });
    assert.equal((await w.realise(right)).results[0]?.success, true);
    assert.deepEqual(w.store.queryPathInfo(w.output(right)).ca, { method: "flat", hash: sha256("hello") });
    const wrong = w.script("wrong", "echo -n other > $out", { fixed: { method: "flat", hash: sha256("hello") } });
    const error = failure((await w.realise(wrong)).results);
    assert.equal(error.exitStatus, 102);
    assert.equal(
      error.message,
      `hash mismatch in fixed-output derivation '${w.print(wrong)}':\n  specified: ${printHash(sha256("hello"), "sri")}\n     got:    ${printHash(sha256("other"), "sri")}`,
    );
    const corrected = w.script("wrong", "exit 1", { fixed: { method: "flat", hash: sha256("other") } });
    const { results, lines } = await w.realise(corrected);
    assert.equal(results[0]?.success && results[0].status, "AlreadyValid");
    assert.deepEqual(lines, []);
  });

  it("discards references where structured attributes say so", async () => {
    const bin = `${w.print(w.busybox)}/bin`;
    const drv = w.script("discarding", "", {
      structured: JSON.stringify({ unsafeDiscardReferences: { out: true } }),
      args: [
        "-c",
        `eval "$(${bin}/grep -o "/nix/store/[^']*-discarding" $NIX_ATTRS_SH_FILE | ${bin}/head -n1 | while read p; do echo out=$p; done)"; echo ${bin} > $out`,
      ],
    });
    const { results, lines } = await w.realise(drv);
    assert.ok(results[0]?.success, lines.join("\n"));
    assert.deepEqual(w.store.queryPathInfo(w.output(drv)).references, []);
  });

  it("builds only the outputs that lack, and leaves the valid ones as they are", async () => {
    const drv = w.script("halves", "cat /proc/sys/kernel/random/uuid > $out; echo dev > $dev", {
      outputs: ["out", "dev"],
    });
    await w.realise(drv);
    const contents = readFileSync(w.real(drv), "utf8");
    w.store.invalidatePath(w.output(drv, "dev"));
    const { results } = await w.realise(drv);
    assert.equal(results[0]?.success && results[0].status, "Built");
    assert.equal(readFileSync(w.real(drv), "utf8"), contents);
    assert.equal(readFileSync(w.real(drv, "dev"), "utf8"), "dev\n");
  });

  it("checks a build by doing it again", async () => {
    const same = w.script("same", "echo same > $out");
    const random = w.script("random", "cat /proc/sys/kernel/random/uuid > $out");
    await w.realise([same, random]);
    assert.equal((await w.realise(same, { mode: "check" })).results[0]?.success, true);
    const error = failure((await w.realise(random, { mode: "check" })).results);
    assert.equal(
      error.message,
      `derivation '${w.print(random)}' may not be deterministic: output "${w.real(random)}" differs`,
    );
    assert.equal(error.exitStatus, 104);
    const kept = failure((await w.realise(random, { mode: "check", keepFailed: true })).results);
    assert.match(kept.message, /differs from ".*-random\.check"$/);
    assert.equal(existsSync(`${w.real(random)}.check`), true);
    const never = w.script("never", "true");
    assert.match(
      failure((await w.realise(never, { mode: "check" })).results).message,
      /^some outputs of '.*' are not valid, so checking is not possible\n/,
    );
  });

  it("repairs an output whose contents were altered", async () => {
    const drv = w.script("repairable", "mkdir $out; echo good > $out/f");
    await w.realise(drv);
    chmodSync(w.real(drv, "out", "/f"), 0o644);
    writeFileSync(w.real(drv, "out", "/f"), "bad\n");
    const { results, errors } = await w.realise(drv, { mode: "repair" });
    assert.equal(results[0]?.success, true);
    assert.deepEqual(errors, [`path '${w.print(w.output(drv))}' is corrupted or missing!`]);
    assert.equal(readFileSync(w.real(drv, "out", "/f"), "utf8"), "good\n");
  });

  it("keeps the directory of a failed build when asked to", async () => {
    const drv = w.script("kept", "echo evidence > file; exit 1");
    const { errors } = await w.realise(drv, { keepFailed: true });
    const dir = /^note: keeping build directory "(.*)"$/.exec(errors[0] ?? "")?.[1] ?? "";
    assert.equal(readFileSync(`${dir}/file`, "utf8"), "evidence\n");
  });

  it("runs as many builds at once as it may, and starts the longest chain first", async () => {
    // None of the three ends before all have begun.
    const script = "echo begun; until [ -e go ]; do sleep 0.05; done; echo > $out";
    const slow = ["1", "2", "3"].map((n) => w.script(`slow${n}`, script));
    const builds = `${w.root}/nix/var/nix/builds`;
    let begun = 0;
    const onEvent = (event: LogEvent): void => {
      if (event.kind !== "buildLogLine" || ++begun < 3) return;
      for (const path of readdirSync(builds, { recursive: true, encoding: "utf8" })) {
        if (path.endsWith("/build")) writeFileSync(`${builds}/${path}/go`, "");
      }
    };
    const together = await w.realise(slow, { maxJobs: 3, maxSilentTime: 20 }, { onEvent });
    assert.deepEqual(
      together.results.map(({ success }) => success),
      [true, true, true],
    );
    const alone = w.script("a-alone", "echo > $out");
    const first = w.script("z-first", "echo > $out");
    const second = w.script("z-second", "echo > $out", { inputs: [first] });
    const { events } = await w.realise([alone, second], { maxJobs: 1 });
    const started = events.flatMap((event) => (event.kind === "start" && event.type === "build" ? event.path : []));
    assert.equal(started[0], first);
    assert.equal(started.length, 3);
  });

  it("builds what two others need once", async () => {
    const shared = w.script("shared", "echo built; echo > $out");
    const users = ["a", "b"].map((name) => w.script(name, "echo > $out", { inputs: [shared] }));
    const { lines } = await w.realise([...users, shared], { maxJobs: 4 });
    assert.deepEqual(lines, ["built"]);
  });

  it("says what it would build", () => {
    const bottom = w.script("bottom", "echo > $out");
    const upper = w.script("upper", "echo > $out", { inputs: [bottom] });
    const missing = queryMissing(w.store, [{ kind: "built", derivation: upper, outputs: "all" }]);
    assert.deepEqual(missing.willBuild, [bottom, upper]);
  });

  it("reports a path that nothing can make", async () => {
    const path = "00000000000000000000000000000000-nowhere" as StorePath;
    const { results } = await w.realisePaths([{ kind: "opaque", path }]);
    assert.equal(
      failure(results).message,
      `path '${w.print(path)}' is required, but there is no substituter that can build it`,
    );
  });

  it("understands the messages that builders send about themselves", async () => {
    const drv = w.script(
      "phases",
      `echo '@nix { "action": "setPhase", "phase": "unpackPhase" }'; echo '@nix {'; echo plain; printf 'a\\rb\\n'; echo > $out`,
    );
    const { events, lines } = await w.realise(drv);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === "phase" ? event.phase : [])),
      ["unpackPhase"],
    );
    assert.deepEqual(lines, ["@nix {", "plain", "b"]);
  });

  it("kills everything a build started when it is cancelled", async () => {
    const mark = `endless-${process.pid}`;
    const drv = w.script("endless", `(while true; do sleep 0.1; : ${mark}; done) & echo started; wait`);
    const isRunning = (): boolean => execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(mark);
    const buildDirs = (): string[] => readdirSync(`${w.root}/nix/var/nix/builds`);
    const dirsBefore = buildDirs();
    const cancellation = new AbortController();
    const onEvent = (event: LogEvent): void => {
      if (event.kind !== "buildLogLine") return;
      assert.equal(isRunning(), true);
      cancellation.abort(new Error("stop"));
    };
    await assert.rejects(w.realise(drv, {}, { signal: cancellation.signal, onEvent }), /stop/);
    await until(() => !isRunning());
    assert.deepEqual(buildDirs(), dirsBefore);
    assert.equal(w.store.isValidPath(w.output(drv)), false);
  });
});
