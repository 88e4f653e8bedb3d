// A process for gc.test.ts: adds a text to the store whose root is its argument, and prints the path.

import { openLocalStore } from "./local-store.ts";

const [, , root] = process.argv;
if (root === undefined) throw new Error("the store's root is missing");
const store = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });
process.stdout.write(`${store.addTextToStore("client", "client", [])}\n`);
store.close();
