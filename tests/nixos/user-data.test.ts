// What belongs to single users: files that the configuration puts into homes, and what services keep; and variants of a system.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { errorOf, evaluateToData, openCollection } from "./collection.test-support.ts";

const script = join(import.meta.dirname, "../../collection/modules/config/user-files.sh");
const evaluator = openCollection("refusals");

const modules =
  "config/networking config/user-files config/users-groups misc/assertions misc/ids misc/meta system/boot/systemd system/build system/etc/etc"
    .split(" ")
    .map((name) => `/collection/modules/${name}.nix`);

function evalConfig(configuration: string): string {
  return `(
    let
      package = name: { type = "derivation"; inherit name; outPath = "/\${name}"; };
      packages = builtins.listToAttrs (map (name: { inherit name; value = package name; })
        [ "bash" "coreutils" "findutils" "grep" "sed" "systemd" ]);
      pkgs = packages // import /collection/stdenv/trivial-builders.nix { inherit packages; };
    in
    (import /collection/modules { }).evalConfig { inherit pkgs; baseModules = [ ${modules.join(" ")} ]; modules = [ ${configuration} ]; }
  )`;
}

test("links in a home follow the list, and what is the user's own stays", (t) => {
  const home = mkdtempSync(join(tmpdir(), "firn-home-"));
  t.after(() => rmSync(home, { recursive: true }));
  const link = (list: Record<string, string>): string => {
    const file = join(home, "list");
    writeFileSync(
      file,
      Object.entries(list)
        .map(([path, target]) => `${path}\t${target}\n`)
        .join(""),
    );
    const { status, stderr } = spawnSync("bash", [script, file, home], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stderr;
  };
  mkdirSync(join(home, ".config"));
  writeFileSync(join(home, ".config/own"), "mine");
  const first = { ".config/own": "/s/own", ".config/a b/c": "/s/one", "bin/hi": "/s/hi" };
  assert.equal(link(first), `${home}/.config/own is a file of your own, and stays as it is\n`);
  assert.ok(lstatSync(join(home, ".config/own")).isFile());
  assert.equal(readlinkSync(join(home, ".config/a b/c")), "/s/one");
  // Again, nothing changes.
  link(first);
  assert.equal(readlinkSync(join(home, "bin/hi")), "/s/hi");
  // Changed, and gone with the folder that was made for it.
  link({ "bin/hi": "/s/hi2" });
  assert.equal(readlinkSync(join(home, "bin/hi")), "/s/hi2");
  assert.deepEqual(readdirSync(join(home, ".config")), ["own"]);
  // What the user has put in the place of a link is the user's.
  rmSync(join(home, "bin/hi"));
  symlinkSync("/elsewhere", join(home, "bin/hi"));
  assert.match(link({ "bin/hi": "/s/hi3" }), /is a file of your own/);
  link({});
  assert.equal(readlinkSync(join(home, "bin/hi")), "/elsewhere");
  assert.ok(!existsSync(join(home, ".config/a b")));
});

test("a home's files are a unit of the user's, and one outside the home is refused", () => {
  const files = (value: string): string =>
    evalConfig(
      `{ users.users.anna = { isNormalUser = true; files = ${value}; }; users.users.berta.isNormalUser = true; }`,
    );
  const units = evaluateToData(
    evaluator,
    `builtins.mapAttrs (_: unit: unit.text) ${files(`{ ".vimrc".text = "set nu"; off = { enable = false; text = ""; }; }`)}.config.systemd.units`,
  ) as Record<string, string>;
  const anna = units["user-files-anna.service"] ?? "";
  assert.match(
    anna,
    /^ExecStart=\/bash\/bin\/bash \S+user-files\.sh \/nix\/store\/\w{32}-files-of-anna \/home\/anna$/m,
  );
  assert.match(anna, /^User=anna$/m);
  assert.match(
    units["user-files-berta.service"] ?? "",
    /^ConditionPathExists=\/home\/berta\/\.local\/state\/user-files\/made$/m,
  );
  assert.match(
    errorOf(evaluator, `${files(`{ "../x".text = ""; }`)}.config.systemd.units."user-files-anna.service".text`),
    /The path `\.\.\/x' of a user's file does not lie in the home\./,
  );
  assert.match(
    errorOf(evaluator, `${files(`{ a.text = ""; b = { target = "a"; text = ""; }; }`)}.checked true`),
    /Several files of users\.users\.anna\.files have the path `a'/,
  );
});

test("a variant adds to the system, or begins anew; definitions of several modules make one", () => {
  const names = evaluateToData(
    evaluator,
    `let
      machine = (import /collection/modules { }).evalConfig {
        baseModules = [ ${modules.join(" ")} /collection/modules/misc/version.nix /collection/modules/system/activation/top-level.nix { _module.check = false; } ];
        modules = [
          { networking.hostName = "a"; networking.domain = "b"; specialisation.more.configuration.networking.hostName = (import /collection/lib).mkForce "c"; }
          { specialisation.more.configuration.networking.enableIPv6 = false; specialisation.fresh = { inheritParentConfig = false; configuration.networking.hostName = "d"; }; }
        ];
      };
      show = c: [ c.networking.hostName c.networking.domain c.networking.enableIPv6 (builtins.attrNames c.specialisation) ];
    in
    builtins.mapAttrs (_: variant: show variant.configuration) machine.config.specialisation`,
  );
  assert.deepEqual(names, { fresh: ["d", null, true, []], more: ["c", "b", false, []] });
});
