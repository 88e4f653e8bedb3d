// Builds dist/: the program as a few scripts, main.cjs that starts it, and the compiled form of what most commands run (V8's
// code cache), so that a command begins in a fraction of the time that reading the sources takes. Native packages stay
// outside. The new folder takes the old one's place at the end, so that a program that starts meanwhile finds one of them.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { build as runBundler, type BuildOptions, type Plugin } from "esbuild";
import { linkScripts, type ScriptPlan } from "./link-scripts.ts";
import { straightImports } from "./straight-imports.ts";

const home = join(import.meta.dirname, "..");
const dist = join(home, "dist");

const digest = digestOfSources();

/** Those that Node has loaded before a program begins. */
const loadedAnyway = new Set(["buffer", "events", "fs", "path", "process", "url", "util"]);

// The same in every bundle: written for Node, a builtin module is loaded by its first use.
const common: BuildOptions = {
  absWorkingDir: home,
  bundle: true,
  platform: "node",
  conditions: ["node"],
  target: "node24",
  define: {
    "import.meta.url": "__bundleUrl",
    "import.meta.dirname": "__dirname",
    FIRN_BUILD: JSON.stringify(digest),
  },
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  legalComments: "eof",
  logLevel: "warning",
};

const programEntry = `
  export const runProgram = async (program, words) => (await import("./src/cli/program/run-program.ts")).runProgram(program, words);
  export const runHelper = () => import("./src/instantiate/helper-process.ts");
`;

/** In the names of what is read later: a program that runs while the bundle is replaced does not take the new one's. */
const build = digest.slice(0, 8);

/** What most commands run, then what fewer do: a script needs only those before it. */
const scripts: readonly ScriptPlan[] = [
  {
    name: "program",
    entries: [
      "<stdin>",
      "src/cli/program/run-program.ts",
      "src/cli/nix-hash.ts",
      "src/cli/nix-store/nix-store.ts",
      "src/cli/nix-store/query.ts",
    ],
  },
  {
    name: `evaluation-${build}`,
    entries: [
      "src/cli/nix-instantiate/nix-instantiate.ts",
      "src/cli/nix-instantiate/instantiate-sources.ts",
      "src/cli/evaluation/session.ts",
    ],
  },
  {
    name: `building-${build}`,
    entries: ["src/cli/nix-build/nix-build.ts", "src/cli/nix-build/build-sources.ts", "src/cli/nix-store/realise.ts"],
  },
  { name: `profiles-${build}`, entries: ["src/cli/nix-env/nix-env.ts", "src/cli/nix-env/query.ts"] },
  {
    name: `switching-${build}`,
    entries: [
      "src/cli/switch-to-configuration/switch-to-configuration.ts",
      "src/cli/switch-to-configuration/switch-machine.ts",
    ],
  },
  { name: `others-${build}`, entries: [] },
];

const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(plugin) {
    const used = namesUsedOfBuiltins();
    plugin.onResolve({ filter: /^[\w:/]+$/ }, ({ path, importer }) => {
      const name = path.replace(/^node:/, "");
      if (name === path && !builtinModules.includes(name)) return undefined;
      return { path: name, namespace: importer.includes("/node_modules/") ? "whole-builtin" : "builtin" };
    });
    const load = (path: string, keys: readonly string[]) => {
      const loading = `process.getBuiltinModule(${JSON.stringify(`node:${path}`)})`;
      return { contents: loadedAnyway.has(path) ? eagerModule(loading, keys) : lazyModule(loading, keys) };
    };
    plugin.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => load(path, [...(used.get(path) ?? [])]));
    plugin.onLoad({ filter: /.*/, namespace: "whole-builtin" }, ({ path }) =>
      load(path, Object.keys(process.getBuiltinModule(path) ?? {})),
    );
  },
};

/** What our sources import of each builtin module: the bundler copies the names of one that is lazy for each that imports. */
function namesUsedOfBuiltins(): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const file of globSync(["src/**/*.ts", "tools/start/*.ts"], { cwd: home })) {
    const text = readFileSync(join(home, file), "utf8");
    for (const [, list = "", module = ""] of text.matchAll(/^import \{([^}]*)\} from "node:([^"]+)";$/gm)) {
      let names = used.get(module);
      if (names === undefined) used.set(module, (names = new Set()));
      for (const name of list.split(",")) {
        const own = name.trim().replace(/ as .*$/, "");
        if (own !== "" && !own.startsWith("type ")) names.add(own);
      }
    }
  }
  return used;
}

/** Packages that stay outside, the largest one, which only `firn lock` needs, and hash functions that few ask for. */
const lazyPackages: Plugin = {
  name: "lazy-packages",
  setup(plugin) {
    plugin.onResolve({ filter: /^(?:@napi-rs\/lzma|koffi|openpgp)(?:\/|$)/ }, ({ path, namespace }) =>
      namespace === "lazy" ? { path, external: true } : { path, namespace: "lazy" },
    );
    plugin.onResolve({ filter: /^@noble\/hashes\/(?:blake3|legacy)\.js$/ }, ({ path, namespace }) =>
      namespace === "lazy" ? undefined : { path, namespace: "lazy" },
    );
    plugin.onResolve({ filter: /^\.\/openpgp\.cjs$/ }, ({ path }) => ({ path, external: true }));
    plugin.onLoad({ filter: /.*/, namespace: "lazy" }, async ({ path }) => {
      const keys = Object.keys((await import(path)) as object).filter((key) => /^(?!default$)\w+$/.test(key));
      const load = `require(${JSON.stringify(path === "openpgp" ? "./openpgp.cjs" : path)})`;
      return { contents: lazyModule(load, keys), resolveDir: home };
    });
  },
};

if (process.argv[2] !== "--if-older" || isOlderThanSources()) await bundle();

async function bundle(): Promise<void> {
  const scratch = mkdtempSync(join(home, ".dist-"));
  try {
    const made = join(scratch, "new");
    mkdirSync(made);
    await fill(made);
    putInPlace(made, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Another bundler may do the same meanwhile; the last one's stays. */
function putInPlace(made: string, scratch: string): void {
  for (let tries = 0; existsSync(made); tries++) {
    try {
      if (existsSync(dist)) renameSync(dist, join(scratch, `old-${tries}`));
      renameSync(made, dist);
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}

async function fill(made: string): Promise<void> {
  const { outputFiles, metafile } = await runBundler({
    ...common,
    format: "esm",
    splitting: true,
    stdin: { contents: programEntry, resolveDir: home },
    outdir: made,
    write: false,
    metafile: true,
    plugins: [lazyBuiltins, lazyPackages, straightImports(home, doors())],
  });
  for (const [name, text] of linkScripts(outputFiles, metafile, scripts))
    writeFileSync(join(made, `${name}.cjs`), text);
  const asScript = { format: "cjs", outdir: made, outExtension: { ".js": ".cjs" } } as const;
  const starts = { main: "tools/start/main.ts", "helper-process": "tools/start/helper-process.ts" };
  await runBundler({ ...common, ...asScript, entryPoints: starts, plugins: [lazyBuiltins] });
  const ownUrl = { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' };
  await runBundler({ ...common, ...asScript, entryPoints: { openpgp: "openpgp" }, banner: ownUrl });
  // A command reads its help page from beside itself.
  for (const page of globSync("src/cli/**/*.md", { cwd: home })) {
    cpSync(join(home, page), join(made, "help", page.slice("src/cli/".length)));
  }
  makeCodeCache(made);
}

/** The doors of the rooms, as package.json names them; a door that leads elsewhere in a browser stays one. */
function doors(): Map<string, string> {
  const { imports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    readonly imports: Readonly<Record<string, unknown>>;
  };
  return new Map(Object.entries(imports).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** With the flags that the launcher gives, since V8 takes a cache only under the flags it was made with. */
function makeCodeCache(made: string): void {
  const command = [
    "-c",
    'ulimit -s 4194304 2>/dev/null; exec "$@"',
    "sh",
    process.execPath,
    "--stack-size=4000000",
    "--initial-old-space-size=1024",
    "--max-old-space-size=65536",
    "--min-semi-space-size=4",
    "--max-semi-space-size=8",
    "--no-rehash-snapshot",
    "--enable-experimental-regexp-engine-on-excessive-backtracks",
    "--disable-warning=ExperimentalWarning",
    join(home, "tools/start/make-code-cache.ts"),
    made,
  ];
  const { status, stderr } = spawnSync("sh", command, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (status !== 0) throw new Error(`the code cache could not be made:\n${stderr}`);
}

function digestOfSources(): string {
  const hash = createHash("sha256");
  for (const source of globSync("src/**/*.ts", { cwd: home }).toSorted()) hash.update(readFileSync(join(home, source)));
  return hash.digest("hex");
}

/** The exports that are used are read when the module begins. */
function eagerModule(load: string, keys: readonly string[]): string {
  const exported = keys.map((key) => `export const ${key} = /* @__PURE__ */ (() => builtin.${key})();`);
  return [`const builtin = ${load};`, "export default builtin;", ...exported].join("\n");
}

/** An export's first use loads the module. */
function lazyModule(load: string, keys: readonly string[]): string {
  const exported = keys.map((key) => `get ${key}() { return load().${key}; }`);
  return `let loaded; const load = () => (loaded ??= ${load}); module.exports = { ${exported.join(", ")} };`;
}

function isOlderThanSources(): boolean {
  const made = statSync(join(dist, "main.cjs"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(["src/**/*.{ts,md}", "tools/bundle.ts", "tools/start/*.ts", "package-lock.json"], {
    cwd: home,
  });
  return sources.some((source) => statSync(join(home, source)).mtimeMs > made);
}
