// A process for tests that kill it: `ROOT add SEED COUNT` adds texts and trees that refer to each other (the same ones in
// every process, in another order); `ROOT gc` collects garbage again and again. The folder of ROOT takes what is needed besides.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openLocalStore } from "./open-local-store.ts";

const [, , root, what, seed, count] = process.argv;
if (root === undefined) throw new Error("the store's root is missing");
const store = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });

if (what === "gc") {
  for (;;) {
    await store.collectGarbage({ action: "delete-dead" }, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const total = Number(count);
const base = store.addTextToStore("base", "base", []);
for (let i = 0; i < total; i++) {
  const number = (i * 7 * Number(seed) + Number(seed)) % total;
  if (number % 3 === 0) {
    const folder = mkdtempSync(join(dirname(root), "tree-"));
    for (let file = 0; file < 10; file++) writeFileSync(`${folder}/${file}`, `${number} ${file}`.repeat(500));
    store.addToStore(`tree-${number}`, folder, { method: "nar", algorithm: "sha256" });
    rmSync(folder, { recursive: true });
  } else {
    store.addTextToStore(`text-${number}`, `text ${number}`, [base]);
  }
}
// Every number once more in order, so that each process has added all of them.
for (let number = 0; number < total; number++) {
  if (number % 3 !== 0) store.addTextToStore(`text-${number}`, `text ${number}`, [base]);
}
store.close();
