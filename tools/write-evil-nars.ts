// Writes the evil archives of formats' tests into a folder, so that the real Nix can be asked about them; see
// golden-formats.sh.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { borderlineNars, evilNars } from "../src/formats/golden/evil-nars.test-support.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node tools/write-evil-nars.ts FOLDER");
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of Object.entries({ ...evilNars, ...borderlineNars })) {
  writeFileSync(join(folder, `${name}.nar`), bytes);
}
