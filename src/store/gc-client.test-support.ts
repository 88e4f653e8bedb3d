// A process for gc.test.ts: adds a text to the store whose root is its first argument, and writes the path to the file that
// is the second.

import { writeFileSync } from "node:fs";
import { openLocalStore } from "./open-local-store.ts";

const [, , root, answer] = process.argv;
if (root === undefined || answer === undefined) throw new Error("the store's root or the file is missing");
const store = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });
writeFileSync(answer, store.addTextToStore("client", "client", []));
store.close();
