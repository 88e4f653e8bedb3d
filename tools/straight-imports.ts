// The sources import other rooms by their doors (`#store`), which name all that a room has; for the bundler each import would
// reach the whole room. So that a script has only what its commands run, what is imported by a door is imported from the file
// that it stands in.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

interface Origin {
  readonly file: string;
  readonly name: string;
}

/** `doors`: where each door leads, by its name with `#`; what is not in it is left as it stands. */
export function straightImports(home: string, doors: ReadonlyMap<string, string>): Plugin {
  const exported = new Map<string, ReadonlyMap<string, Origin>>();
  const exportsOf = (file: string): ReadonlyMap<string, Origin> => {
    let known = exported.get(file);
    if (known === undefined) exported.set(file, (known = readExports(file, exportsOf)));
    return known;
  };
  const straighten = (whole: string, list: string, door: string): string => {
    const index = doors.get(door);
    if (index === undefined) return whole;
    const lines = namesIn(list).map(({ name, as }) => {
      const origin = exportsOf(join(home, index)).get(name);
      if (origin === undefined) throw new Error(`${door} does not have ${name}`);
      return `import { ${origin.name} as ${as} } from ${JSON.stringify(origin.file)};`;
    });
    // On as many lines as before, so that places in the text stay.
    return lines.join(" ") + "\n".repeat(whole.split("\n").length - 1);
  };
  return {
    name: "straight-imports",
    setup(plugin) {
      plugin.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const contents = text.replaceAll(/^import \{([^}]*)\} from "(#[^"]+)";$/gm, straighten);
        return { contents, loader: "ts" };
      });
    },
  };
}

/** Where everything that a module exports is declared, by the name it is exported by. */
function readExports(file: string, exportsOf: (file: string) => ReadonlyMap<string, Origin>): Map<string, Origin> {
  const text = readFileSync(file, "utf8");
  const found = new Map<string, Origin>();
  for (const [, name = ""] of text.matchAll(/^export (?:async )?(?:function\*?|class|const|let) (\w+)/gm)) {
    found.set(name, { file, name });
  }
  for (const [, list = "", from] of text.matchAll(/^export \{([^}]*)\}(?: from "(\.[^"]+)")?;$/gm)) {
    const origins = from === undefined ? undefined : exportsOf(join(dirname(file), from));
    for (const { name, as } of namesIn(list)) found.set(as, origins?.get(name) ?? { file, name: as });
  }
  for (const [, from = ""] of text.matchAll(/^export \* from "(\.[^"]+)";$/gm)) {
    for (const [name, origin] of exportsOf(join(dirname(file), from))) found.set(name, origin);
  }
  return found;
}

/** The values in a list of imports or exports. */
function namesIn(list: string): { name: string; as: string }[] {
  return list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "" && !item.startsWith("type "))
    .map((item) => {
      const [name = "", as = name] = item.split(/\s+as\s+/);
      return { name, as };
    });
}
