import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { describe, test } from "node:test";
import { FirnError } from "#formats";
import { deleteTree } from "#host";
import type { StoreLayout } from "./layout.ts";
import { resolveStore, type ResolveOptions } from "./resolve-store.ts";
import { temporaryFolder } from "./temporary-store.test-support.ts";

function open(
  uri: string,
  options: Partial<ResolveOptions> = {},
): { readonly layout: StoreLayout; readonly uri: string } {
  const store = resolveStore(uri, { environment: {}, settings: { gcReservedSpace: 1 }, ...options });
  store.close();
  return store;
}

describe("which store is meant", () => {
  test("a folder, relative or absolute, or root=… is a chroot store", (t) => {
    const folder = temporaryFolder(t);
    for (const uri of [
      `${folder}/s`,
      "./s",
      `local?root=${folder}/s`,
      `local://${folder}/s`,
      `local?root=${folder}%2fs`,
    ]) {
      const { layout, uri: printed } = open(uri, { workingDirectory: folder });
      assert.equal(layout.storeDir, "/nix/store", uri);
      assert.equal(layout.realStoreDir, `${folder}/s/nix/store`, uri);
      assert.equal(layout.stateDir, `${folder}/s/nix/var/nix`, uri);
      assert.equal(layout.logDir, `${folder}/s/nix/var/log/nix`, uri);
      assert.equal(printed, `local?root=${folder}/s`);
    }
    assert.ok(existsSync(`${folder}/s/nix/var/nix/db/db.sqlite`));
  });

  test("each part may be said by itself, or by the environment", (t) => {
    const folder = temporaryFolder(t);
    const { layout } = open(`local?store=${folder}/store&state=${folder}/state&log=${folder}/log&real=${folder}/real`);
    assert.deepEqual(
      [layout.storeDir, layout.stateDir, layout.logDir, layout.realStoreDir],
      [`${folder}/store`, `${folder}/state`, `${folder}/log`, `${folder}/real`],
    );
    const environment = { NIX_STORE_DIR: `${folder}/e`, NIX_STATE_DIR: `${folder}/es`, NIX_LOG_DIR: `${folder}/el` };
    const second = open("auto", { environment }).layout;
    assert.deepEqual(
      [second.storeDir, second.realStoreDir, second.stateDir, second.logDir],
      [`${folder}/e`, `${folder}/e`, `${folder}/es`, `${folder}/el`],
    );
  });

  test("without /nix, one who is not root gets a store at home and is told so once", (t) => {
    const home = temporaryFolder(t);
    const warnings: string[] = [];
    const options = {
      environment: { HOME: home },
      userIsRoot: false,
      systemStateDir: "/nonexistent/nix/var/nix",
      warn: (text: string) => warnings.push(text),
    };
    const { layout } = open("auto", options);
    assert.equal(layout.realStoreDir, `${home}/.local/share/nix/root/nix/store`);
    open("", options);
    assert.deepEqual(warnings, [
      `'/nonexistent/nix/var/nix' does not exist, so Firn will use '${home}/.local/share/nix/root' as a chroot store`,
    ]);
    const elsewhere = { ...options, environment: { HOME: home, XDG_DATA_HOME: `${home}/data` } };
    assert.equal(open("auto", elsewhere).layout.root, `${home}/data/nix/root`);
    mkdirSync(`${home}/d`);
    assert.equal(
      open("auto", { ...options, environment: { NIX_DATA_HOME: `${home}/d` } }).layout.root,
      `${home}/d/root`,
    );
    assert.throws(() => open("auto", { ...options, environment: {} }), { code: "no-home" });
  });

  test("what is not on this machine's disk is refused in Nix's words", () => {
    for (const [uri, scheme] of [
      ["https://cache.example.org", "https"],
      ["ssh://host", "ssh"],
      ["nonsense", "nonsense"],
    ] as const) {
      assert.throws(
        () => open(uri),
        (error) => {
          assert.ok(error instanceof FirnError);
          assert.equal(error.message, `don't know how to open Nix store with scheme '${scheme}'`);
          return true;
        },
      );
    }
  });

  test("paths that are not ASCII work", (t) => {
    const folder = temporaryFolder(t);
    const { layout } = open(`${folder}/Größe`);
    assert.equal(layout.root, `${folder}/Gr\xc3\xb6\xc3\x9fe`);
    assert.ok(existsSync(`${folder}/Größe/nix/store`));
    deleteTree(layout.root ?? "");
    assert.ok(!existsSync(`${folder}/Größe`));
  });
});
