// What modules written for NixOS expect of pkgs: names, functions for small packages, and formats of configuration files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateToData, openCollection } from "./collection.test-support.ts";

const evaluator = openCollection("system");

/** An expression over pkgs whose packages are only names. */
function evaluate(expr: string): unknown {
  return evaluateToData(
    evaluator,
    `let
      lib = import /collection/lib;
      package = name: { type = "derivation"; inherit name; outPath = "/\${name}"; version = "1"; };
      names = [ "bash" "coreutils" "perl-base" "python3" "zsh" "sed" "fd-find" "openssh-client" "openssh-server" "openssh-sftp-server" ];
      packages = lib.genAttrs names package;
      builders = import /collection/stdenv/trivial-builders.nix { inherit packages; };
      pkgs = packages // import /collection/nixpkgs-interface.nix { inherit packages builders; system = "x86_64-linux"; } // builders;
    in ${expr}`,
  );
}

test("packages have nixpkgs' names too, and shells say that they are", () => {
  assert.deepEqual(evaluate("[ pkgs.gnused.name pkgs.fd.name pkgs.zsh.shellPath pkgs.openssh.pname ]"), [
    "sed",
    "fd-find",
    "/bin/zsh",
    "openssh",
  ]);
  assert.equal(evaluate("lib.types.shellPackage.check pkgs.zsh && !lib.types.shellPackage.check pkgs.sed"), true);
  assert.deepEqual(evaluate("[ pkgs.stdenv.hostPlatform.system pkgs.stdenv.isLinux pkgs.lib.version ]"), [
    "x86_64-linux",
    true,
    "26.11-firn",
  ]);
});

test("a shell application stops at failures and has its programs on its path", () => {
  const application = `pkgs.writeShellApplication { name = "hey"; runtimeInputs = [ pkgs.sed ]; runtimeEnv.A = "b c"; text = "echo"; }`;
  assert.equal(
    evaluate(`(${application}).text`),
    `#!/bash/bin/bash\nset -o errexit\nset -o nounset\nset -o pipefail\nexport A='b c'\n\nexport PATH="/sed/bin:$PATH"\n\necho\n`,
  );
  assert.match(evaluate(`lib.getExe (${application})`) as string, /^\/nix\/store\/\w{32}-hey\/bin\/hey$/);
});

test("formats have the type of what they can say, and write it", () => {
  const merged = (format: string, ...values: readonly string[]): unknown =>
    evaluate(
      `(lib.evalModules { modules = [ { options.a = lib.mkOption { inherit (pkgs.formats.${format}) type; }; } ${values.map((value) => `{ a = ${value}; }`).join(" ")} ]; }).config.a`,
    );
  assert.deepEqual(merged("json { }", "{ x = [ 1 ]; }", "{ x = [ null ]; y.z = 1.5; }"), {
    x: [null, 1],
    y: { z: 1.5 },
  });
  assert.deepEqual(merged("ini { }", "{ s.k = true; }", "{ s.l = 2; }"), { s: { k: true, l: 2 } });
  assert.throws(() => merged("ini { }", "{ s.k = { }; }"), /is not of type/);
  assert.throws(() => merged("toml { }", "{ k = null; }"), /is not of type/);
  const duplicates = `(pkgs.formats.ini { listsAsDuplicateKeys = true; }).generate "x" { s = { a = [ 1 2 ]; b = true; }; }`;
  assert.equal(evaluate(`(${duplicates}).text`), "[s]\na=1\na=2\nb=true\n");
  assert.equal(evaluate(`((pkgs.formats.keyValue { }).generate "x" { a = 1; b = "c"; }).text`), "a=1\nb=c\n");
});
