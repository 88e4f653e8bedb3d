// What makes a configuration one that no machine should get is refused, all of it at once, and with the line of the user's file
// that says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, evaluateToData, openCollection } from "./collection.test-support.ts";

const evaluator = openCollection("refusals");

/** The modules that these tests are about; the others of the list would want packages. */
const modules =
  "config/networking config/users-groups misc/assertions misc/claimed-ports misc/ids misc/meta misc/prerequisites services/databases/postgresql services/networking/ssh/sshd services/web-servers/nginx/default system/activation/activation-script system/boot/loader/loader system/boot/loader/external/external system/boot/loader/grub/grub system/boot/loader/systemd-boot/systemd-boot system/boot/loader/efi system/boot/stage-1 system/boot/systemd system/build system/etc/etc tasks/filesystems"
    .split(" ")
    .map((name) => `/collection/modules/${name}.nix`);

/** The configuration with some of its faults. */
function evalConfig(...wrong: readonly string[]): string {
  return `(
    let
      package = name: { type = "derivation"; inherit name; outPath = "/\${name}"; version = "1"; };
      packages = builtins.listToAttrs (map (name: { inherit name; value = package name; })
        [ "bash" "coreutils" "findutils" "grep" "sed" "systemd" ]);
      pkgs = packages // import /collection/stdenv/trivial-builders.nix { inherit packages; };
    in
    (import /collection/modules { }).evalConfig {
      inherit pkgs;
      baseModules = [ ${modules.join(" ")} ];
      modules = [
        /tables/configuration.nix
        { _module.check = false; wrong = builtins.fromJSON ''${JSON.stringify(wrong)}''; }
      ];
    }
  )`;
}

const refusal = (...wrong: readonly string[]): string => errorOf(evaluator, `${evalConfig(...wrong)}.checked true`);

/** The places that an error names, as lines of the configuration. */
function linesOf(message: string): number[] {
  return [...message.matchAll(/^at \/tables\/configuration\.nix:(\d+):\d+:$/gm)].map(([, line]) => Number(line));
}

test("a configuration without fault is taken", () => {
  assert.equal(evaluateToData(evaluator, `${evalConfig()}.checked true`), true);
});

const faults: readonly (readonly [fault: string, message: RegExp, ...lines: number[]])[] = [
  ["login", /Neither the root account nor any wheel user has a password or SSH authorized key\./, 9],
  ["ids", /UIDs and GIDs must be unique!\nuid 1000: anna berta\n/, 12, 15],
  ["dangling", /The file system at `\/data' depends on one at `\/nowhere', which is not among `fileSystems'\./, 21],
  ["mounts", /The `fileSystems' option has a cycle: \/a → \/b\./, 25, 26],
  ["units", /in a circle: one\.service → two\.service → three\.timer → one\.service\./, 29, 30, 30],
  ["steps", /Activation steps wait for each other in a circle: first → second → first\./, 34, 35],
  ["ports", /Port 2222\/tcp is taken by `systemd\.sockets\.echo' and `services\.openssh'\./, 40, 39, 38],
  ["own", /This cannot be\./, 48],
  ["loader", /No boot loader is chosen, so nothing would start this system\./, 55],
  ["root", /The `fileSystems' option does not specify your root file system\./],
];

for (const [fault, pattern, ...lines] of faults) {
  test(`refused with the user's line: ${fault}`, () => {
    const message = refusal(fault);
    assert.match(message, pattern);
    assert.equal(message.match(/^- /gm)?.length, 1, `nothing else is wrong\n${message}`);
    assert.deepEqual(linesOf(message), lines, message);
  });
}

test("all that is wrong is told at once, each with its line drawn as Nix draws it", () => {
  const message = refusal("login", "own", "loader");
  assert.equal(message.match(/^- /gm)?.length, 3);
  assert.ok(
    `${message}\n`.includes(`
at /tables/configuration.nix:9:7:
     8|     (lib.mkIf (builtins.elem "login" config.wrong) {
     9|       users.mutableUsers = false;
      |       ^
    10|     })
`),
    message,
  );
});

test("whether somebody can log in to a machine that is new is known before it is installed", () => {
  const refusalOf = (module: string): unknown =>
    evaluateToData(
      evaluator,
      `(${evalConfig()}.extendModules { modules = [ ${module} ]; }).config.system.build.firstLoginRefusal`,
    );
  assert.match(
    String(refusalOf("{ }")),
    /^Nobody could log in to a new machine of this configuration: neither root nor/,
  );
  assert.equal(refusalOf(`{ users.users.root.initialPassword = "x"; }`), null);
  assert.match(String(refusalOf(`{ users.users.root.initialHashedPassword = "!"; }`)), /^Nobody/);
  const anna = `isNormalUser = true; initialHashedPassword = "$6$salt$hash";`;
  assert.match(String(refusalOf(`{ users.users.anna = { ${anna} }; }`)), /^Nobody/);
  assert.equal(refusalOf(`{ users.users.anna = { ${anna} extraGroups = [ "wheel" ]; }; }`), null);
});
