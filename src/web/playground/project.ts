// What the page holds and a link carries: some files, which of them is open, and how the result is looked at. The program
// is the first file. A project that comes from outside is checked before anything looks at it.

import { FirnError } from "#formats";

export const views = ["value", "json", "xml", "derivations"] as const;
export type View = (typeof views)[number];

/** Name relative to the project's folder, with slashes; ordinary text, not byte strings. */
export interface ProjectFile {
  readonly name: string;
  readonly text: string;
}

export interface Project {
  /** At least one; the first is the program. */
  readonly files: readonly ProjectFile[];
  /** The name of the file in the editor. */
  readonly open: string;
  readonly view: View;
  /** Forces everything inside the value, as `--strict`. */
  readonly strict: boolean;
  readonly showTrace: boolean;
}

/** Where the files lie in the memory that the program sees. */
export const projectFolder = "/playground";

const maxFiles = 64;
const maxText = 1_000_000;

/** Whatever a link held, as a project; a FirnError says what is wrong with it. */
export function checkProject(data: unknown): Project {
  const { files, open, view, strict, showTrace } = record(data, "the project");
  if (!Array.isArray(files) || files.length === 0) throw badProject("it has no files");
  if (files.length > maxFiles) throw badProject(`it has ${files.length} files, ${maxFiles} are allowed`);
  const checked: ProjectFile[] = [];
  for (const file of files as readonly unknown[]) {
    const { name, text } = record(file, "a file");
    if (typeof name !== "string" || typeof text !== "string") throw badProject("a file needs a name and a text");
    const fault = faultOfName(name, checked);
    if (fault !== undefined) throw badProject(fault);
    checked.push({ name, text });
  }
  if (checked.reduce((sum, file) => sum + file.text.length, 0) > maxText) throw badProject("its files are too large");
  return {
    files: checked,
    open: checked.find(({ name }) => name === open)?.name ?? (checked[0] as ProjectFile).name,
    view: views.find((known) => known === view) ?? "value",
    strict: strict !== false,
    showTrace: showTrace === true,
  };
}

/** What is wrong with a name for a new file beside others; undefined when nothing is. */
export function faultOfName(name: string, others: readonly ProjectFile[]): string | undefined {
  if (name.length > 100) return "the name is too long";
  const parts = name.split("/");
  if (!parts.every((part) => /^[\w.+-]+$/.test(part) && part !== "." && part !== "..")) {
    return `'${name}' is no file name; letters, digits and . _ + - are allowed, and / between folders`;
  }
  for (const other of others) {
    if (other.name === name) return `there is a file '${name}' already`;
    if (other.name.startsWith(`${name}/`)) return `'${name}' is a folder already`;
    if (name.startsWith(`${other.name}/`)) return `'${other.name}' is a file, not a folder`;
  }
  return undefined;
}

function record(data: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof data !== "object" || data === null) throw badProject(`${what} is no object`);
  return data as Readonly<Record<string, unknown>>;
}

function badProject(reason: string): FirnError {
  return new FirnError("bad-project", `This link holds no project: ${reason}.`);
}
