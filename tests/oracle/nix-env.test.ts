// The same sessions with the real Nix and with Firn: the same answers, the same exit statuses, the same store paths,
// profiles, manifests and derivations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { packageSet } from "../functional/program.ts";
import { compareSession, findRealNix, type Session } from "./session.ts";

const real = findRealNix();
const skip = "missing" in real ? real.missing : false;

function check(
  name: string,
  files: Session["files"],
  commands: Session["commands"],
  store: Session["store"] = "chroot",
): void {
  test(name, { skip }, (t) => {
    if ("missing" in real) return;
    const { nix, firn } = compareSession(t, real, { files, commands, store });
    const faults = nix.steps.flatMap((step, index) => {
      const own = firn.steps[index];
      const wanted = `${step.status}\n${hideTimes(step.stdout)}`;
      const got = `${own?.status}\n${hideTimes(own?.stdout ?? "")}`;
      if (wanted === got) return [];
      return [`${step.command.join(" ")}\n--- Nix: ${wanted}\n${step.stderr}--- Firn: ${got}\n${own?.stderr}`];
    });
    for (const path of new Set([...nix.files.keys(), ...firn.files.keys()])) {
      const [wanted, got] = [nix.files.get(path), firn.files.get(path)];
      if (wanted !== got) faults.push(`${path}\n--- Nix: ${wanted}\n--- Firn: ${got}`);
    }
    assert.equal(faults.join("\n\n"), "");
  });
}

/** What depends on when a command ran, or on how a file system counts. */
function hideTimes(text: string): string {
  return text
    .replace(/"registrationTime":\d+/g, '"registrationTime":0')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "TIME")
    .replace(/\d+\.\d [KM]iB freed/g, "SIZE freed");
}

const packages = { "packages.nix": packageSet };
const env = (...args: string[]) => ["nix-env", "-p", "profile", "-f", "packages.nix", ...args];

// The real Nix reads the manifest of a profile by its name in the store, which of a chroot store is no path of the
// machine; so here it forgets what was installed before, and sessions that build on that are compared another way: by
// installing everything in one step.
check("installing by name, by attribute, from several outputs, with priorities", packages, [
  env("-i", "hello", "bye"),
  env("--list-generations"),
  env("-r", "-iA", "hello1", "two", "user"),
  env("-r", "--priority", "3", "-iA", "bye"),
  env("--rollback"),
  env("-G", "1"),
  env("-G", "9"),
  env("--rollback"),
  env("--set", "hello-1.0"),
  env("--set", "-A", "two"),
  env("-E", "-r", "-i", "p: { inherit (p) bye hello2; }"),
  env("-i", "nothing"),
  env("-i", "hel"),
  env("-iA", "nothing"),
  env("--delete-generations", "2", "3"),
  env("--delete-generations", "old"),
  env("--list-generations"),
  ["nix-store", "--gc", "--print-dead"],
  ["nix-store", "--gc", "--print-roots"],
]);

// Here the store's paths are paths of the machine, and what was installed before counts.
check(
  "a profile that grows and shrinks",
  packages,
  [
    env("-iA", "hello1"),
    env("-i", "bye"),
    env("-q"),
    env("-qs"),
    env("-qc"),
    env("-q", "--out-path", "--drv-path", "--description", "--system"),
    env("-q", "--json", "--meta", "--out-path", "--drv-path"),
    env("-q", "--xml", "--meta", "--out-path"),
    env("-qac", "hello"),
    env("-qas"),
    env("-u", "--dry-run"),
    env("-u"),
    env("-q"),
    env("-iA", "hello1"),
    env("-u", "--leq", "bye"),
    env("-u", "--eq"),
    env("-u", "--always", "hello-1.0"),
    env("-iA", "two", "user"),
    env("-q"),
    env("--set-flag", "priority", "3", "user"),
    env("--set-flag", "active", "false", "two"),
    env("--set-flag", "keep", "true", "hello"),
    env("-u"),
    env("-i", "hello-1.0"),
    env("-qc"),
    env("--set-flag", "keep", "false", "hello"),
    env("-P", "-i", "hello-1.0"),
    env("-q"),
    env("-e", "hello-2.0"),
    env("-e", "nothing"),
    env("-iA", "rude"),
    env("-q"),
    ["nix-env", "-p", "other", "-i", "--from-profile", "$SCENE/profile", "user", "bye"],
    ["nix-env", "-p", "other", "-q"],
    env("-e", "*"),
    env("-q"),
    env("--rollback"),
    env("--list-generations"),
    env("-i", "nothing"),
    env("--option", "keep-env-derivations", "true", "-r", "-iA", "hello1"),
    env("--delete-generations", "+2"),
    env("--delete-generations", "1d"),
    env("--list-generations"),
  ],
  "folder",
);

// Nix leaves the lock of an output that was not built; Firn does not, so nothing is collected here.
check("a build that fails", { "packages.nix": packageSet }, [
  env("-iA", "broken"),
  ["nix-build", "packages.nix", "-A", "broken"],
  ["nix-build", "packages.nix", "-A", "broken", "-A", "bye", "-k"],
  ["nix-store", "-q", "--hash", "result"],
]);

check("what is available, in every form", packages, [
  env("-qa"),
  env("-qa", "*"),
  env("-qa", "hello"),
  env("-qa", "hello-2.0", "bye"),
  env("-qa", ".*e.*"),
  env("-qaP"),
  env("-qas"),
  env("-qa", "--out-path"),
  env("-qa", "--drv-path"),
  env("-qaP", "--description", "--system", "--no-name"),
  env("-qac"),
  env("-qa", "--json"),
  env("-qa", "--json", "--meta", "--out-path", "--drv-path"),
  env("-qa", "--xml"),
  env("-qa", "--xml", "--meta", "--out-path", "--drv-path", "-s", "-c", "--description"),
  env("-qa", "zzz"),
  env("-qP"),
  env("-qa", "--system-filter", "i686-linux"),
]);

check("building, asking and collecting", packages, [
  ["nix-instantiate", "packages.nix", "-A", "user", "-A", "two"],
  ["nix-instantiate", "packages.nix", "-A", "two.dev"],
  ["nix-build", "packages.nix", "-A", "user", "-A", "two", "-A", "two.dev", "-A", "bye"],
  ["nix-build", "packages.nix", "-A", "bye", "--argstr", "extra", "x", "-o", "other"],
  ["nix-store", "-q", "--hash", "result"],
  ["nix-store", "-q", "--size", "result"],
  ["nix-store", "-q", "--references", "result"],
  ["nix-store", "-q", "--deriver", "result"],
  ["nix-store", "-qR", "result"],
  ["nix-store", "-q", "--tree", "result"],
  ["nix-store", "-q", "--graph", "result"],
  ["nix-store", "-q", "--graphml", "result"],
  ["nix-store", "-q", "--roots", "result"],
  ["nix-store", "-q", "--valid-derivers", "result"],
  ["nix-store", "-q", "--referrers-closure", "result-2"],
  ["nix-store", "-q", "--resolve", "result"],
  ["nix-store", "-q", "--binding", "name", "result"],
  ["nix-store", "-q", "--binding", "nope", "result"],
  ["nix-store", "--check-validity", "result"],
  ["nix-store", "--dump-db"],
  ["nix-store", "--verify", "--check-contents"],
  ["nix-store", "--verify-path", "result"],
  ["nix-store", "-r", "result"],
  ["nix-store", "--add", "packages.nix"],
  ["nix-store", "--add-fixed", "sha256", "packages.nix"],
  ["nix-store", "--add-fixed", "--recursive", "sha1", "packages.nix"],
  ["nix-store", "--print-fixed-path", "sha256", "0000000000000000000000000000000000000000000000000000", "x"],
  ["nix-store", "--export", "result"],
  ["nix-store", "--gc", "--print-live"],
  ["nix-store", "--gc", "--print-dead"],
  ["nix-store", "--delete", "result"],
  ["nix-collect-garbage", "--dry-run"],
  ["nix-collect-garbage"],
  ["nix-store", "--dump-db"],
]);

check("values, hashes and path information", { ...packages, file: "some text\n" }, [
  ["nix-instantiate", "--eval", "-E", "{ a = [ 1 2.5 ]; b.c = x: x; }", "--strict"],
  ["nix-instantiate", "--eval", "-E", "{ a = [ 1 2.5 ]; b.c = null; }", "--json"],
  ["nix-instantiate", "--eval", "-E", "{ a = [ 1 2.5 ]; b.c = x: x; }", "--strict", "--xml"],
  ["nix-instantiate", "--eval", "packages.nix", "-A", "hello1.name"],
  ["nix-instantiate", "--eval", "packages.nix", "-A", "nope"],
  ["nix-instantiate", "--eval", "packages.nix", "-A", "hello1.outPath", "--raw"],
  ["nix-instantiate", "--parse", "packages.nix"],
  ["nix-instantiate", "--find-file", "-I", "here=packages.nix", "here"],
  ["nix", "eval", "--expr", '{ a = [ 1 { } ]; f = x: x; s = "a\\nb"; }'],
  ["nix", "eval", "-f", "packages.nix", "hello1"],
  ["nix", "eval", "-f", "packages.nix", "hello1.meta", "--json"],
  ["nix", "eval", "--raw", "--expr", '"x"'],
  ["nix", "eval", "--expr", "1", "--apply", "x: x + 1"],
  ["nix", "build", "-f", "packages.nix", "user", "two", "--print-out-paths"],
  ["nix", "path-info", "-rsS", "./result"],
  ["nix", "path-info", "-rsSh", "./result"],
  ["nix", "path-info", "--sigs", "./result"],
  ["nix", "path-info", "--json", "--json-format", "2", "-r", "-S", "./result"],
  ["nix", "derivation", "show", "./result"],
  ["nix", "derivation", "show", "-r", "-f", "packages.nix", "user"],
  ["nix", "hash", "path", "file"],
  ["nix", "hash", "path", "--mode", "flat", "--format", "nix32", "file"],
  [
    "nix",
    "hash",
    "convert",
    "--hash-algo",
    "sha256",
    "--to",
    "base16",
    "0000000000000000000000000000000000000000000000000000",
  ],
  ["nix-hash", "file"],
  ["nix-hash", "--flat", "--type", "sha512", "--sri", "file"],
  ["nix-hash", "--type", "sha256", "--truncate", "--base32", "file"],
  ["nix-hash", "--to-base64", "--type", "sha1", "0000000000000000000000000000000000000000"],
]);
