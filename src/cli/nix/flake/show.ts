// nix flake show: the outputs of a flake as a tree, evaluated only as far as is needed to say what each is.

import { fromByteString, type JsonValue, printFlakeReference, printJson } from "#formats";
import { EvalError, IFDError } from "#language";
import { flagTable, switchFlag } from "../../arguments/command-line.ts";
import type { Command, Context } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import type { AttrCursor } from "../attr-cursor.ts";
import { printJsonText } from "../eval.ts";
import { flakeOutputs } from "../flake-installable.ts";
import { lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";
import { ansi, bold, tree } from "./print-tree.ts";

interface ShowOptions {
  readonly json: boolean;
  readonly showLegacy: boolean;
  readonly showAllSystems: boolean;
  readonly system: string;
}

export const command: Command = {
  name: "nix flake show",
  help: "nix/flake/show.md",
  async run(words, context) {
    let json = false;
    let showLegacy = false;
    let showAllSystems = false;
    const own = flagTable({
      "--json": switchFlag(() => (json = true)),
      "--legacy": switchFlag(() => (showLegacy = true)),
      "--all-systems": switchFlag(() => (showAllSystems = true)),
    });
    const line = readFlakeLine(words, context, { own });
    if (line.wantsHelp) return printHelp(command, context);
    const { settings } = context;
    if (!settings.isOverridden("allow-import-from-derivation")) settings.set("allow-import-from-derivation", "false");
    const session = await openFlakeSession(line);
    const locked = lockFlakeOfLine(session, line);
    const options = { json, showLegacy, showAllSystems, system: settings.text("system") };
    const header = bold(printFlakeReference(locked.flake.locked));
    const shown = new TreeView(context, options).visit(flakeOutputs(session, locked), header, "");
    if (json) printJsonText(context.output, printJson(shown));
    return 0;
  },
};

type Json = { [name: string]: JsonValue };

/** Outputs with a set for each system, in which packages, checks and so on stand. */
const perSystem = new Set(["checks", "packages", "devShells", "apps"]);
/** Outputs with one thing for each system. */
const onePerSystem = new Set(["defaultPackage", "devShell", "formatter"]);
const flat = new Set([...onePerSystem, "nixosConfigurations", "nixosModules", "defaultApp", "templates", "overlays"]);

class TreeView {
  private readonly context: Context;
  private readonly options: ShowOptions;
  private activities = 0;

  constructor(context: Context, options: ShowOptions) {
    this.context = context;
    this.options = options;
  }

  visit(cursor: AttrCursor, header: string, prefix: string): Json {
    const { log } = this.context;
    const id = ++this.activities;
    log.emit({ kind: "start", id, type: "unknown", text: `evaluating '${cursor.path}'` });
    try {
      return this.show(cursor, header, prefix);
    } catch (error) {
      if (error instanceof EvalError && cursor.nameList[0] === "legacyPackages") return {};
      throw error;
    } finally {
      log.emit({ kind: "stop", id });
    }
  }

  private show(cursor: AttrCursor, header: string, prefix: string): Json {
    const [output = "", system = ""] = cursor.nameList;
    const depth = cursor.nameList.length;
    const recurse = (): Json => this.recurse(cursor, header, prefix);
    if (depth === 0 || (depth === 1 && flat.has(output)) || (depth <= 2 && perSystem.has(output))) return recurse();
    if ((depth === 2 && onePerSystem.has(output)) || (depth === 3 && perSystem.has(output) && output !== "apps")) {
      if (this.isOtherSystem(system)) return this.omit(cursor, header, "--all-systems");
      return this.unlessImporting(cursor, header, () => {
        if (cursor.isDerivation()) return this.showDerivation(cursor, header);
        this.context.log.message("warn", `${cursor.path}.name is not a derivation`);
        return {};
      });
    }
    if (output === "hydraJobs") {
      return this.unlessImporting(cursor, header, () =>
        cursor.isDerivation() ? this.showDerivation(cursor, header) : recurse(),
      );
    }
    if (output === "legacyPackages") return this.showLegacy(cursor, header, recurse);
    if ((depth === 2 && output === "defaultApp") || (depth === 3 && output === "apps")) {
      return this.showApp(cursor, header);
    }
    if ((depth === 1 && output === "defaultTemplate") || (depth === 2 && output === "templates")) {
      const description = cursor.get("description").text();
      return this.showKind(header, "template", description, { description: fromByteString(description) });
    }
    return this.showOther(output, depth, header);
  }

  private isOtherSystem(system: string): boolean {
    return !this.options.showAllSystems && system !== this.options.system;
  }

  private writeLine(text: string): void {
    if (!this.options.json) this.context.output.writeLine(text);
  }

  private recurse(cursor: AttrCursor, header: string, prefix: string): Json {
    this.writeLine(header);
    const names = cursor.names().filter((name) => hasContent(cursor.get(name)));
    const shown: Json = {};
    names.forEach((name, index) => {
      const isLast = index + 1 === names.length;
      const branch = isLast ? tree.last : tree.connected;
      const below = `${ansi.green}${prefix}${branch}${ansi.normal}${bold(name)}`;
      shown[fromByteString(name)] = this.visit(cursor.get(name), below, prefix + (isLast ? tree.none : tree.line));
    });
    return shown;
  }

  private showLegacy(cursor: AttrCursor, header: string, recurse: () => Json): Json {
    const [, system = ""] = cursor.nameList;
    const depth = cursor.nameList.length;
    if (depth === 1) return recurse();
    if (!this.options.showLegacy) return this.omit(cursor, header, "--legacy");
    if (this.isOtherSystem(system)) return this.omit(cursor, header, "--all-systems");
    return this.unlessImporting(cursor, header, () => {
      if (cursor.isDerivation()) return this.showDerivation(cursor, header);
      return depth <= 2 ? recurse() : {};
    });
  }

  private omit(cursor: AttrCursor, header: string, flag: string): Json {
    if (this.options.json) this.context.log.message("warn", `${cursor.path} omitted (use '${flag}' to show)`);
    this.writeLine(`${header} ${ansi.warning}omitted${ansi.normal} (use '${flag}' to show)`);
    return {};
  }

  private unlessImporting(cursor: AttrCursor, header: string, show: () => Json): Json {
    try {
      return show();
    } catch (error) {
      if (!(error instanceof IFDError)) throw error;
      const why = "omitted due to use of import from derivation";
      if (this.options.json) this.context.log.message("warn", `${cursor.path} ${why}`);
      this.writeLine(`${header} ${ansi.warning}${why}${ansi.normal}`);
      return {};
    }
  }

  private showDerivation(cursor: AttrCursor, header: string): Json {
    const [output = ""] = cursor.nameList;
    const depth = cursor.nameList.length;
    const name = cursor.get("name").text();
    if (!this.options.json) {
      const kind =
        (depth === 2 && output === "devShell") || (depth >= 2 && output === "devShells")
          ? "development environment"
          : (depth === 3 && output === "checks") || output === "hydraJobs"
            ? "derivation"
            : "package";
      this.writeLine(`${header}: ${kind} '${name}'`);
      return {};
    }
    const description = cursor.find("meta")?.find("description")?.text() ?? "";
    return { type: "derivation", name: fromByteString(name), description: fromByteString(description) };
  }

  private showApp(cursor: AttrCursor, header: string): Json {
    const type = cursor.find("type");
    const description = cursor.find("meta")?.find("description")?.text();
    if (type?.text() !== "app") throw new EvalError("not an app definition");
    const known: Json = description === undefined ? {} : { description: fromByteString(description) };
    return this.showKind(header, "app", description ?? "no description", known);
  }

  private showKind(header: string, type: string, description: string, known: Json): Json {
    this.writeLine(`${header}: ${type}: ${bold(description)}`);
    return { type, ...known };
  }

  private showOther(output: string, depth: number, header: string): Json {
    const [type, description] = otherKind(output, depth);
    this.writeLine(`${header}: ${ansi.warning}${description}${ansi.normal}`);
    return { type };
  }
}

function otherKind(output: string, depth: number): readonly [type: string, description: string] {
  if ((depth === 1 && output === "overlay") || (depth === 2 && output === "overlays")) {
    return ["nixpkgs-overlay", "Nixpkgs overlay"];
  }
  if (depth === 2 && output === "nixosConfigurations") return ["nixos-configuration", "NixOS configuration"];
  if ((depth === 1 && output === "nixosModule") || (depth === 2 && output === "nixosModules")) {
    return ["nixos-module", "NixOS module"];
  }
  return ["unknown", "unknown"];
}

/** Whether there is anything below worth a line; sets that are made lazily are often empty. */
function hasContent(cursor: AttrCursor): boolean {
  const [output = ""] = cursor.nameList;
  const depth = cursor.nameList.length;
  const isSet =
    (depth <= 2 && (perSystem.has(output) || output === "legacyPackages")) ||
    (depth === 1 && ["formatter", "nixosConfigurations", "nixosModules", "overlays"].includes(output));
  if (!isSet) return true;
  try {
    return cursor.names().some((name) => hasContent(cursor.get(name)));
  } catch (error) {
    // What cannot be evaluated is shown, so that it is told why.
    if (error instanceof EvalError) return true;
    throw error;
  }
}
