// The programs that write boot menus, in a folder that stands for a machine: what is in the menus, and that one which boots is
// there whenever they are killed.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

const loaders = join(import.meta.dirname, "../../collection/modules/system/boot/loader");
const profiles = "/nix/var/nix/profiles";

interface SystemOptions {
  readonly params?: readonly string[];
  readonly kernel?: string;
  readonly specialisations?: Readonly<Record<string, string>>;
  /** From before there was a boot.json. */
  readonly old?: boolean;
}

/** A machine's files below a folder, with systems that are only as much as a menu needs. */
class FakeMachine {
  readonly root: string;
  #generation = 0;

  constructor(t: TestContext) {
    this.root = mkdtempSync(join(tmpdir(), "firn-boot-"));
    t.after(() => rmSync(this.root, { recursive: true, force: true }));
    mkdirSync(`${this.root}/boot`);
    mkdirSync(`${this.root}${profiles}`, { recursive: true });
    this.write("/nix/store/boot.efi", "systemd-boot 1");
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.root + path), { recursive: true });
    writeFileSync(this.root + path, text);
  }

  read(path: string): string {
    return readFileSync(this.root + path, "utf8");
  }

  list(path: string): string[] {
    return existsSync(this.root + path) ? readdirSync(this.root + path).toSorted() : [];
  }

  system(
    name: string,
    { params = ["quiet"], kernel = "linux-6.1", specialisations = {}, old = false }: SystemOptions = {},
  ): string {
    const toplevel = `/nix/store/${name}`;
    this.write(`/nix/store/image-${kernel}/vmlinuz`, kernel.repeat(20_000));
    this.write(`/nix/store/initrd-${name}/initrd`, `initrd of ${name} `.repeat(20_000));
    if (!existsSync(`${this.root}/nix/store/${kernel}`)) {
      mkdirSync(`${this.root}/nix/store/${kernel}`);
      symlinkSync(`/nix/store/image-${kernel}/vmlinuz`, `${this.root}/nix/store/${kernel}/bzImage`);
    }
    this.write(`${toplevel}/nixos-version`, "26.11");
    this.write(`${toplevel}/configuration-name`, "");
    if (old) {
      this.write(`${toplevel}/kernel-params`, params.join(" "));
      symlinkSync(`/nix/store/${kernel}/bzImage`, `${this.root}${toplevel}/kernel`);
      symlinkSync(`/nix/store/initrd-${name}/initrd`, `${this.root}${toplevel}/initrd`);
      return toplevel;
    }
    const spec = {
      kernel: `/nix/store/${kernel}/bzImage`,
      initrd: `/nix/store/initrd-${name}/initrd`,
      init: `${toplevel}/init`,
      kernelParams: params,
      label: `NixOS 26.11 (Linux ${kernel})`,
      toplevel,
    };
    this.write(`${toplevel}/boot.json`, JSON.stringify({ "org.nixos.bootspec.v1": spec }));
    mkdirSync(`${this.root}${toplevel}/specialisation`, { recursive: true });
    for (const [child, path] of Object.entries(specialisations)) {
      symlinkSync(path, `${this.root}${toplevel}/specialisation/${child}`);
    }
    return toplevel;
  }

  generation(toplevel: string, profile = "system"): number {
    const number = ++this.#generation;
    const link = `${this.root}${profiles}/${profile}-${number}-link`;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(toplevel, link);
    lutimesSync(link, 1_700_000_000, 1_700_000_000);
    rmSync(`${this.root}${profiles}/${profile}`, { force: true });
    symlinkSync(`${basename(profile)}-${number}-link`, `${this.root}${profiles}/${profile}`);
    return number;
  }

  deleteGeneration(number: number): void {
    unlinkSync(`${this.root}${profiles}/system-${number}-link`);
  }

  /** The program and its arguments, with the configuration in a file. */
  command(program: string, config: object, toplevel: string): readonly string[] {
    const file = join(this.root, "config.json");
    writeFileSync(file, JSON.stringify(config));
    return [`-I${loaders}`, join(loaders, program), file, toplevel];
  }

  get environment(): Record<string, string | undefined> {
    return { ...process.env, TZ: "UTC", FIRN_BOOT_ROOT: this.root, FIRN_BOOT_UUID: "1234-5678" };
  }

  /** What it printed on standard error. */
  run(program: string, config: object, toplevel: string, status = 0): string {
    const result = spawnSync("perl", this.command(program, config, toplevel), {
      encoding: "utf8",
      env: this.environment,
    });
    assert.equal(result.status, status, result.stderr);
    return result.stderr;
  }

  grub(toplevel: string, changes: object = {}): string {
    return this.run("grub/install-grub.pl", { ...grubConfig, ...changes }, toplevel);
  }

  systemdBoot(toplevel: string, changes: object = {}): string {
    return this.run("systemd-boot/install-systemd-boot.pl", this.systemdBootConfig(changes), toplevel);
  }

  systemdBootConfig(changes: object): object {
    return { ...systemdBootConfig, program: `${this.root}/nix/store/boot.efi`, ...changes };
  }
}

const grubConfig = {
  places: [{ path: "/boot", devices: ["/dev/vda"], efiSysMountPoint: "/boot" }],
  name: "NixOS",
  version: "2.06",
  timeout: 5,
  default: "0",
  timeoutStyle: "menu",
  entryOptions: "--class nixos",
  extraConfig: "",
  extraEntries: "",
  extraEntriesBeforeNixOS: false,
  extraPerEntryConfig: "",
  configurationLimit: 100,
  copyKernels: false,
  arguments: [],
};

const systemdBootConfig = {
  timeout: "5",
  bootCounting: false,
  tries: 3,
  efiSysMountPoint: "/boot",
  configurationLimit: null,
  editor: false,
  consoleMode: "keep",
  sortKey: "nixos",
  extraConfig: "",
};

/** The titles of a menu, submenus indented. */
function titles(menu: string): string[] {
  return menu.split("\n").flatMap((line) => {
    const entry = /^(menuentry|submenu) "((?:[^"\\]|\\.)*)"/.exec(line);
    return entry === null ? [] : [`${entry[1] === "submenu" ? "> " : ""}${entry[2]}`];
  });
}

describe("GRUB's menu", () => {
  test("begins with the system, and has every generation of every profile, newest first", (t) => {
    const machine = new FakeMachine(t);
    const old = machine.system("old", { old: true });
    const debug = machine.system("debug", { params: ["debug"] });
    const current = machine.system("new", { specialisations: { debug } });
    machine.generation(old);
    machine.generation(current);
    machine.generation(old, "system-profiles/test");
    machine.grub(current);
    const menu = machine.read("/boot/grub/grub.cfg");
    assert.deepEqual(titles(menu), [
      "NixOS",
      "NixOS - (debug)",
      "> NixOS - All configurations",
      "> > NixOS - Configuration 2 (2023-11-14 - 26.11)",
      "NixOS - Configuration 2 - Default (2023-11-14 - 26.11)",
      "NixOS - Configuration 2 - (debug) (2023-11-14 - 26.11)",
      "NixOS - Configuration 1 (2023-11-14 - 26.11)",
      "> NixOS - Profile 'test'",
      "NixOS - Configuration 3 (2023-11-14 - 26.11)",
    ]);
    const entry = [
      'menuentry "NixOS" --class nixos {',
      "  search --set=drive1 --fs-uuid 1234-5678",
      "  linux ($drive1)/nix/store/image-linux-6.1/vmlinuz init=/nix/store/new/init quiet",
      "  initrd ($drive1)/nix/store/initrd-new/initrd",
      "}",
    ].join("\n");
    assert.ok(menu.includes(entry), menu);
    assert.match(menu, /init=\/nix\/store\/debug\/init debug$/m);
    // A system without a boot.json is described by its other files.
    assert.match(menu, /init=\/nix\/store\/old\/init quiet$/m);
  });

  test("keeps to its limit, but never leaves out the system that is to start", (t) => {
    const machine = new FakeMachine(t);
    const systems = ["a", "b", "c", "d"].map((name) => machine.system(name));
    for (const system of systems) machine.generation(system);
    const [first = ""] = systems;
    machine.grub(first, { configurationLimit: 2 });
    assert.deepEqual(
      titles(machine.read("/boot/grub/grub.cfg")).map((title) => /Configuration (\d)/.exec(title)?.[1]),
      [undefined, undefined, "4", "3", "1"],
    );
  });

  test("leaves out what cannot start any more, and says so", (t) => {
    const machine = new FakeMachine(t);
    const broken = machine.system("broken", { kernel: "lost" });
    const whole = machine.system("whole");
    machine.generation(broken);
    machine.generation(whole);
    machine.generation("/nix/store/gone");
    rmSync(`${machine.root}/nix/store/image-lost`, { recursive: true });
    const said = machine.grub(whole);
    assert.match(said, /^\/nix\/store\/broken is left out of the menu: it has no kernel$/m);
    assert.match(said, /^the generation system-3-link leads nowhere, and is left out of the menu$/m);
    assert.deepEqual(titles(machine.read("/boot/grub/grub.cfg")).length, 3);
    assert.match(
      machine.run("grub/install-grub.pl", grubConfig, broken, 2),
      /^the system \/nix\/store\/broken cannot be started$/m,
    );
  });

  test("starts copies on /boot where GRUB cannot read the store, each there once and only as long as it is needed", (t) => {
    const machine = new FakeMachine(t);
    const [a, b] = [machine.system("a"), machine.system("b")];
    machine.generation(a);
    machine.generation(b);
    machine.grub(b, { copyKernels: true });
    assert.deepEqual(machine.list("/boot/kernels"), ["image-linux-6.1-vmlinuz", "initrd-a-initrd", "initrd-b-initrd"]);
    assert.equal(machine.read("/boot/kernels/initrd-a-initrd"), machine.read("/nix/store/initrd-a/initrd"));
    assert.match(machine.read("/boot/grub/grub.cfg"), /linux \(\$drive1\)\/boot\/kernels\/image-linux-6\.1-vmlinuz /);
    machine.deleteGeneration(1);
    machine.grub(b, { copyKernels: true });
    assert.deepEqual(machine.list("/boot/kernels"), ["image-linux-6.1-vmlinuz", "initrd-b-initrd"]);
  });

  test("is written so that GRUB's shell takes nothing in it for its own", (t) => {
    const machine = new FakeMachine(t);
    const system = machine.system("a", { params: ["a=$x;reboot", `dyndbg="file *.c +p"`, "b='1'"] });
    machine.generation(system);
    machine.grub(system, { name: `My "OS" $5`, timeout: null, extraConfig: "serial --unit=0" });
    const menu = machine.read("/boot/grub/grub.cfg");
    assert.ok(menu.includes('menuentry "My \\"OS\\" \\$5"'), menu);
    assert.ok(menu.includes(String.raw`init=/nix/store/a/init a=\$x\;reboot dyndbg="file \*.c +p" b=\'1\'`), menu);
    assert.match(menu, /^ {2}set timeout=-1$/m);
    assert.match(menu, /^serial --unit=0$/m);
  });

  test("is in every place that is named, and remembers a choice if it is to", (t) => {
    const machine = new FakeMachine(t);
    const system = machine.system("a");
    machine.generation(system);
    const places = ["/boot1", "/boot2"].map((path) => ({ path, devices: [], efiSysMountPoint: path }));
    machine.grub(system, { places, default: "saved" });
    for (const place of ["/boot1", "/boot2"])
      assert.match(machine.read(`${place}/grub/grub.cfg`), /^ {2}savedefault$/m);
  });
});

describe("systemd-boot's menu", () => {
  test("has an entry for each generation and specialisation, with its files copied once", (t) => {
    const machine = new FakeMachine(t);
    const debug = machine.system("debug", { params: ["debug"] });
    const a = machine.system("a");
    const b = machine.system("b", { specialisations: { debug } });
    machine.generation(a);
    machine.generation(b);
    machine.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    machine.systemdBoot(b);
    assert.deepEqual(machine.list("/boot/loader/entries"), [
      "nixos-generation-1.conf",
      "nixos-generation-2-specialisation-debug.conf",
      "nixos-generation-2.conf",
    ]);
    assert.equal(
      machine.read("/boot/loader/entries/nixos-generation-2.conf"),
      [
        "title NixOS",
        "sort-key nixos",
        "version Generation 2 NixOS 26.11 (Linux linux-6.1), built on 2023-11-14",
        "linux /EFI/nixos/image-linux-6.1-vmlinuz.efi",
        "initrd /EFI/nixos/initrd-b-initrd.efi",
        "options init=/nix/store/b/init quiet",
        "machine-id 0123456789abcdef0123456789abcdef",
        "",
      ].join("\n"),
    );
    assert.equal(
      machine.read("/boot/loader/loader.conf"),
      "timeout 5\ndefault nixos-generation-2[+.]*\neditor 0\nconsole-mode keep\n",
    );
    assert.deepEqual(machine.list("/boot/EFI/nixos"), [
      "image-linux-6.1-vmlinuz.efi",
      "initrd-a-initrd.efi",
      "initrd-b-initrd.efi",
      "initrd-debug-initrd.efi",
    ]);
    for (const program of ["/boot/EFI/systemd/systemd-bootx64.efi", "/boot/EFI/BOOT/BOOTX64.EFI"]) {
      assert.equal(machine.read(program), "systemd-boot 1");
    }
  });

  test("loses what is gone or beyond the limit, and nothing of others", (t) => {
    const machine = new FakeMachine(t);
    const systems = ["a", "b", "c"].map((name) => machine.system(name, { kernel: `linux-${name}` }));
    for (const system of systems) machine.generation(system);
    const [a = "", , c = ""] = systems;
    machine.write("/boot/loader/entries/other.conf", "title Other");
    machine.write("/boot/EFI/other/vmlinuz", "other");
    machine.systemdBoot(c);
    machine.systemdBoot(c, { configurationLimit: 1 });
    assert.deepEqual(machine.list("/boot/loader/entries"), ["nixos-generation-3.conf", "other.conf"]);
    assert.deepEqual(machine.list("/boot/EFI/nixos"), ["image-linux-c-vmlinuz.efi", "initrd-c-initrd.efi"]);
    assert.equal(machine.read("/boot/EFI/other/vmlinuz"), "other");
    // Back to an old one: it is in the menu in spite of the limit.
    machine.systemdBoot(a, { configurationLimit: 1 });
    assert.deepEqual(machine.list("/boot/loader/entries"), [
      "nixos-generation-1.conf",
      "nixos-generation-3.conf",
      "other.conf",
    ]);
    assert.match(machine.read("/boot/loader/loader.conf"), /^default nixos-generation-1\[/m);
  });

  test("counts the tries of a new entry, and leaves an old one's count alone", (t) => {
    const machine = new FakeMachine(t);
    const [a, b] = [machine.system("a"), machine.system("b")];
    machine.generation(a);
    machine.systemdBoot(a, { bootCounting: true });
    assert.deepEqual(machine.list("/boot/loader/entries"), ["nixos-generation-1+3.conf"]);
    machine.write(
      "/boot/loader/entries/nixos-generation-1+1-2.conf",
      machine.read("/boot/loader/entries/nixos-generation-1+3.conf"),
    );
    unlinkSync(`${machine.root}/boot/loader/entries/nixos-generation-1+3.conf`);
    machine.generation(b);
    machine.systemdBoot(b, { bootCounting: true });
    assert.deepEqual(machine.list("/boot/loader/entries"), [
      "nixos-generation-1+1-2.conf",
      "nixos-generation-2+3.conf",
    ]);
  });

  test("begins only with a generation", (t) => {
    const machine = new FakeMachine(t);
    const stray = machine.system("stray");
    const said = machine.run("systemd-boot/install-systemd-boot.pl", machine.systemdBootConfig({}), stray, 2);
    assert.match(
      said,
      /^the system \/nix\/store\/stray is no generation of a profile, so the boot menu cannot begin with it$/m,
    );
    assert.deepEqual(machine.list("/boot/loader/entries"), []);
  });
});

describe("killed at any moment", () => {
  const rounds = 15;

  /** Runs the program for a new generation, while the one before the last is deleted, and kills it after some time. */
  async function interrupt(machine: FakeMachine, program: string, config: object, check: () => void): Promise<void> {
    let killed = 0;
    for (let round = 1; round <= rounds; round++) {
      const system = machine.system(`system-${round}`, { kernel: `linux-${round}` });
      machine.generation(system);
      if (round > 3) machine.deleteGeneration(round - 3);
      const child = spawn("perl", machine.command(program, config, system), {
        env: machine.environment,
        stdio: "ignore",
      });
      const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
      // The first one makes the menu that there is to lose.
      const timer = round === 1 ? undefined : setTimeout(() => child.kill("SIGKILL"), 20 + round * 5);
      if ((await ended) === "SIGKILL") killed++;
      clearTimeout(timer);
      check();
    }
    assert.ok(killed > 0, "it was always faster");
  }

  const isWhole = (machine: FakeMachine, path: string): void => {
    const text = machine.read(path);
    const [first = ""] = /^(?:initrd of system-\d+ |linux-\d+)/.exec(text) ?? [];
    assert.ok(first !== "" && text === first.repeat(20_000), `${path} is not whole`);
  };

  test("GRUB has a menu whose entries have all their files", async (t) => {
    const machine = new FakeMachine(t);
    await interrupt(machine, "grub/install-grub.pl", { ...grubConfig, copyKernels: true }, () => {
      const menu = machine.read("/boot/grub/grub.cfg");
      const files = [...menu.matchAll(/\(\$drive1\)(\S+)/g)].map(([, path = ""]) => path);
      assert.ok(files.length > 0 && menu.endsWith("}\n"));
      for (const path of files) isWhole(machine, path);
    });
  });

  test("systemd-boot's default entry is there, and has its files", async (t) => {
    const machine = new FakeMachine(t);
    await interrupt(
      machine,
      "systemd-boot/install-systemd-boot.pl",
      machine.systemdBootConfig({ configurationLimit: 2 }),
      () => {
        const [, id = ""] = /^default (\S+)\[\+\.\]\*$/m.exec(machine.read("/boot/loader/loader.conf")) ?? [];
        const entry = machine.read(`/boot/loader/entries/${id}.conf`);
        const files = [...entry.matchAll(/^(?:linux|initrd) (\S+)$/gm)].map(([, path = ""]) => path);
        assert.equal(files.length, 2);
        for (const path of files) isWhole(machine, `/boot${path}`);
        isWholeProgram(machine);
      },
    );
  });

  const isWholeProgram = (machine: FakeMachine): void =>
    assert.equal(machine.read("/boot/EFI/BOOT/BOOTX64.EFI"), "systemd-boot 1");
});
