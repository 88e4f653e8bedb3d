// Firn's own commands: programs that run without being installed, where the store is at /nix/store.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openScene, packageSet } from "./program.ts";

test("a program of a package runs without being installed, and sees the store at /nix/store", (t) => {
  const scene = openScene(t);
  const packages = scene.write("packages.nix", packageSet);
  assert.equal(scene.must("firn", ["run", "-f", packages, "hello1"]), "hello-1.0\n");
  const both = ["shell", "-f", packages, "hello2", "bye", "--", "sh", "-c", "hello; bye; command -v hello"];
  assert.match(scene.must("firn", both), /^hello-2\.0\nbye-0\.1\n\/nix\/store\/\w{32}-hello-2\.0\/bin\/hello\n$/);
  const failing = scene.run("firn", ["shell", "-f", packages, "bye", "--", "sh", "-c", "exit 7"]);
  assert.equal(failing.status, 7);
});

test("what is not there is told with what may have been meant", (t) => {
  const scene = openScene(t);
  const packages = scene.write("packages.nix", packageSet);
  assert.equal(
    scene.run("firn", ["run", "-f", packages, "helo"]).stderr,
    "error: attribute 'helo' in selection path 'helo' not found\n       Did you mean one of hello, hello1 or hello2?\n",
  );
  assert.match(
    scene.run("firn", ["run", "hello"]).stderr,
    /^error: there is no lock in '.*'\nhint: Make one with `firn lock`/,
  );
  assert.match(
    scene.run("firn", ["serach", "x"]).stderr,
    /'serach' is not a recognised command\n {7}Did you mean search\?/,
  );
  assert.match(scene.run("firn", ["run", "-f", packages, "two", "hello", "--", "nothing"]).stderr, /nothing/);
});

test("the store is verified and collected by short names", (t) => {
  const scene = openScene(t);
  scene.must("nix-store", ["--add", scene.write("file", "text")]);
  assert.equal(scene.must("firn", ["verify"]), "The store is as it should be.\n");
  assert.equal(scene.must("firn", ["gc"]), "1 store paths deleted, 0.0 KiB freed\n");
});

test("a virtual machine is not begun without its configuration, or with ports that are none", (t) => {
  const scene = openScene(t);
  const missing = scene.run("firn", ["vm"]);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^error: there is no configuration '.*\/configuration\.nix'\nhint: Name one/);
  scene.write("configuration.nix", "{ }");
  for (const ports of ["80", "8080:", "8080:80000", "a:b"]) {
    assert.match(scene.run("firn", ["vm", "-p", ports]).stderr, new RegExp(`'${ports}' is not HOST:GUEST`));
  }
  assert.match(scene.run("firn", ["vm", "a.nix", "b.nix"]).stderr, /a machine has one configuration/);
});
