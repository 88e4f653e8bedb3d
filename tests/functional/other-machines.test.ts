// nixos-rebuild with --build-host and --target-host: an ssh that leads to other stores on this machine stands for the network.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

const nixos = `{ configuration ? <nixos-config> }: {
  system = derivation {
    name = "nixos-system-test";
    system = builtins.currentSystem;
    builder = "/bin/sh";
    inherit (import configuration) text;
    args = [ "-c" ''
      export PATH=/bin:/usr/bin
      mkdir -p $out/sw/bin
      echo "$text" > $out/text
      printf '#!/bin/sh\\necho "$@" > "$CALLED"\\nexit 5\\n' > $out/sw/bin/nixos-rebuild
      chmod +x $out/sw/bin/nixos-rebuild
    '' ];
  };
}`;

/** Runs what it is given on the host whose store is the folder of its name. */
const ssh = `#!/bin/sh
while [ "$2" != -- ]; do shift; done
folder=$SCENE/$1
shift 2
export NIX_REMOTE=$folder NIX_STATE_DIR=$folder/nix/var/nix CALLED=$folder/called
exec sh -c "$(echo "$*" | sed "s|/nix/store/\\([^ ]*\\)/sw/bin|$folder/nix/store/\\1/sw/bin|")"
`;

test("a system is evaluated here, built on one machine, and another one is switched to it", (t) => {
  const scene = openScene(t);
  for (const folder of ["nixpkgs", "nixpkgs/nixos", "big", "web"]) mkdirSync(join(scene.folder, folder));
  scene.write("nixpkgs/nixos/default.nix", nixos);
  scene.write("configuration.nix", `{ text = "made elsewhere"; }`);
  chmodSync(scene.write("bin/ssh", ssh), 0o755);
  const variables = { PATH: `${join(scene.folder, "bin")}:${process.env["PATH"]}`, SCENE: scene.folder };
  const rebuild = (...words: readonly string[]) =>
    scene.run("nixos-rebuild", [...words, "-I", "nixpkgs=nixpkgs", "-I", "nixos-config=configuration.nix"], {
      variables,
    });

  const switched = rebuild("switch", "--build-host", "big", "--target-host", "web", "--no-auto-rollback");
  // What the other machine says is the answer.
  assert.equal(switched.status, 5, switched.stderr);
  assert.match(
    switched.stderr,
    /^evaluating the system configuration\.\.\.\ncopying 1 store paths to big\.\.\.\nbuilding the system configuration on big\.\.\.\n[^]*copying 1 store paths from big\.\.\.\ncopying 1 store paths to web\.\.\.\n/,
  );
  const called = readFileSync(join(scene.folder, "web/called"), "utf8");
  const [, toplevel = ""] = /^switch --store-path (\/nix\/store\/\S+) --no-auto-rollback\n$/.exec(called) ?? [];
  assert.match(toplevel, /nixos-system-test$/);
  for (const store of ["big", "root", "web"]) {
    assert.equal(readFileSync(join(scene.folder, store, toplevel, "text"), "utf8"), "made elsewhere\n", store);
  }

  // What is there already is not sent again.
  const again = rebuild("switch", "--target-host", "web");
  assert.equal(again.status, 5, again.stderr);
  assert.doesNotMatch(again.stderr, /copying/);

  chmodSync(scene.write("bin/ssh", "#!/bin/sh\nexit 255\n"), 0o755);
  const unreachable = rebuild("switch", "--target-host", "web");
  assert.deepEqual([unreachable.status, existsSync(join(scene.folder, "result"))], [1, false]);
  assert.match(
    unreachable.stderr,
    /the machine 'web' could not do it: 'nix-store --check-validity' ended with status 255/,
  );
});
