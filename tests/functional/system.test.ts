// What collection/modules makes of a configuration is built: /etc with its links and copies, and the folder of units. The
// host's shell stands for the archive's.

import assert from "node:assert/strict";
import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

const collection = join(import.meta.dirname, "../../collection");

/** The modules that this test is about; the others of the list want a machine's packages. */
const modules =
  "config/networking config/users-groups misc/assertions misc/ids misc/meta system/boot/systemd system/build system/etc/etc"
    .split(" ")
    .map((name) => `${collection}/modules/${name}.nix`);

test("a configuration's /etc and its units are built", (t) => {
  const scene = openScene(t);
  const configuration = scene.write(
    "configuration.nix",
    `{ lib, pkgs, ... }: {
      networking.hostName = "phenex";
      environment.etc = {
        "motd".text = "It's \${"$"}{me}\\n";
        "secret/key with space" = { text = "k"; mode = "0400"; user = "anna"; };
      };
      systemd.servicePath = lib.mkForce [ ];
      systemd.services.web = {
        wantedBy = [ "multi-user.target" ];
        aliases = [ "http.service" ];
        script = "exec sleep 1";
      };
      systemd.services.off.enable = false;
      systemd.services."shipped@".serviceConfig.Nice = 5;
      systemd.packages = [
        (pkgs.runCommand "shipped" { } ''
          mkdir -p $out/lib/systemd/system
          echo "[Service]" > $out/lib/systemd/system/shipped@.service
        '' // { type = "derivation"; })
      ];
      systemd.mounts = [ { what = "/dev/x"; where = "/mnt/my data"; } ];
    }`,
  );
  const system = scene.write(
    "system.nix",
    `let
      packages = { bash = "/usr"; coreutils = "/usr"; findutils = "/usr"; grep = "/usr"; sed = "/usr"; systemd = "/usr"; };
      pkgs = packages // import ${collection}/stdenv/trivial-builders.nix { inherit packages; };
      system = (import ${collection}/modules { }).evalConfig {
        inherit pkgs; baseModules = [ ${modules.join(" ")} ]; modules = [ ${configuration} ];
      };
    in
    system.checked system.config.system.build`,
  );
  const built = scene.must("nix-build", [system, "-A", "etc", "--no-out-link"]).trim();
  const inStore = (path: string): string => join(scene.store, path);
  const etc = join(inStore(built), "etc");
  const follow = (path: string): string => inStore(readlinkSync(path));

  assert.equal(readFileSync(follow(join(etc, "motd")), "utf8"), "It's ${me}\n");
  assert.equal(readFileSync(follow(join(etc, "hostname")), "utf8"), "phenex\n");
  assert.equal(
    readFileSync(follow(join(etc, "hosts")), "utf8"),
    "127.0.0.1 localhost\n::1 localhost\n127.0.0.2 phenex\n::1 phenex\n",
  );
  assert.equal(readFileSync(join(etc, "secret/key with space.mode"), "utf8"), "0400\n");
  assert.equal(readFileSync(join(etc, "secret/key with space.uid"), "utf8"), "anna\n");

  const units = follow(join(etc, "systemd/system"));
  const web = readFileSync(follow(join(units, "web.service")), "utf8");
  const script = /^ExecStart=(\S+)/m.exec(web)?.[1] ?? "";
  assert.equal(readFileSync(inStore(script), "utf8"), "#!/usr/bin/bash\nset -e\n\nexec sleep 1\n");
  assert.ok((lstatSync(inStore(script)).mode & 0o111) !== 0, "the script can be run");
  assert.equal(readlinkSync(join(units, "multi-user.target.wants/web.service")), "../web.service");
  assert.equal(readlinkSync(join(units, "http.service")), "web.service");
  assert.equal(readlinkSync(join(units, "off.service")), "/dev/null");
  assert.equal(readlinkSync(join(units, "default.target")), "multi-user.target");
  assert.ok(readlinkSync(join(units, "shipped@.service")).endsWith("/lib/systemd/system/shipped@.service"));
  assert.match(readFileSync(follow(join(units, "shipped@.service.d/overrides.conf")), "utf8"), /^Nice=5$/m);
  assert.ok(existsSync(follow(join(units, String.raw`mnt-my\x20data.mount`))));
});
