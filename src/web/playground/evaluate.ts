// One evaluation of a project, as the page's worker does it: the first file is evaluated over files in memory and printed
// in the view that is open, or the error is drawn as Nix draws it. Derivations come with their .drv text. Whatever happens,
// the answer is a report; text in it is ordinary text with the colours of a terminal.

import {
  type Derivation,
  derivationOutputPath,
  FirnError,
  fromByteString,
  parseJson,
  printDerivation,
  printIndentedJson,
  printStorePath,
  toByteString,
} from "#formats";
import {
  BaseError,
  ContextCollector,
  createBuiltins,
  createEvaluator,
  defaultEvalSettings,
  emptyAttrs,
  type Evaluator,
  isStackExhaustion,
  lineAndColumn,
  MemoryIO,
  type Position,
  printJson,
  printValue,
  printXml,
  renderError,
  stackOverflow,
  StackOverflowError,
  type Value,
} from "#language";
import { type Project, type ProjectFile, projectFolder } from "./project.ts";

export interface ShownDerivation {
  /** Of the .drv file, whole. */
  readonly path: string;
  readonly name: string;
  /** The path is absent where only a build will tell it. */
  readonly outputs: readonly { readonly name: string; readonly path: string | undefined }[];
  /** What is in the .drv file. */
  readonly text: string;
}

/** A place in one of the project's files. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** In bytes, from 1. */
  readonly column: number;
}

export interface Report {
  readonly succeeded: boolean;
  /** The value in the view that is open, or the error. */
  readonly text: string;
  /** What traces and warnings said, in order. */
  readonly messages: readonly string[];
  /** In the order in which they were made: a derivation follows its inputs. */
  readonly derivations: readonly ShownDerivation[];
  /** Of the error, if it has one. */
  readonly place: Place | undefined;
  readonly milliseconds: number;
}

/** `now` is in milliseconds since the epoch. */
export function evaluateProject(project: Project, now: number): Report {
  const began = performance.now();
  const first = evaluate(project, now, defaultEvalSettings.maxCallDepth);
  const outcome = first.exhaustedAt === undefined ? first : evaluateShallow(project, now, first);
  return { ...outcome, milliseconds: performance.now() - began };
}

interface Outcome extends Omit<Report, "milliseconds"> {
  /** How many calls were going on when the page's stack was used up; undefined when it was not. */
  readonly exhaustedAt: number | undefined;
}

/**
 * A page's stack is smaller than a command's, and when JavaScript runs out of it nobody knows where the program was. With a
 * limit that this stack can hold, the language itself notices, and says where. Frames are not always as large as they were
 * the first time, hence the second, lower limit; where it is not calls that nest, none helps.
 */
function evaluateShallow(project: Project, now: number, exhausted: Outcome): Outcome {
  for (const share of [0.8, 0.5]) {
    const limit = Math.floor((exhausted.exhaustedAt ?? 0) * share);
    const outcome = evaluate(project, now, limit);
    if (outcome.succeeded) return outcome;
    if (outcome.exhaustedAt !== undefined) continue;
    const note = `A page has a small stack: this program may nest ${limit} calls here, and ${defaultEvalSettings.maxCallDepth} elsewhere.`;
    return { ...outcome, messages: [...outcome.messages, note] };
  }
  return exhausted;
}

function evaluate(project: Project, now: number, maxCallDepth: number): Outcome {
  const io = new MemoryIO({ currentTime: Math.floor(now / 1000) });
  for (const { name, text } of project.files) io.addFile(`${projectFolder}/${name}`, toByteString(text));
  const { showTrace } = project;
  const settings = { showTrace, maxCallDepth, workingDirectory: projectFolder };
  const evaluator = createEvaluator({ io, builtins: createBuiltins(), settings });
  let drawn: Pick<Outcome, "succeeded" | "text" | "place" | "exhaustedAt">;
  try {
    const [main] = project.files as readonly [ProjectFile, ...ProjectFile[]];
    const root = evaluator.evalMainFile(`${projectFolder}/${main.name}`);
    const text = print(evaluator, evaluator.autoCall(emptyAttrs, root), project);
    drawn = { succeeded: true, text, place: undefined, exhaustedAt: undefined };
  } catch (error) {
    const exhaustedAt = isExhaustion(error) ? evaluator.depth : undefined;
    drawn = { succeeded: false, ...drawError(error, showTrace), exhaustedAt };
  }
  return {
    ...drawn,
    text: fromByteString(drawn.text),
    messages: io.messages.map(({ level, text }) => fromByteString((messagePrefixes[level] ?? "") + text)),
    derivations: [...io.derivations].map(([path, derivation]) => shownDerivation(io.storeDir, path, derivation)),
  };
}

const messagePrefixes: Readonly<Record<string, string>> = {
  warn: "\x1b[35;1mwarning:\x1b[0m ",
  trace: "trace: ",
};

/** The language has made it its own error where a whole file was asked for; printing and forcing deeply are not. */
function isExhaustion(error: unknown): boolean {
  return isStackExhaustion(error) || (error instanceof StackOverflowError && error.message === stackOverflow().message);
}

/** A byte string. */
function print(evaluator: Evaluator, value: Value, { view, strict }: Project): string {
  switch (view) {
    case "value":
    case "derivations":
      // Printed over several lines, a set of one attribute would be forced; so Nix does it only where all is forced anyway.
      if (!strict) return printValue(evaluator, value, { colors: true });
      evaluator.forceDeep(value);
      return printValue(evaluator, value, { colors: true, indent: 2, force: true, derivationPaths: true });
    case "json":
      return printIndentedJson(parseJson(printJson(evaluator, value, new ContextCollector(), 0, { strict })), 2);
    case "xml":
      return printXml(evaluator, value, new ContextCollector(), { strict, location: true });
  }
}

function drawError(error: unknown, showTrace: boolean): { readonly text: string; readonly place: Place | undefined } {
  const known = isStackExhaustion(error) ? stackOverflow() : error;
  if (known instanceof BaseError) {
    return { text: renderError(known, { showTrace, color: true }), place: placeOf(known.position) };
  }
  const message = known instanceof FirnError ? known.message : toByteString(String(known));
  return { text: `\x1b[31;1merror:\x1b[0m ${message.replace(/\n(?=.)/g, "\n       ")}`, place: undefined };
}

function placeOf(position: Position | undefined): Place | undefined {
  if (position === undefined || position.offset < 0 || position.file.origin.kind !== "path") return undefined;
  const { path } = position.file.origin;
  if (!path.startsWith(`${projectFolder}/`)) return undefined;
  return { file: fromByteString(path.slice(projectFolder.length + 1)), ...lineAndColumn(position) };
}

function shownDerivation(storeDir: string, path: string, derivation: Derivation): ShownDerivation {
  const outputs = [...derivation.outputs.keys()].map((name) => {
    const output = derivationOutputPath(storeDir, derivation, name);
    return { name, path: output === undefined ? undefined : printStorePath(storeDir, output) };
  });
  return {
    path: `${storeDir}/${path}`,
    name: derivation.name,
    outputs,
    text: fromByteString(printDerivation(storeDir, derivation)),
  };
}
