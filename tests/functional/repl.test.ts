// `nix repl` line by line against what the real Nix answered: tools/golden-repl.ts recorded it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";
import { prepareSessions, readSessions, readTranscripts } from "./repl-sessions.ts";

test("sessions that are read from a file go as those of Nix", async (t) => {
  const scene = openScene(t);
  const sessions = readSessions();
  const folder = join(scene.folder, "sessions");
  const { stderr } = scene.script(
    `NIX_PATH= LC_ALL=C.UTF-8; export NIX_PATH; ${prepareSessions(folder, folder, sessions, 2)}`,
  );
  assert.equal(stderr, "");
  const transcripts = readTranscripts(folder, folder, sessions);
  for (const [index, session] of sessions.entries()) {
    await t.test(session.name, () => {
      const { status, stdout, stderr: told } = session;
      assert.deepEqual(transcripts[index], { status, stdout, stderr: told });
    });
  }
});
