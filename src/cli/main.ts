// The entry where the sources run as they stand; the bundle's is tools/start/main.ts.

import { start } from "./program/start.ts";

await start(() => import("./program/run-program.ts"));
