// A session of commands given to the real Nix and to Firn, each on a store of its own, so that answers, exit statuses and
// what lies in stores and profiles can be compared. The stores are chroot stores at the same path one after the other: each
// program has the folder to itself and it is moved away afterwards, because paths are part of answers.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

const launcher = join(import.meta.dirname, "../../bin/firn");
const programs = ["nix", "nix-build", "nix-collect-garbage", "nix-env", "nix-hash", "nix-instantiate", "nix-store"];

interface Step {
  readonly command: readonly string[];
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Outcome {
  readonly steps: readonly Step[];
  /** Relative path → what is there: a link's target, or a file's text. Databases, locks and logs are left out. */
  readonly files: ReadonlyMap<string, string>;
}

type Found = { readonly folder: string } | { readonly missing: string };

/** Where the real Nix's programs are, or why there is nothing to compare with. */
export function findRealNix(): Found {
  return findNix(" 2.34", "no Nix 2.34 on PATH to compare with");
}

/** One of any release. */
export function findAnyNix(): Found {
  return findNix(" ", "no Nix on PATH to compare with");
}

function findNix(version: string, missing: string): Found {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const program = join(folder, "nix-store");
    if (!existsSync(program)) continue;
    // Firn's own programs answer to the same names.
    if (readFileSync(program, "latin1").slice(0, 200).includes("Firn")) continue;
    if (spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.includes(version)) return { folder };
  }
  return { missing };
}

export interface Session {
  /** Put beside the store first. */
  readonly files: Readonly<Record<string, string>>;
  /** `$SCENE` stands for the folder in which they run. */
  readonly commands: readonly (readonly string[])[];
  /** A chroot store, whose paths are not those of the machine; or one whose store directory is a folder of the scene. */
  readonly store: "chroot" | "folder";
}

/** Runs the commands with the real Nix and then with Firn. */
export function compareSession(
  t: TestContext,
  real: { readonly folder: string },
  session: Session,
): { readonly nix: Outcome; readonly firn: Outcome } {
  const folder = mkdtempSync(join(tmpdir(), "firn-oracle-"));
  t.after(() => {
    spawnSync("chmod", ["-R", "u+w", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const own = join(folder, "bin");
  mkdirSync(own);
  for (const program of programs) symlinkSync(launcher, join(own, program));
  const runWith = (bin: string, name: string): Outcome => {
    const scene = join(folder, "scene");
    mkdirSync(scene);
    const outcome = runSession(bin, scene, session);
    renameSync(scene, join(folder, name));
    return outcome;
  };
  return { nix: runWith(real.folder, "nix"), firn: runWith(own, "firn") };
}

function runSession(bin: string, scene: string, session: Session): Outcome {
  for (const directory of ["home", "conf", "root"]) mkdirSync(join(scene, directory));
  for (const [name, text] of Object.entries(session.files)) writeFileSync(join(scene, name), text);
  const configuration = [
    "experimental-features = nix-command",
    "sandbox-paths = /bin /usr /lib /lib64",
    "substitute = false",
    "substituters =",
    "build-users-group =",
    "build-hook =",
    "builders =",
  ];
  writeFileSync(join(scene, "conf/nix.conf"), `${configuration.join("\n")}\n`);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(scene, "home"),
    NIX_CONF_DIR: join(scene, "conf"),
    NIX_USER_CONF_FILES: "",
    NIX_STATE_DIR: join(scene, "root/nix/var/nix"),
    ...(session.store === "chroot"
      ? { NIX_REMOTE: join(scene, "root") }
      : { NIX_STORE_DIR: join(scene, "root/nix/store") }),
    NIX_LOG_DIR: join(scene, "root/nix/var/log/nix"),
    TZ: "UTC",
    ...(process.env["FIRN_NODE"] === undefined ? {} : { FIRN_NODE: process.env["FIRN_NODE"] }),
  };
  const steps = session.commands.map((command) => {
    const [program = "", ...args] = command.map((word) => word.replaceAll("$SCENE", scene));
    const { status, stdout, stderr } = spawnSync(join(bin, program), args, { env, cwd: scene, encoding: "latin1" });
    return { command, status, stdout, stderr };
  });
  const files = new Map<string, string>();
  collectFiles(scene, "", files);
  return { steps, files };
}

const leftOut =
  /\.lock$|^(?:home|conf|root\/nix\/var\/(?:log|nix\/(?:db|temproots|gc-socket|daemon-socket|gc\.lock|userpool|builds))|root\/nix\/store\/\.links)/;

function collectFiles(root: string, path: string, files: Map<string, string>): void {
  for (const name of readdirSync(join(root, path)).toSorted()) {
    const inner = path === "" ? name : `${path}/${name}`;
    if (leftOut.test(inner)) continue;
    const status = lstatSync(join(root, inner));
    if (status.isSymbolicLink()) files.set(inner, `-> ${readlinkSync(join(root, inner))}`);
    else if (status.isDirectory()) collectFiles(root, inner, files);
    else files.set(inner, readFileSync(join(root, inner), "latin1"));
  }
}
