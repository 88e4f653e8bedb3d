// The command line of nixos-rebuild. What the real one can and this one cannot yet is refused by name.

import { FirnError } from "#formats";
import { firstOf, type TakeWord } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { readProgramLine, type Asked } from "../arguments/program-line.ts";
import { type FlakeSystem, flakeOfMachine, flakeSystemFlags } from "../evaluation/flake-system.ts";
import { fallBackToCollection } from "../evaluation/own-collection.ts";
import type { Context } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";

type Action =
  | "switch"
  | "boot"
  | "test"
  | "check"
  | "build"
  | "dry-build"
  | "dry-activate"
  | "build-vm"
  | "build-image"
  | "list-generations";

export interface RebuildLine {
  /** What is asked instead. */
  asked: Asked | undefined;
  action: Action | undefined;
  readonly evaluation: EvalFlags;
  /** The system is a flake's, and not that of `<nixpkgs/nixos>`. */
  flake: FlakeSystem | undefined;
  rollback: boolean;
  json: boolean;
  /** The link of the profile of systems. */
  profile: string;
  /** For dry-activate: the system to switch from. */
  from: string | undefined;
  /** For dry-activate: the system to switch to. */
  storePath: string | undefined;
  /** For dry-activate: a file with systemd's record of its units. */
  units: string | undefined;
  explain: boolean;
  /** For dry-activate: packages, files and accounts as well. */
  diff: boolean;
  /** One of the system's variants. */
  specialisation: string | undefined;
  /** For build-image: which of the kinds of images. */
  imageVariant: string | undefined;
  installBootLoader: boolean;
  /** A switch that goes wrong is not taken back. */
  keepFailed: boolean;
  /** Where it is built, and where it is to run, as ssh names them. */
  buildHost: string | undefined;
  targetHost: string | undefined;
  useSudo: boolean;
}

const actions: ReadonlyMap<string, Action> = new Map([
  ["switch", "switch"],
  ["boot", "boot"],
  ["test", "test"],
  ["check", "check"],
  ["build-vm", "build-vm"],
  ["build-image", "build-image"],
  ["build", "build"],
  ["dry-build", "dry-build"],
  ["dry-run", "dry-build"],
  ["dry-activate", "dry-activate"],
  ["list-generations", "list-generations"],
]);

const notYet: ReadonlySet<string> = new Set(["edit", "repl", "build-vm-with-bootloader", "--upgrade", "--upgrade-all"]);

export function readCommandLine(words: readonly string[], context: Context): RebuildLine {
  const profiles = `${context.environment["NIX_STATE_DIR"] || "/nix/var/nix"}/profiles`;
  const line: RebuildLine = {
    asked: undefined,
    action: undefined,
    evaluation: evalFlags(),
    flake: undefined,
    rollback: false,
    json: false,
    profile: `${profiles}/system`,
    from: undefined,
    storePath: undefined,
    units: undefined,
    explain: false,
    diff: false,
    specialisation: undefined,
    imageVariant: undefined,
    installBootLoader: false,
    keepFailed: false,
    buildHost: undefined,
    targetHost: undefined,
    useSudo: false,
  };
  const flakes = flakeSystemFlags(context);
  let flake: string | undefined;
  let mayBeFlake = true;
  const takeArgument = (word: string, take: TakeWord, next: string | undefined): boolean => {
    const action = actions.get(word);
    if (action !== undefined) {
      if (line.action !== undefined) throw new UsageError(`'${line.action}' and '${word}' are both actions`);
      line.action = action;
      return true;
    }
    if (notYet.has(word)) throw notThereYet(word);
    switch (word) {
      case "--rollback":
        line.rollback = true;
        break;
      case "--json":
        line.json = true;
        break;
      case "--profile-name":
      case "-p":
        line.profile = profileOf(profiles, take(word));
        break;
      case "--from":
        line.from = take(word);
        break;
      case "--store-path":
        line.storePath = take(word);
        break;
      case "--units":
        line.units = take(word);
        break;
      case "--explain":
        line.explain = true;
        break;
      case "--diff":
        line.diff = true;
        break;
      case "--specialisation":
      case "--specialization":
      case "-c":
        line.specialisation = take(word);
        break;
      case "--image-variant":
        line.imageVariant = take(word);
        break;
      case "--install-bootloader":
      case "--install-grub":
        line.installBootLoader = true;
        break;
      case "--no-auto-rollback":
        line.keepFailed = true;
        break;
      case "--build-host":
        line.buildHost = take(word);
        break;
      case "--target-host":
        line.targetHost = take(word);
        break;
      case "--use-remote-sudo":
      case "--sudo":
        line.useSudo = true;
        break;
      // Neither Nix is built first here, nor this program again.
      case "--fast":
      case "--no-build-nix":
      case "--no-reexec":
        break;
      case "--flake":
      case "-F":
        // By itself it means the flake of this folder.
        flake = next === undefined || next.startsWith("-") || actions.has(next) ? "." : take(word);
        break;
      case "--no-flake":
        mayBeFlake = false;
        break;
      default:
        return false;
    }
    return true;
  };
  const flags = firstOf(line.evaluation.lookup, flakes.lookup, legacyFlags(context));
  line.asked = readProgramLine(words, { flags, takeArgument }).asked;
  if (line.asked !== undefined) return line;
  refuseWhatDoesNotFit(line);
  if (mayBeFlake) flake ??= isConfigurationNamed(line, context) ? undefined : flakeOfMachine();
  line.flake = flake === undefined ? undefined : flakes.choose(flake);
  fallBackToCollection(context, line.evaluation);
  return line;
}

/** Who names a configuration means that one, whatever lies in /etc/nixos. */
function isConfigurationNamed({ evaluation }: RebuildLine, { environment }: Context): boolean {
  return (
    Boolean(environment["NIXOS_CONFIG"]) || evaluation.searchPath.some((entry) => entry.startsWith("nixos-config="))
  );
}

function refuseWhatDoesNotFit(line: RebuildLine): void {
  const { action } = line;
  const needs = (given: boolean, flag: string, ...of: readonly Action[]): void => {
    if (given && action !== undefined && !of.includes(action))
      throw new UsageError(`'${flag}' does not go with '${action}'`);
  };
  const switches = ["switch", "boot", "test", "check"] as const;
  needs(line.rollback, "--rollback", ...switches, "build", "dry-activate");
  needs(line.json, "--json", "list-generations", "dry-activate");
  needs(line.from !== undefined, "--from", "dry-activate");
  needs(line.storePath !== undefined, "--store-path", ...switches, "dry-activate");
  needs(line.specialisation !== undefined, "--specialisation", ...switches, "dry-activate");
  needs(line.installBootLoader, "--install-bootloader", "switch", "boot");
  needs(line.keepFailed, "--no-auto-rollback", "switch", "test");
  needs(line.targetHost !== undefined, "--target-host", ...switches);
  needs(line.buildHost !== undefined, "--build-host", ...switches, "build", "dry-activate");
  needs(line.imageVariant !== undefined, "--image-variant", "build-image");
  needs(line.units !== undefined, "--units", "dry-activate");
  needs(line.explain, "--explain", "dry-activate");
  needs(line.diff, "--diff", "dry-activate");
}

function profileOf(profiles: string, name: string): string {
  if (name === "" || name.startsWith(".") || name.includes("/"))
    throw new UsageError(`'${name}' is no name of a profile`);
  return name === "system" ? `${profiles}/system` : `${profiles}/system-profiles/${name}`;
}

function notThereYet(word: string): FirnError {
  return new FirnError("not-there-yet", `nixos-rebuild of Firn does not have '${word}' yet`, {
    hint: "It has switch, boot, test, check, build, dry-build, dry-activate, build-vm, build-image and list-generations.",
  });
}
