// What nixos-option asks of the language: collection/query.nix about the system that `<nixpkgs/nixos>` makes of
// `<nixos-config>`. A value that cannot be evaluated is shown as its error, and the rest of the answer stands.

import { FirnError, nearestNames, toByteString } from "#formats";
import { type Attrs, BaseError, type Evaluator, type NixList, parseAttrPath, type Slot } from "#language";
import { collectionFolder } from "../evaluation/collection.ts";
import type { EvaluationSession } from "../evaluation/session.ts";
import type { OptionLine } from "./nixos-option.ts";
import { data, member, shownError, shownText } from "./read-query.ts";

type Say = (text: string) => void;

/** Where something stands; the line is unknown for what Nix code has put together. */
interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

interface Reason {
  readonly value: string;
  readonly place: Place;
  readonly priority: number;
  /** Whether the conditions around it do. */
  readonly holds: boolean;
  readonly isUsed: boolean;
}

interface OptionAnswer {
  readonly name: string;
  /** In the language; undefined fields have nothing to say. */
  readonly value: string;
  readonly default: string | undefined;
  readonly type: string | undefined;
  readonly description: string | undefined;
  readonly example: string | undefined;
  readonly declarations: readonly Place[];
  readonly reasons: readonly Reason[];
}

export function answer(session: EvaluationSession, line: OptionLine, say: Say): void {
  const { evaluator } = session;
  const query = openQuery(session);
  const path = parseAttrPath(line.path);
  const ask = (name: string): Attrs =>
    evaluator.forceAttrs(evaluator.call1(member(evaluator, query, name), path), "while asking for an option");

  if (line.form === "tree") {
    const found = refuseMissing(evaluator, ask("tree"), line.path);
    for (const text of treeLines(evaluator, line.path, member(evaluator, found, "node"))) say(`${text}\n`);
    return;
  }
  const found = refuseMissing(evaluator, ask("show"), line.path);
  if (kindOf(evaluator, found) === "set") {
    const names = data(evaluator, member(evaluator, found, "names")) as readonly string[];
    if (line.form === "why") throw isASet(line.path, toByteString(names[0] ?? ""));
    if (line.json) say(`${toByteString(JSON.stringify(names, undefined, 2))}\n`);
    else say(`This attribute set contains:\n${names.map((name) => `${toByteString(name)}\n`).join("")}`);
    return;
  }
  const option = readOption(evaluator, found);
  if (line.json) say(`${toByteString(JSON.stringify(option, undefined, 2))}\n`);
  else say(toByteString(line.form === "why" ? explain(option) : describe(option)));
}

/** The functions of collection/query.nix over the system. */
function openQuery(session: EvaluationSession): Attrs {
  const { evaluator, autoArguments } = session;
  const file = session.lookupExpression("<nixpkgs/nixos>");
  const nixos = evaluator.autoCall(autoArguments, evaluator.evalMainFile(file));
  const query = evaluator.evalFile(`${collectionFolder()}/query.nix`);
  return evaluator.forceAttrs(evaluator.call1(query, evaluator.attrs({ nixos })), "while opening the options");
}

// --- the shapes ---

function describe(option: OptionAnswer): string {
  const definitions = option.reasons.filter(({ isUsed, priority }) => isUsed && priority < 1500);
  const sections: readonly (readonly [string, string | undefined])[] = [
    ["Value", option.value],
    ["Default", option.default],
    ["Type", option.type],
    ["Description", option.description],
    ["Example", option.example],
    ["Declared by", option.declarations.map(showPlace).join("\n")],
    ["Defined by", definitions.map(({ place }) => showPlace(place)).join("\n")],
  ];
  return sections
    .filter(([, text]) => text !== undefined && text !== "")
    .map(([title, text]) => `${title}:\n${indent(text ?? "")}\n`)
    .join("\n");
}

function explain({ name, value, reasons }: OptionAnswer): string {
  const used = reasons.filter(({ isUsed }) => isUsed);
  const lost = reasons.filter(({ isUsed }) => !isUsed);
  const section = (title: string, some: readonly Reason[]): string =>
    some.length === 0 ? "" : `\n${title}:\n${some.map(showReason).join("")}`;
  return (
    `${name} = ${value};\n` +
    (reasons.length === 0 ? "\nNothing defines it.\n" : "") +
    section("Because of", used) +
    section("Not", lost)
  );
}

function showReason({ value, place, priority, holds }: Reason): string {
  const why = holds ? priorityName(priority) : "its condition does not hold";
  return `  ${showPlace(place)} (${why})\n${indent(indent(value))}\n`;
}

/** By the function of lib that gives it. */
function priorityName(priority: number): string {
  const names: Readonly<Record<number, string>> = {
    10: "mkVMOverride",
    50: "mkForce",
    60: "mkImageMediaOverride",
    100: "a plain definition",
    1000: "mkDefault",
    1500: "the option's default",
  };
  const name = names[priority];
  return name === undefined ? `priority ${priority}` : `${name}, priority ${priority}`;
}

function showPlace({ file, line, column }: Place): string {
  return line === null ? file : `${file}:${line}:${column ?? 1}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** `a.b = value;` for every value below, as they become known. */
function* treeLines(evaluator: Evaluator, name: string, slot: Slot): Generator<string, void> {
  let children: NixList | undefined;
  let text = "";
  try {
    const node = evaluator.forceAttrs(slot, "while showing an option");
    const below = node.get(evaluator.symbol("children"));
    if (below === undefined) text = evaluator.forceString(member(evaluator, node, "text"), "while showing a value");
    else children = evaluator.forceList(below, "while showing options");
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    text = shownError(error);
  }
  if (children === undefined) {
    yield `${name} = ${text};`;
    return;
  }
  for (const child of children) {
    const entry = evaluator.forceAttrs(child, "while showing an option");
    const childName = evaluator.forceString(member(evaluator, entry, "name"), "while showing a name");
    yield* treeLines(evaluator, childName, member(evaluator, entry, "node"));
  }
}

// --- reading ---

function readOption(evaluator: Evaluator, found: Attrs): OptionAnswer {
  const optional = (name: string): string | undefined => {
    const text = shownText(evaluator, member(evaluator, found, name));
    return text === null ? undefined : text;
  };
  const plain = (name: string): unknown => data(evaluator, member(evaluator, found, name));
  const reasons = evaluator.forceList(member(evaluator, found, "reasons"), "while showing definitions");
  return {
    name: plain("name") as string,
    value: shownText(evaluator, member(evaluator, found, "value")) ?? "",
    default: optional("default"),
    type: optional("type"),
    description: optional("description"),
    example: optional("example"),
    declarations: plain("declarations") as readonly Place[],
    reasons: reasons.map((slot) => {
      const reason = evaluator.forceAttrs(slot, "while showing a definition");
      const field = (name: string): unknown => data(evaluator, member(evaluator, reason, name));
      return {
        value: shownText(evaluator, member(evaluator, reason, "value")) ?? "",
        place: field("place") as Place,
        priority: field("priority") as number,
        holds: field("holds") as boolean,
        isUsed: field("isUsed") as boolean,
      };
    }),
  };
}

function kindOf(evaluator: Evaluator, found: Attrs): string {
  return evaluator.forceString(member(evaluator, found, "kind"), "while asking for an option");
}

function refuseMissing(evaluator: Evaluator, found: Attrs, path: string): Attrs {
  if (kindOf(evaluator, found) !== "missing") return found;
  const name = evaluator.forceString(member(evaluator, found, "name"), "while asking for an option");
  const siblings = data(evaluator, member(evaluator, found, "siblings")) as readonly string[];
  throw optionMissing(path, name, siblings.map(toByteString));
}

function optionMissing(path: string, name: string, siblings: readonly string[]): FirnError {
  const cut = name.lastIndexOf(".") + 1;
  const near = nearestNames(name.slice(cut), siblings).map(({ name: sibling }) => `'${name.slice(0, cut)}${sibling}'`);
  return new FirnError(
    "option-missing",
    `there is no option '${path}'`,
    near.length === 0 ? {} : { hint: `Did you mean ${near.join(" or ")}?` },
  );
}

function isASet(path: string, first: string): FirnError {
  return new FirnError("not-an-option", `'${path}' is a set of options`, {
    hint: `Name one of them, such as '${path}.${first}'.`,
  });
}
