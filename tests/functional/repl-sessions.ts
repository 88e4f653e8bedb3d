// Sessions of `nix repl` with their input from a file, each in a folder of its own, and what came of them. The test runs them
// with ours, tools/golden-repl.ts with the real Nix; both by the shell script that is made here.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Session {
  readonly name: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly input: string;
}

export interface Transcript {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type RecordedSession = Session & Transcript;

const golden = new URL("golden/repl/", import.meta.url);
export const sessionsFile = new URL("sessions.json", golden);

/** What stands for the folder of the sessions in a transcript. */
const folderMark = "FOLDER";

export function readSessions(): RecordedSession[] {
  return JSON.parse(readFileSync(sessionsFile, "utf8")) as RecordedSession[];
}

/**
 * Writes the sessions below `folder` and gives the script that runs all of them. `there` is the name of the folder for who
 * runs it, `atOnce` how many run at the same time.
 */
export function prepareSessions(folder: string, there: string, sessions: readonly Session[], atOnce: number): string {
  const files = JSON.parse(readFileSync(new URL("files.json", golden), "utf8")) as Record<string, string>;
  sessions.forEach(({ args = [], environment = {}, input }, index) => {
    const here = join(folder, String(index));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(here, "work", name)), { recursive: true });
      writeFileSync(join(here, "work", name), text);
    }
    writeFileSync(join(here, "input"), input);
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${quote(value)}`);
    const command = ["env", ...variables, "nix", "repl", ...args.map(quote)].join(" ");
    writeFileSync(join(here, "run"), `cd work\n${command} <../input >../stdout 2>../stderr\necho $? >../status\n`);
  });
  const numbers = sessions.map((_, index) => index).join(" ");
  return `cd ${there} && printf '%s\\n' ${numbers} | xargs -P ${atOnce} -n 1 sh -c 'cd "$0" && sh ./run'`;
}

export function readTranscripts(folder: string, there: string, sessions: readonly Session[]): Transcript[] {
  return sessions.map((_, index) => {
    const read = (name: string): string => {
      const text = readFileSync(join(folder, String(index), name), "utf8");
      return text.replaceAll(`${there}/${index}/work`, folderMark);
    };
    return { status: Number(read("status")), stdout: read("stdout"), stderr: read("stderr") };
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
