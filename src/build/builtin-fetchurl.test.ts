import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { createHasher, fillOutputPaths, hashByteString, writeNar } from "#formats";
import type { ContentAddress, NarNode, StorePath } from "#formats";
import { compressSync } from "@napi-rs/lzma/xz";
import { cannotBuild, Workshop } from "./workshop.test-support.ts";

const flat = (text: string): ContentAddress => ({ method: "flat", hash: hashByteString("sha256", text) });

const tree: NarNode = {
  type: "directory",
  entries: [
    ["file", { type: "regular", executable: true, size: 5, contents: [Buffer.from("hello")] }],
    ["link", { type: "symlink", target: "file" }],
  ],
};
const archive = Buffer.concat([...writeNar(tree)]);

describe("builtin:fetchurl", { skip: cannotBuild }, () => {
  let w: Workshop;
  let server: Server;
  let base: string;
  const requests: IncomingMessage[] = [];
  const answers = new Map<string, (response: ServerResponse) => void>();
  before(async () => {
    w = new Workshop();
    server = createServer((request, response) => {
      requests.push(request);
      const answer = answers.get(request.url ?? "");
      if (answer !== undefined) answer(response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    w.close();
  });

  const fetcher = (name: string, url: string, ca: ContentAddress, more: Record<string, string> = {}): StorePath => {
    const derivation = {
      name,
      outputs: new Map([["out", { kind: "fixed", ca }]] as const),
      inputDerivations: new Map(),
      inputSources: [],
      system: "builtin",
      builder: "builtin:fetchurl",
      args: [],
      env: new Map(
        Object.entries({ builder: "builtin:fetchurl", name, out: "", system: "builtin", url, ...more }).toSorted(
          ([a], [b]) => (a < b ? -1 : 1),
        ),
      ),
    };
    return w.store.writeDerivation(
      fillOutputPaths(w.store.storeDir, derivation, (path) => w.store.derivationModulo(path)),
    );
  };

  const fetched = async (drv: StorePath, settings = {}): Promise<string> => {
    const { results } = await w.realise(drv, settings);
    assert.ok(results[0]?.success, JSON.stringify(results[0]));
    return readFileSync(w.real(drv), "latin1");
  };

  it("fetches a file of this machine", async () => {
    writeFileSync(`${w.root}/ä file`, "local");
    assert.equal(await fetched(fetcher("local", pathToFileURL(`${w.root}/ä file`).href, flat("local"))), "local");
  });

  it("fetches over http, byte for byte as sent, and says how far it is", async () => {
    const packed = gzipSync("packed");
    answers.set("/packed.gz", (response) =>
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed),
    );
    const drv = fetcher("packed.gz", `${base}/packed.gz`, flat(packed.toString("latin1")));
    const { results, events } = await w.realise(drv);
    assert.equal(results[0]?.success, true);
    const starts = events.flatMap((event) =>
      event.kind === "start" && event.type === "fileTransfer" ? event.text : [],
    );
    assert.deepEqual(starts, [`downloading '${base}/packed.gz'`]);
    assert.ok(
      events.some(
        (event) => event.kind === "progress" && event.done === packed.length && event.expected === packed.length,
      ),
    );
  });

  it("follows redirects and tries again what may pass", async () => {
    answers.set("/moved", (response) => response.writeHead(302, { location: "/flaky" }).end());
    let tries = 0;
    answers.set("/flaky", (response) => (++tries < 3 ? response.writeHead(503).end() : response.end("at last")));
    assert.equal(await fetched(fetcher("moved", `${base}/moved`, flat("at last"))), "at last");
    assert.equal(tries, 3);
  });

  it("begins anew when a transfer breaks off", async () => {
    let tries = 0;
    answers.set("/broken", (response) => {
      if (++tries > 1) return void response.end("whole");
      response.writeHead(200, { "content-length": 5 });
      response.write("wh");
      setTimeout(() => response.destroy(), 20);
    });
    assert.equal(await fetched(fetcher("broken", `${base}/broken`, flat("whole"))), "whole");
  });

  it("gives up at once on what will not pass, and says so in the log", async () => {
    const { results, lines } = await w.realise(fetcher("absent", `${base}/absent`, flat("x")));
    assert.deepEqual(lines, [`error: unable to download '${base}/absent': HTTP error 404`]);
    assert.equal(results[0]?.success === false && results[0].status, "TransientFailure");
  });

  for (const compression of ["", ".xz"]) {
    it(`unpacks an archive${compression === "" ? "" : " that is compressed"}`, async () => {
      const bytes = compression === "" ? archive : compressSync(archive);
      answers.set(`/tree.nar${compression}`, (response) => response.end(bytes));
      const hasher = createHasher("sha256");
      hasher.update(archive);
      const drv = fetcher(
        `tree${compression}`,
        `${base}/tree.nar${compression}`,
        { method: "nar", hash: hasher.digest() },
        { unpack: "1" },
      );
      const { results } = await w.realise(drv);
      assert.ok(results[0]?.success, JSON.stringify(results[0]));
      assert.equal(readFileSync(w.real(drv, "out", "/file"), "utf8"), "hello");
      assert.equal(lstatSync(w.real(drv, "out", "/file")).mode & 0o777, 0o555);
      assert.equal(readlinkSync(w.real(drv, "out", "/link")), "file");
    });
  }

  it("makes the file executable when asked, but never one that a link leads to", async () => {
    writeFileSync(`${w.root}/victim`, "v", { mode: 0o600 });
    const link: NarNode = { type: "symlink", target: `${w.root}/victim` };
    const bytes = Buffer.concat([...writeNar(link)]);
    answers.set("/link.nar", (response) => response.end(bytes));
    const hasher = createHasher("sha256");
    hasher.update(bytes);
    const drv = fetcher(
      "hostile",
      `${base}/link.nar`,
      { method: "nar", hash: hasher.digest() },
      { unpack: "1", executable: "1" },
    );
    assert.equal((await w.realise(drv)).results[0]?.success, true);
    assert.equal(lstatSync(`${w.root}/victim`).mode & 0o777, 0o600);
  });

  it("asks mirrors by hash first", async () => {
    const hash = hashByteString("sha256", "mirrored");
    answers.set(`/mirror/sha256/${Buffer.from(hash.bytes).toString("hex")}`, (response) => response.end("mirrored"));
    const drv = fetcher("mirrored", `${base}/gone`, flat("mirrored"));
    assert.equal(await fetched(drv, { hashedMirrors: [`${base}/gone-mirror`, `${base}/mirror`] }), "mirrored");
  });

  it("sends no secrets", () => {
    assert.ok(requests.length > 0);
    assert.ok(requests.every(({ headers }) => headers.authorization === undefined && headers.cookie === undefined));
  });
});
