// collection/modules: a module of NixOS's kind makes of a system what NixOS makes of it (system/golden, by the real NixOS of
// nixpkgs 20.09: tools/golden-lib.sh), and what would not work is refused before anything is built.

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, evaluateToData, openCollection, readGolden } from "./collection.test-support.ts";

const evaluator = openCollection("system");

/** The modules that these tests are about; the others of the list are a machine's, and make files of their own. */
const modules =
  "config/networking config/users-groups misc/assertions misc/ids misc/meta system/boot/systemd system/build system/etc/etc"
    .split(" ")
    .map((name) => `/collection/modules/${name}.nix`);

/** A configuration of the modules; its packages are only names. */
function evalConfig(configuration: string): string {
  return `(
    let
      package = name: { type = "derivation"; inherit name; outPath = "/\${name}"; };
      packages = builtins.listToAttrs (map (name: { inherit name; value = package name; })
        [ "bash" "coreutils" "findutils" "grep" "sed" "systemd" ]);
      pkgs = packages // import /collection/stdenv/trivial-builders.nix { inherit packages; };
    in
    (import /collection/modules { }).evalConfig {
      inherit pkgs;
      baseModules = [ ${modules.join(" ")} ];
      modules = [ ${configuration} ];
    }
  )`;
}

interface Unit {
  readonly text: string;
}
type Answers = Record<string, unknown> & { readonly units: Record<string, Unit> };

/**
 * What differs between the releases by design: the section that tells what starts a unit, blank lines, and the variables that
 * other modules of NixOS add.
 */
function essence(answers: Answers): unknown {
  const units = Object.entries(answers.units).map(([name, unit]) => {
    const [main = ""] = unit.text.split("\n[Install]\n");
    const lines = main
      .split("\n")
      .filter((line) => line !== "" && !/^Environment="(LOCALE_ARCHIVE|TZDIR|PATH)=/.test(line));
    return [name, { ...unit, text: lines }];
  });
  return { ...answers, units: Object.fromEntries(units) as unknown };
}

test("units, users, hosts and files are those of NixOS", () => {
  const ours = evaluateToData(evaluator, `import ./answers.nix ${evalConfig("./module.nix")}.config`) as Answers;
  const golden = readGolden("system/golden/nixos-20.09.jsonl") as Answers;
  assert.deepEqual(essence(ours), essence(golden));
});

test("a unit's text is what NixOS writes today", () => {
  const text = (kind: string, name: string, unit: string): unknown =>
    evaluateToData(
      evaluator,
      `${evalConfig(`{ systemd.${kind}.a = ${unit}; }`)}.config.systemd.units."a.${name}".text`,
    );
  const service = `{ description = "A"; wantedBy = [ "multi-user.target" "b.target" ]; path = [ "/p" ];
    servicePath = [ ]; serviceConfig.ExecStart = "/x"; stopIfChanged = false; notSocketActivated = true; }`;
  assert.equal(
    text("services", "service", service.replace("servicePath = [ ];", 'environment.Z = "1";')),
    `[Unit]
Description=A

[Service]
Environment="PATH=/p/bin:/coreutils/bin:/findutils/bin:/grep/bin:/sed/bin:/systemd/bin:/p/sbin:/coreutils/sbin:/findutils/sbin:/grep/sbin:/sed/sbin:/systemd/sbin"
Environment="Z=1"
X-StopIfChanged=false
X-NotSocketActivated=true
ExecStart=/x

[Install]
WantedBy=multi-user.target b.target
`,
  );
  assert.equal(
    text("sockets", "socket", `{ listenStreams = [ "80" ]; listenDatagrams = [ "53" "54" ]; }`),
    "[Unit]\n\n[Socket]\n\nListenStream=80\nListenDatagram=53\nListenDatagram=54\n",
  );
});

test("scripts are programs in the store, and what a unit restarts for is a file", () => {
  const unit = `{ script = "exec web"; scriptArgs = "%i"; preStart = "true"; restartTriggers = [ "a" "b" ]; reload = "true"; }`;
  const text = evaluateToData(
    evaluator,
    `${evalConfig(`{ systemd.services."web@" = ${unit}; }`)}.config.systemd.units."web@.service".text`,
  ) as string;
  assert.match(text, /^ExecStart=\/nix\/store\/\w{32}-unit-script-web_-start\/bin\/web_-start %i$/m);
  assert.match(text, /^ExecStartPre=\/nix\/store\/\w{32}-unit-script-web_-pre-start\/bin\/web_-pre-start$/m);
  assert.match(text, /^ExecReload=\/nix\/store\/\w{32}-unit-script-web_-reload\/bin\/web_-reload$/m);
  assert.match(text, /^X-Restart-Triggers=\/nix\/store\/\w{32}-X-Restart-Triggers-web-$/m);
});

test("the tree of /etc is listed with what is copied, and by whom it is owned", () => {
  const module = `{
    environment.etc = {
      link.text = "x";
      "a/copy" = { text = "y"; mode = "0600"; uid = 5; group = "wheel"; };
      moved = { source = /tables/module.nix; target = "other/name"; };
      off = { enable = false; text = "z"; };
    };
  }`;
  const manifest = evaluateToData(
    evaluator,
    `map (f: removeAttrs f [ "source" ]) ${evalConfig(module)}.config.system.build.etcManifest`,
  );
  const files = (manifest as readonly { readonly target: string }[]).filter((f) => !/^(host|systemd)/.test(f.target));
  assert.deepEqual(files, [
    { group: "wheel", mode: "0600", target: "a/copy", user: "+5" },
    { group: "+0", mode: "symlink", target: "link", user: "+0" },
    { group: "+0", mode: "symlink", target: "other/name", user: "+0" },
  ]);
  const derivation = evaluateToData(evaluator, `${evalConfig(module)}.config.system.build.etc.drvPath`);
  assert.match(derivation as string, /^\/nix\/store\/\w{32}-etc\.drv$/);
});

test("what cannot work is refused, all of it at once, in NixOS's words", () => {
  const refused = (module: string, ...messages: readonly RegExp[]): void => {
    const message = errorOf(evaluator, `${evalConfig(module)}.checked true`);
    assert.match(message, /^\nFailed assertions:\n- /);
    for (const pattern of messages) assert.match(message, pattern);
  };
  assert.equal(evaluateToData(evaluator, `${evalConfig("./module.nix")}.checked true`), true);
  refused(
    "{ users.mutableUsers = false; }",
    /Neither the root account nor any wheel user has a password or SSH authorized key\.\nYou must set one to prevent being locked out/,
  );
  refused(
    `{ users.users.a = { isNormalUser = true; uid = 1000; }; users.users.b = { isNormalUser = true; uid = 1000; group = "none"; }; }`,
    /UIDs and GIDs must be unique!\nuid 1000: a b/,
    /The group `none' of the user `b' is not declared/,
  );
  refused(
    "{ users.users.a = { }; }",
    /Exactly one of users\.users\.a\.isSystemUser/,
    /users\.users\.a\.group is unset/,
  );
  refused(`{ environment.etc = { a = { text = "1"; target = "x"; }; x.text = "2"; }; }`, /have the target `x'/);
  refused(`{ networking.hosts."10.0.0.1" = [ "localhost" ]; }`, /maps "localhost" to something other/);
  for (const open of [
    `users.users.root.hashedPassword = "";`,
    `users.users.a = { isNormalUser = true; extraGroups = [ "wheel" ]; initialHashedPassword = "$6$salt$hash"; };`,
    "users.allowNoPasswordLogin = true;",
  ])
    assert.equal(
      evaluateToData(evaluator, `${evalConfig(`{ users.mutableUsers = false; ${open} }`)}.checked true`),
      true,
    );
});

test("a value that no unit can have is an error of the option", () => {
  const message = errorOf(
    evaluator,
    `${evalConfig(`{ systemd.services.a.serviceConfig.Type = "sometimes"; }`)}.config.systemd.units."a.service".text`,
  );
  assert.match(message, /^A definition for option `systemd\.services\.a\.serviceConfig' is not of type/);
});

test("options are documented as data and as a manual page", () => {
  const docs = (what: string): string => `(import /collection/lib).documentation.${what}`;
  const data = evaluateToData(evaluator, `${docs("optionsToData")} ${evalConfig("")}.options`) as Record<
    string,
    Record<string, unknown>
  >;
  assert.deepEqual(data["networking.enableIPv6"], {
    declarations: ["/collection/modules/config/networking.nix"],
    default: { _type: "literalExpression", text: "true" },
    description: "Whether IPv6 is used.",
    loc: ["networking", "enableIPv6"],
    readOnly: false,
    type: "boolean",
  });
  assert.ok("systemd.services.<name>.serviceConfig" in data, "options of submodules are among them");
  assert.ok(!("assertions" in data), "internal ones are not");
  assert.deepEqual(
    Object.entries(data).filter(([, option]) => option["description"] === null),
    [],
    "every option has a description",
  );

  const options = `{ b = lib.mkOption { type = lib.types.str; default = ".x\\ny"; description = "Set {option}\`a-b\`."; }; enable = lib.mkEnableOption "it"; }`;
  const page = evaluateToData(
    evaluator,
    `let lib = import /collection/lib; evaluated = lib.evalModules { modules = [ { _file = "m.nix"; options = ${options}; } ]; }; in
      lib.documentation.optionsToManualPage { options = removeAttrs evaluated.options [ "_module" ]; }`,
  ) as string;
  assert.equal(
    page.slice(page.indexOf(".SH OPTIONS")),
    `.SH OPTIONS
.PP
\\fBenable\\fR
.RS 4
Whether to enable it.
.PP
\\fIType:\\fR boolean
.PP
\\fIDefault:\\fR \\fBfalse\\fR
.PP
\\fIExample:\\fR \\fBtrue\\fR
.PP
\\fIDeclared by:\\fR
.br
\\fBm.nix\\fR
.RE
.PP
\\fBb\\fR
.RS 4
Set \\fBa\\-b\\fR.
.PP
\\fIType:\\fR string
.PP
\\fIDefault:\\fR
.RS 4
.nf
\\&''
  .x
  y''
.fi
.RE
.PP
\\fIDeclared by:\\fR
.br
\\fBm.nix\\fR
.RE
`,
  );
});

test("the system's manual is data and a page, by the places of its modules alone; a machine's own modules are left out", () => {
  const own = `({ lib, ... }: { options.mine = lib.mkOption { type = lib.types.str; default = "x"; description = "Mine."; }; })`;
  const manual = (more: string): { readonly json: Record<string, unknown>; readonly page: string } =>
    evaluateToData(
      evaluator,
      `let inherit (${evalConfig(`${own} /collection/modules/misc/documentation.nix ${more}`)}.config.system.build) manual; in
        { json = builtins.fromJSON manual.optionsJSON.text; page = manual.manpages.text; }`,
    ) as { readonly json: Record<string, unknown>; readonly page: string };
  const base =
    "{ config._module.check = false; options.environment.pathsToLink = (import /collection/lib).mkOption { }; }";
  const plain = manual(base);
  assert.deepEqual((plain.json["networking.domain"] as Record<string, unknown>)["declarations"], [
    "config/networking.nix",
  ]);
  assert.ok(!("mine" in plain.json));
  assert.match(plain.page, /\n\\fBnetworking\.domain\\fR\n\.RS 4\nThe domain that the machine's name is in\.\n/);
  assert.ok("mine" in manual(`${base} { documentation.nixos.includeAllModules = true; }`).json);
});

test("a system's label is its tags and version, and nixos-version tells what it was built with", () => {
  const version = (module: string, what: string): unknown =>
    evaluateToData(evaluator, `(${evalConfig(`/collection/modules/misc/version.nix ${module}`)}).config.${what}`);
  assert.equal(version("", "system.nixos.label"), "26.11.firn");
  assert.equal(version(`{ system.nixos.tags = [ "z" "a" ]; }`, "system.nixos.label"), "a-z-26.11.firn");
  assert.equal(version("", "system.stateVersion"), "26.11");
  const script = version(
    `/collection/modules/installer/tools/tools.nix
     { options.environment.systemPackages = (import /collection/lib).mkOption { }; config.system.configurationRevision = "abc"; }`,
    "environment.systemPackages",
  ) as readonly string[];
  assert.match(script[0] ?? "", /^\/nix\/store\/\w{32}-nixos-version$/);
});
