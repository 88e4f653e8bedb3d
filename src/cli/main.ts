// The entry where the sources run as they stand; the bundle's is tools/start/main.ts.

import { start } from "./start.ts";

await start(() => import("./run-program.ts"));
