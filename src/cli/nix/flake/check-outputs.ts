// The outputs of a flake, each held against what its name promises (CmdFlakeCheck).

import {
  type Attrs,
  AttrsBuilder,
  BaseError,
  ContextCollector,
  type Evaluator,
  hint,
  Lambda,
  type Position,
  printPosition,
  type Slot,
  typeName,
} from "#language";
import { derivationOf } from "#profile";
import type { LockedFlake } from "#instantiate";
import type { Session } from "../../evaluation/session.ts";
import { type CheckState, checking } from "./check-state.ts";
import { during } from "./flake-command.ts";

export function checkOutputs(session: Session, locked: LockedFlake, state: CheckState): void {
  new OutputChecker(session, state).run(locked);
}

interface Place {
  readonly path: string;
  readonly slot: Slot;
  readonly position: Position | undefined;
}

/** Outputs of old names. */
const replacements: ReadonlyMap<string, string> = new Map([
  ["defaultPackage", "packages.<system>.default"],
  ["defaultApp", "apps.<system>.default"],
  ["defaultTemplate", "templates.default"],
  ["defaultBundler", "bundlers.<system>.default"],
  ["overlay", "overlays.default"],
  ["devShell", "devShells.<system>.default"],
  ["nixosModule", "nixosModules.default"],
]);

/** What others have agreed on, and Nix does not look into. */
const unchecked = new Set([
  "lib",
  "darwinConfigurations",
  "darwinModules",
  "flakeModule",
  "flakeModules",
  "herculesCI",
  "homeConfigurations",
  "homeModule",
  "homeModules",
  "nixopsConfigurations",
]);

class OutputChecker {
  private readonly session: Session;
  private readonly evaluator: Evaluator;
  private readonly state: CheckState;

  constructor(session: Session, state: CheckState) {
    this.session = session;
    this.evaluator = session.evaluator;
    this.state = state;
  }

  run(locked: LockedFlake): void {
    this.during("evaluating flake", () => {
      const { evaluator } = this;
      const flake = evaluator.forceAttrs(
        this.session.flakes.call(locked),
        "while evaluating a flake to get its outputs",
      );
      const outputs = evaluator.forceAttrs(
        flake.get(evaluator.symbol("outputs")) as Slot,
        "while evaluating the outputs of a flake",
      );
      const all = this.membersOf(outputs, "");
      // Jobs of Hydra first, since they may not import from derivations.
      const ordered = [
        ...all.filter(({ path }) => path === "hydraJobs"),
        ...all.filter(({ path }) => path !== "hydraJobs"),
      ];
      for (const output of ordered) this.checkOutput(output);
    });
  }

  private during<T>(text: string, run: () => T): T {
    return during(this.state.context, text, run);
  }

  /** In the order in which the names were first seen, as Nix has it. */
  private membersOf(attrs: Attrs, path: string): Place[] {
    const { evaluator } = this;
    return attrs.symbols
      .toSorted((a, b) => a - b)
      .map((symbol) => ({
        path: (path === "" ? "" : `${path}.`) + evaluator.symbols.name(symbol),
        slot: attrs.get(symbol) as Slot,
        position: evaluator.position(attrs.positionOf(symbol)),
      }));
  }

  private members({ path, slot }: Place): Place[] {
    return this.membersOf(this.evaluator.forceAttrs(slot, ""), path);
  }

  private checkOutput(output: Place): void {
    const name = output.path;
    this.during(`checking flake output '${name}'`, () => {
      checking(this.state, { position: output.position, frame: `while checking flake output '${name}'` }, () => {
        this.evaluator.force(output.slot);
        const replacement = replacements.get(name);
        if (replacement !== undefined) {
          this.warn(`flake output attribute '${name}' is deprecated; use '${replacement}' instead`);
        }
        this.checkKind(name, output);
      });
    });
  }

  private warn(text: string): void {
    this.state.context.log.message("warn", text);
  }

  private checkKind(name: string, output: Place): void {
    switch (name) {
      case "checks":
        return this.eachSystem(output, (system, isLocal) => {
          for (const check of this.members(system)) this.checkDerivation(check, isLocal ? "build" : undefined);
        });
      case "packages":
      case "devShells":
        return this.eachSystem(output, (system) => {
          for (const one of this.members(system)) this.checkDerivation(one);
        });
      case "formatter":
      case "defaultPackage":
      case "devShell":
        return this.eachSystem(output, (system) => this.checkDerivation(system));
      case "apps":
        return this.eachSystem(output, (system) => {
          for (const app of this.members(system)) this.checkApp(app);
        });
      case "defaultApp":
        return this.eachSystem(output, (system) => this.checkApp(system));
      case "bundlers":
        return this.eachSystem(output, (system) => {
          for (const bundler of this.members(system)) this.checkBundler(bundler);
        });
      case "defaultBundler":
        return this.eachSystem(output, (system) => this.checkBundler(system));
      case "legacyPackages":
        return this.eachSystem(output, () => undefined);
      case "overlay":
        return this.checkOverlay(output);
      case "overlays":
        return this.members(output).forEach((one) => this.checkOverlay(one));
      case "nixosModule":
        return this.checkModule(output);
      case "nixosModules":
        return this.members(output).forEach((one) => this.checkModule(one));
      case "nixosConfigurations":
        return this.members(output).forEach((one) => this.checkConfiguration(one));
      case "hydraJobs":
        return this.checkJobs(output);
      case "defaultTemplate":
        return this.checkTemplate(output);
      case "templates":
        return this.members(output).forEach((one) => this.checkTemplate(one));
      default:
        if (!unchecked.has(name)) this.warn(`unknown flake output '${name}'`);
    }
  }

  /** Those systems whose things can be checked here; the others are remembered. */
  private eachSystem(output: Place, check: (system: Place, isLocal: boolean) => void): void {
    const { state } = this;
    for (const system of this.members(output)) {
      const name = system.path.slice(output.path.length + 1);
      if (!name.includes("-")) state.report(invalidSystem(name, system.position));
      const isLocal = name === state.system;
      if (state.checkAllSystems || isLocal) check(system, isLocal);
      else state.omittedSystems.add(name);
    }
  }

  private check(place: Place, words: { readonly doing: string; readonly frame: string }, run: () => void): void {
    this.during(words.doing, () => checking(this.state, { position: place.position, frame: words.frame }, run));
  }

  private checkDerivation(place: Place, then?: "build"): void {
    const { path } = place;
    checking(this.state, { position: place.position, frame: `while checking the derivation '${path}'` }, () =>
      this.during(`checking derivation ${path}`, () => {
        const derivation = derivationOf(this.evaluator, place.slot);
        if (derivation === undefined) throw new BaseError(hint`flake attribute '${path}' is not a derivation`);
        const storePath = derivation.derivationPath();
        if (storePath === undefined) return;
        const printed = `${this.session.store.storeDir}/${storePath}`;
        this.state.context.log.message("info", `derivation evaluated to ${printed}`);
        if (then === "build") {
          const known = this.state.toBuild.get(storePath) ?? [];
          this.state.toBuild.set(storePath, [...known, path]);
        }
      }),
    );
  }

  private checkApp(place: Place): void {
    const { path } = place;
    const { evaluator } = this;
    this.check(place, { doing: `checking app '${path}'`, frame: `while checking the app definition '${path}'` }, () => {
      const app = evaluator.forceAttrs(place.slot, "");
      const type = app.get(evaluator.symbol("type"));
      if (type === undefined) throw new BaseError(hint`app '${path}' lacks attribute 'type'`);
      evaluator.forceStringNoContext(type, "");
      const program = app.get(evaluator.symbol("program"));
      if (program === undefined) throw new BaseError(hint`app '${path}' lacks attribute 'program'`);
      evaluator.forceString(program, "");
      const meta = app.get(evaluator.symbol("meta"));
      if (meta === undefined) this.warn(`app '${path}' lacks attribute 'meta'`);
      else {
        const description = evaluator.forceAttrs(meta, "").get(evaluator.symbol("description"));
        if (description === undefined) this.warn(`app '${path}' lacks attribute 'meta.description'`);
        else evaluator.forceStringNoContext(description, "");
      }
      this.refuseOthers(app, ["type", "program", "meta"], `app '${path}'`);
    });
  }

  private refuseOthers(attrs: Attrs, known: readonly string[], what: string): void {
    for (const { path: name } of this.membersOf(attrs, "")) {
      if (!known.includes(name)) throw new BaseError(hint`${what} has unsupported attribute '${name}'`);
    }
  }

  private checkOverlay(place: Place): void {
    const { path } = place;
    this.check(place, { doing: `checking overlay '${path}'`, frame: `while checking the overlay '${path}'` }, () => {
      const overlay = this.evaluator.force(place.slot);
      if (!(overlay instanceof Lambda)) {
        throw new BaseError(hint`overlay is not a function, but ${typeName(overlay)} instead`);
      }
      const { argument, formals } = overlay.code;
      const name = argument === undefined ? "" : this.evaluator.symbols.name(argument);
      if (formals !== undefined || !["final", "_", "_final"].includes(name)) {
        throw new BaseError("overlay does not take an argument named 'final'");
      }
    });
  }

  private checkModule(place: Place): void {
    const { path } = place;
    const words = { doing: `checking NixOS module '${path}'`, frame: `while checking the NixOS module '${path}'` };
    this.check(place, words, () => {
      this.evaluator.force(place.slot);
    });
  }

  private checkJobs(place: Place): void {
    const { path } = place;
    const { evaluator } = this;
    const words = { doing: `checking Hydra job '${path}'`, frame: `while checking the Hydra jobset '${path}'` };
    this.check(place, words, () => {
      const jobs = evaluator.forceAttrs(place.slot, "");
      if (evaluator.isDerivation(jobs)) throw new BaseError("jobset should not be a derivation at top-level");
      for (const job of this.members(place)) {
        const value = evaluator.forceAttrs(job.slot, "");
        if (!evaluator.isDerivation(value)) this.checkJobs(job);
        else this.during(`checking Hydra job '${job.path}'`, () => this.checkDerivation(job));
      }
    });
  }

  private checkConfiguration(place: Place): void {
    const { path } = place;
    const { evaluator } = this;
    const words = {
      doing: `checking NixOS configuration '${path}'`,
      frame: `while checking the NixOS configuration '${path}'`,
    };
    this.check(place, words, () => {
      const noArguments = new AttrsBuilder().build();
      const { slot } = evaluator.findAlongAttrPath("config.system.build.toplevel", noArguments, place.slot);
      if (evaluator.isDerivation(evaluator.force(slot))) return;
      throw new BaseError("attribute 'config.system.build.toplevel' is not a derivation");
    });
  }

  private checkTemplate(place: Place): void {
    const { path } = place;
    const { evaluator } = this;
    this.check(place, { doing: `checking template '${path}'`, frame: `while checking the template '${path}'` }, () => {
      const template = evaluator.forceAttrs(place.slot, "");
      const folder = template.get(evaluator.symbol("path"));
      if (folder === undefined) throw new BaseError(hint`template '${path}' lacks attribute 'path'`);
      this.checkTemplateFolder(path, folder);
      const description = template.get(evaluator.symbol("description"));
      if (description === undefined) throw new BaseError(hint`template '${path}' lacks attribute 'description'`);
      evaluator.forceStringNoContext(description, "");
      this.refuseOthers(template, ["path", "description", "welcomeText"], `template '${path}'`);
    });
  }

  private checkTemplateFolder(template: string, slot: Slot): void {
    const folder = this.evaluator.coerceToPath(slot, new ContextCollector(), "").path;
    if (this.evaluator.io.lstat(folder) !== undefined) return;
    const shown = this.evaluator.io.showPath?.(folder) ?? folder;
    throw new BaseError(hint`template '${template}' refers to a non-existent path '${shown}'`);
  }

  private checkBundler(place: Place): void {
    const { path } = place;
    // The frame says template in Nix, too.
    this.check(place, { doing: `checking bundler '${path}'`, frame: `while checking the template '${path}'` }, () => {
      if (this.evaluator.force(place.slot) instanceof Lambda) return;
      throw new BaseError("bundler must be a function");
    });
  }
}

function invalidSystem(name: string, position: Position | undefined): BaseError {
  const at = position === undefined ? "\xc2\xabnone\xc2\xbb:0" : printPosition(position);
  return new BaseError(hint`'${name}' is not a valid system type, at ${at}`);
}
