// npm run playground: bundles the page of src/web/playground and serves it on this machine alone, or with `--out DIR` writes
// it as a folder that any web server can serve. `--port N` chooses the port.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, type BuildOptions } from "esbuild";

const home = join(import.meta.dirname, "..");
const source = join(home, "src/web/playground");

/** How everything is bundled that runs in a page. */
export const browserBuild = {
  absWorkingDir: home,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2024",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  write: false,
} as const satisfies BuildOptions;

export type PageFiles = ReadonlyMap<string, Uint8Array>;

/** The files of the page, by name. */
export async function buildPlayground(): Promise<PageFiles> {
  const { outputFiles } = await build({
    ...browserBuild,
    entryPoints: { page: join(source, "page.ts"), worker: join(source, "worker.ts") },
    outdir: source,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.slice(source.length + 1), contents]));
  for (const name of ["index.html", "style.css"]) files.set(name, readFileSync(join(source, name)));
  return files;
}

const types: Readonly<Record<string, string>> = { html: "text/html", css: "text/css", js: "text/javascript" };

/** Listens on the loopback interface only; port 0 takes a free one. */
export async function servePage(files: PageFiles, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const contents = files.get(name);
    const type = types[name.split(".").at(-1) ?? ""] ?? "text/plain";
    const headers = {
      "content-type": `${type}; charset=utf-8`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    };
    if (contents === undefined) response.writeHead(404, headers).end("There is no such page here.\n");
    else response.writeHead(200, headers).end(contents);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server that listens has a port");
  return { server, url: `http://127.0.0.1:${address.port}/` };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: "string" }, port: { type: "string", default: "8017" } } });
  const files = await buildPlayground();
  if (values.out === undefined) {
    const { url } = await servePage(files, Number(values.port));
    console.log(`The playground is at ${url} (Ctrl-C ends it).`);
  } else {
    mkdirSync(values.out, { recursive: true });
    for (const [name, contents] of files) writeFileSync(join(values.out, name), contents);
    console.log(`The playground is in ${values.out}: ${[...files.keys()].join(", ")}.`);
  }
}
