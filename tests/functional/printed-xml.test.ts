// What the programs print as XML, on standard output and as errors; all of it was printed by the real Nix.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openScene } from "./program.ts";

const declaration = "<?xml version='1.0' encoding='utf-8'?>\n";

test("a value that fails inside leaves the XML of what comes before it, with its elements closed", (t) => {
  const scene = openScene(t);
  const show = (expression: string) => scene.run("nix-instantiate", ["--eval", "--strict", "--xml", "-E", expression]);
  const { status, stdout, stderr } = show('{ a = 1; b = [ 2 (throw "x") ]; c = 3; }');
  assert.equal(status, 1);
  assert.equal(
    stdout,
    `${declaration}<expr>
  <attrs>
    <attr column="3" line="1" name="a">
      <int value="1" />
    </attr>
    <attr column="10" line="1" name="b">
      <list>
        <int value="2" />
      </list>
    </attr>
  </attrs>
</expr>
`,
  );
  assert.match(stderr, /error: x\n$/);
});

const a = 'derivation { name = "a-1"; system = "x"; builder = "/b"; }';

test("the members of a set in meta are listed in the order in which their names were first met", (t) => {
  const scene = openScene(t);
  const meta = '{ license = { zeta = "z"; url = "u"; alpha = "a"; name = "n"; count = 1; }; }';
  scene.write("packages.nix", `{ a = ${a} // { meta = ${meta}; }; }`);
  assert.equal(
    scene.must("nix-env", ["-f", "packages.nix", "-qaP", "--xml", "--meta"]),
    `${declaration}<items>
  <item attrPath="a" name="a-1" outputName="out" pname="a" system="x" version="1">
    <output name="out" />
    <meta name="license" type="strings">
      <string type="name" value="n" />
      <string type="zeta" value="z" />
      <string type="url" value="u" />
      <string type="alpha" value="a" />
    </meta>
  </item>
</items>
`,
  );
});

test("meta and sets that hold themselves are refused instead of searched for ever", (t) => {
  const scene = openScene(t);
  scene.write("meta.nix", `{ a = ${a} // { meta = let r = [ r ]; in { inherit r; }; }; }`);
  const asked = scene.run("nix-env", ["-f", "meta.nix", "-qaP", "--xml", "--meta"]);
  assert.deepEqual(asked, {
    status: 1,
    stdout: `${declaration}<items>
  <item attrPath="a" name="a-1" outputName="out" pname="a" system="x" version="1">
    <output name="out" />
  </item>
</items>
`,
    stderr: `error:
       … while querying the derivation named 'a-1'

       error: stack overflow; max-call-depth exceeded
`,
  });
  scene.write("list.nix", "let l = [ l ]; in l");
  assert.deepEqual(scene.run("nix-env", ["-f", "list.nix", "-qa"]), {
    status: 1,
    stdout: "",
    stderr: "error: stack overflow; max-call-depth exceeded\n",
  });
});
