import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { configurationFiles, loadSettings, parseConfiguration } from "./nix-conf.ts";

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "firn-conf-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("a configuration is names, an equals sign and words; comments end lines", () => {
  const check = (text: string, expected: [string, string][]) =>
    assert.deepEqual(parseConfiguration(text, "/etc/nix/nix.conf"), expected);
  check("cores = 4\n", [["cores", "4"]]);
  check("  substituters =   a   b # c\n\n# d = e", [["substituters", "a b"]]);
  check("builders =", [["builders", ""]]);
  assert.throws(() => parseConfiguration("cores 4", "/x"), {
    message: "syntax error in configuration line 'cores 4' in \"/x\"",
  });
  assert.throws(() => parseConfiguration("cores", "/x"), {
    message: "syntax error in configuration line 'cores' in \"/x\"",
  });
});

test("a file includes others in place, and may name one that is not there only with a mark", (t) => {
  const folder = scratch(t);
  writeFileSync(join(folder, "b.conf"), "cores = 2\n");
  const path = join(folder, "a.conf");
  assert.deepEqual(parseConfiguration("timeout = 1\ninclude b.conf\n!include c.conf\nfallback = true", path), [
    ["timeout", "1"],
    ["cores", "2"],
    ["fallback", "true"],
  ]);
  assert.throws(() => parseConfiguration("include c.conf", path), {
    message: `file "${folder}/c.conf" included from "${path}" not found`,
  });
});

test("the user's file wins over the system's, and NIX_CONFIG over both", (t) => {
  const folder = scratch(t);
  mkdirSync(join(folder, "config/nix"), { recursive: true });
  writeFileSync(join(folder, "nix.conf"), "cores = 1\ntimeout = 1\nmax-silent-time = 1\nbogus = 1\n");
  writeFileSync(join(folder, "config/nix/nix.conf"), "cores = 2\ntimeout = 2\n");
  const settings = loadSettings({
    NIX_CONF_DIR: folder,
    HOME: "/nowhere",
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_CONFIG_DIRS: "/nowhere",
    NIX_CONFIG: "cores = 3\n",
  });
  assert.deepEqual(
    ["cores", "timeout", "max-silent-time"].map((name) => settings.integer(name)),
    [3, 2, 1],
  );
  assert.deepEqual(settings.takeUnknown(), ["bogus"]);
});

test("files are read from the system's to the nearest of the user", () => {
  assert.deepEqual(configurationFiles({ HOME: "/home/u", XDG_CONFIG_DIRS: "/etc/a:/etc/b" }), [
    "/etc/nix/nix.conf",
    "/etc/b/nix/nix.conf",
    "/etc/a/nix/nix.conf",
    "/home/u/.config/nix/nix.conf",
  ]);
  assert.deepEqual(configurationFiles({ NIX_CONF_DIR: "/c", NIX_USER_CONF_FILES: "/a:/b" }), [
    "/c/nix.conf",
    "/b",
    "/a",
  ]);
});
