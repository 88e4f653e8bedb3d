// A running machine is switched to other systems: ordinary changes, ones that go wrong, back again, and with the power cut in
// the middle. The systems are built beforehand and lie in the machine's store, so that it needs no network. Their files are in
// switch/. FIRN_POWER_CUTS says how many there are (20 in a long run), FIRN_SEED which.

import assert from "node:assert/strict";
import { realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Machine, readMachineSpec } from "#nixos";
import { openWorkshop } from "./built-machine.test-support.ts";

const powerCuts = Number(process.env["FIRN_POWER_CUTS"] ?? 2);
const seed = Number(process.env["FIRN_SEED"] ?? Date.now() % 1_000_000);
const variants = ["base", "edited", "unhealthy", "broken"] as const;
type Variant = (typeof variants)[number];

/** What nginx answers in each system, status and page. */
const pages: Partial<Record<Variant, string>> = { base: "the first page", edited: "the second page" };

describe("a machine that is switched", { concurrency: false }, () => {
  const workshop = openWorkshop();
  const systems = {} as Record<Variant, string>;
  let machine: Machine;
  let lock: string;

  /** Builds an attribute of a variant's system, with Firn's package as the machine itself will name it. */
  const openBuilder = (): ((file: string, attribute: string) => string) => {
    const build = (file: string, attribute: string, ...more: readonly string[]): string => {
      const [expression = "", ...rest] = workshop.evaluation("phenex");
      const words = rest.slice(0, -1);
      return workshop.firn("nix-build", "--no-out-link", expression, ...words, file, ...more, "-A", attribute).trim();
    };
    const firn = build(variantFile("base"), "pkgs.firn");
    return (file, attribute) => build(file, attribute, "--argstr", "firn", firn);
  };

  before(async () => {
    const build = openBuilder();
    for (const variant of variants) systems[variant] = build(variantFile(variant), "system");
    const file = join(workshop.folder, "switched.nix");
    const paths = variants.map((variant) => `(builtins.storePath ${systems[variant]})`);
    lock = workshop.firn("nix-store", "--add", realpathSync(join(workshop.folder, "lock"))).trim();
    const all = [...paths, `(builtins.storePath ${lock})`].join(" ");
    writeFileSync(file, `{ imports = [ ${variantFile("base")} ]; virtualisation.additionalPaths = [ ${all} ]; }\n`);
    const spec = readMachineSpec(build(file, "config.system.build.vm"), workshop.folder);
    assert.equal(spec.system, systems.base);
    const folder = join(workshop.folder, "switched");
    rmSync(folder, { recursive: true, force: true });
    machine = new Machine(spec, { folder, timeout: 900 });
    await machine.start();
    await machine.waitForUnit("multi-user.target");
  });
  after(async () => {
    await machine?.crash();
    workshop.close();
  });

  /** nixos-rebuild on the machine: its status and all that it said. */
  const rebuild = async (...words: readonly string[]): Promise<{ status: number; said: string }> => {
    const { status, stdout, stderr } = await machine.execute(`nixos-rebuild ${words.join(" ")}`);
    return { status, said: stdout + stderr };
  };
  const switchTo = async (variant: Variant) => await rebuild("switch", "--store-path", systems[variant]);

  /** Each running unit's number of this start of it. */
  const invocations = async (): Promise<ReadonlyMap<string, string>> => {
    const units = "$(systemctl list-units --plain --no-legend --type=service --state=running | cut -d ' ' -f 1)";
    const text = await machine.succeed(`systemctl show --property=Id,InvocationID ${units}`);
    return new Map(
      [...text.matchAll(/^Id=(.*)\nInvocationID=(.*)$|^InvocationID=(.*)\nId=(.*)$/gm)].map((match) => [
        match[1] ?? match[4] ?? "",
        match[2] ?? match[3] ?? "",
      ]),
    );
  };

  /** The machine runs this system, and boots it. */
  const runsAndBoots = async (variant: Variant): Promise<void> => {
    const links = "readlink -f /run/current-system /nix/var/nix/profiles/system";
    const [current, profile] = (await machine.succeed(links)).trim().split("\n");
    assert.deepEqual([current, profile], [systems[variant], systems[variant]]);
    const boots = await machine.succeed("if [ -e /sbin/init ]; then readlink /sbin/init; fi");
    assert.ok([`${systems[variant]}/init\n`, ...(variant === "base" ? [""] : [])].includes(boots), boots);
    await machine.fail("test -e /var/lib/nixos/switch-journal.json");
    const request = "exec 3<> /dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    const answer = await machine.waitUntilSucceeds(request);
    assert.ok(answer.endsWith(pages[variant] ?? ""), answer);
  };

  test("what dry-activate says is what the switch does, and only changed units start anew", async () => {
    const { said: planned } = await rebuild("dry-activate", "--store-path", systems.edited);
    const earlier = await invocations();
    const { status, said } = await switchTo("edited");
    assert.equal(status, 0, said);
    const would = [...planned.matchAll(/^would (stop|restart|reload|start) the following units: (.*)$/gm)];
    const did = [...said.matchAll(/^(stop|restart|reload|start)p?ing the following units: (.*)$/gm)];
    const told = (matches: readonly RegExpMatchArray[]) => matches.map(([, verb, units]) => `${verb} ${units}`);
    assert.deepEqual(told(did), told(would));
    assert.deepEqual(told(did), ["stop greeter.service", "restart nginx.service"]);
    const later = await invocations();
    const changed = [...later].filter(([unit, id]) => earlier.get(unit) !== id).map(([unit]) => unit);
    assert.deepEqual(changed, ["nginx.service"]);
    assert.ok(later.has("counter.service"));
    assert.match(said, /^packages:\n(?: {2}.*\n)* {2}jq: ∅ → /m);
    assert.match(
      said,
      /^users and groups:\n {2}user alice: added\nunits:\n(?: {2}.*\n)*stopping the following units: /m,
    );
    await runsAndBoots("edited");
  });

  test("the edits are there: a package, a user, one service less", async () => {
    assert.match(await machine.succeed("jq --version"), /^jq-/);
    assert.match(await machine.succeed("id alice"), /^uid=1234\(alice\)/);
    assert.match(await machine.execute("systemctl is-active greeter").then(({ stdout }) => stdout), /^inactive/);
  });

  test("a switch with nothing changed touches no unit", async (t) => {
    const earlier = await invocations();
    const begin = Date.now();
    const { status, said } = await switchTo("edited");
    t.diagnostic(`a switch with nothing changed: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.equal(status, 0, said);
    assert.match(said, /^nothing is different from what the machine runs\nactivating the configuration\.\.\.\ndone in/);
    assert.deepEqual(await invocations(), earlier);
  });

  test("a service that is not healthy is taken back", async () => {
    const { status, said } = await switchTo("unhealthy");
    assert.equal(status, 5, said);
    assert.match(said, /^warning: nginx\.service is not healthy after \d+ s: nginx answers: HTTP\/1\.1 503/m);
    assert.match(said, /^taken back after .* s: the machine runs, and boots, what it ran before$/m);
    await runsAndBoots("edited");
    await machine.fail("id mallory");
    assert.equal((await machine.succeed("ls /nix/var/nix/profiles | grep -c '^system-.*-link$'")).trim(), "2");
  });

  test("a unit that fails is taken back, and what it printed is shown", async () => {
    const { status, said } = await switchTo("broken");
    assert.equal(status, 5, said);
    assert.match(said, /^warning: the following units failed: greeter\.service$/m);
    assert.match(said, /status=3/);
    await runsAndBoots("edited");
  });

  test("the way back leads to the identical system", async () => {
    const { status, said } = await rebuild("switch", "--rollback");
    assert.equal(status, 0, said);
    await runsAndBoots("base");
    await machine.fail("id alice");
    assert.equal((await machine.succeed("systemctl is-active greeter")).trim(), "active");
  });

  test("a reboot comes up in the generation that was chosen", async () => {
    const { status, said } = await rebuild("boot", "--store-path", systems.edited);
    assert.equal(status, 0, said);
    assert.equal((await machine.succeed("readlink /run/current-system")).trim(), systems.base);
    await machine.reboot();
    await machine.waitForUnit("multi-user.target");
    await runsAndBoots("edited");
  });

  test("the machine evaluates its own configuration, and finds that system built", async (t) => {
    for (const variant of ["base", "edited"] as const) {
      await machine.copyFromHost(variantFile(variant), `/etc/nixos/${variant}.nix`);
    }
    await machine.succeed(`ln -s ${lock} /etc/nixos/lock; ln -s edited.nix /etc/nixos/configuration.nix`);
    const begin = Date.now();
    const { status, said } = await rebuild("switch");
    t.diagnostic(`evaluated, built and switched in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.equal(status, 0, said);
    assert.match(said, /^building the system configuration\.\.\.\nnothing is different from what the machine runs\n/);
    await runsAndBoots("edited");
  });

  test(`after a power cut at any moment the machine boots whole (${powerCuts} cuts, FIRN_SEED=${seed})`, async (t) => {
    const random = randomNumbers(seed);
    let now: Variant = "edited";
    let duration = 0;
    for (let cut = 0; cut < powerCuts; cut++) {
      const next: Variant = now === "edited" ? "base" : "edited";
      // The first of all is not cut: how long a switch takes here is what the moments are drawn from.
      if (duration === 0) {
        const begin = Date.now();
        const { status, said } = await switchTo(next);
        assert.equal(status, 0, said);
        duration = Date.now() - begin;
        now = next;
        cut--;
        continue;
      }
      const moment = Math.round(random() * duration * 1.1);
      await machine.succeed(
        `nixos-rebuild switch --store-path ${systems[next]} > /root/switch.log 2>&1 < /dev/null & disown`,
      );
      await pause(moment);
      await machine.crash();
      await machine.start();
      await machine.waitForUnit("multi-user.target");
      await machine.waitUntilSucceeds("! test -e /var/lib/nixos/switch-journal.json");
      const current = (await machine.succeed("readlink /run/current-system")).trim();
      const found: Variant | undefined = ([now, next] as const).find((variant) => systems[variant] === current);
      t.diagnostic(
        `cut after ${(moment / 1000).toFixed(1)} s of ${(duration / 1000).toFixed(1)}: it came up with ${found}`,
      );
      assert.ok(found !== undefined, current);
      await runsAndBoots(found);
      assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
      now = found;
    }
  });
});

function variantFile(variant: Variant): string {
  return join(import.meta.dirname, "switch", `${variant}.nix`);
}

/** Mulberry32: numbers from 0 to 1 that a seed decides. */
function randomNumbers(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
