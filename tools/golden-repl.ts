// Records the sessions of tests/functional/golden/repl anew with the real Nix 2.34.8. A new session is an object with a
// `name` and an `input`, `args` and an `environment` if it needs them; run this, and what Nix answers is filled in.
// usage: node tools/golden-repl.ts
//
// `nix` has to be on the PATH. Where Nix runs in another root, GOLDEN_SHELL is a command that runs a shell script there,
// GOLDEN_FOLDER a folder that both sides see, GOLDEN_FOLDER_THERE its name over there.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareSessions, readSessions, readTranscripts, sessionsFile } from "../tests/functional/repl-sessions.ts";

const here = process.env["GOLDEN_FOLDER"] ?? mkdtempSync(join(tmpdir(), "golden-repl-"));
const there = process.env["GOLDEN_FOLDER_THERE"] ?? here;
const [shell = "sh", ...shellArgs] = (process.env["GOLDEN_SHELL"] ?? "sh").split(" ");

rmSync(here, { recursive: true, force: true });
for (const folder of ["home", "root", "conf"]) mkdirSync(join(here, folder), { recursive: true });
writeFileSync(
  join(here, "conf/nix.conf"),
  "sandbox-paths = /bin /usr /lib /lib64\nsubstituters =\nbuild-users-group =\nexperimental-features = nix-command\n",
);
const sessions = readSessions();
// The readline library wraps long lines of input where a terminal is dumb, and elsewhere not.
const environment = `HOME=${there}/home TERM=xterm NIX_CONF_DIR=${there}/conf NIX_USER_CONF_FILES= NIX_STATE_DIR=${there}/root/nix/var/nix NIX_REMOTE=${there}/root NIX_PATH=`;
const script = `export LC_ALL=C.UTF-8 ${environment}\n${prepareSessions(here, there, sessions, 2)}\n`;
writeFileSync(join(here, "script"), script);
const { error } = spawnSync(shell, [...shellArgs, join(there, "script")], { stdio: "inherit" });
if (error !== undefined) throw error;

const recorded = readTranscripts(here, there, sessions).map((transcript, index) => {
  const { name, args, environment: variables, input } = sessions[index] ?? { name: "", input: "" };
  return {
    name,
    ...(args === undefined ? {} : { args }),
    ...(variables === undefined ? {} : { environment: variables }),
    input,
    ...transcript,
  };
});
writeFileSync(sessionsFile, `[\n${recorded.map((session) => `  ${JSON.stringify(session)}`).join(",\n")}\n]\n`);
rmSync(here, { recursive: true, force: true });
