// What a child process inherits without being told: file mode mask, core dump limit, address space layout, open files.
// Node's spawn sets none of these, so they are set in this thread for the moment of the call and put back after it.

import { createRequire } from "node:module";

interface ProcessCalls {
  umask(mask: number): number;
  personality(persona: number): number;
  close_range(first: number, last: number, flags: number): number;
  getrlimit(resource: number, limit: BigUint64Array): number;
  setrlimit(resource: number, limit: BigUint64Array): number;
}

export interface ChildSurroundings {
  /** Runs the child as a 32-bit machine would see itself (uname says i686). */
  readonly thirtyTwoBit: boolean;
}

const coreLimit = 4;
const addressNoRandomise = 0x0040000;
const personality32 = 0x0008;
const askPersonality = 0xffffffff;
const rangeCloseOnExec = 4;

let calls: ProcessCalls | undefined;

/**
 * Runs `spawn`, which must start its child before it returns, so that the child has umask 022, no core dumps (soft limit),
 * addresses that are not randomised, and none of the files that this process inherited from its own parent.
 */
export function withBuilderSurroundings<T>(surroundings: ChildSurroundings, spawn: () => T): T {
  const c = (calls ??= loadProcessCalls());
  c.close_range(3, 0xffffffff, rangeCloseOnExec);
  const mask = c.umask(0o022);
  const persona = c.personality(askPersonality);
  const limit = new BigUint64Array(2);
  const limited = c.getrlimit(coreLimit, limit) === 0;
  try {
    c.personality(persona | addressNoRandomise | (surroundings.thirtyTwoBit ? personality32 : 0));
    if (limited) c.setrlimit(coreLimit, new BigUint64Array([0n, limit[1] ?? 0n]));
    return spawn();
  } finally {
    if (limited) c.setrlimit(coreLimit, limit);
    c.personality(persona);
    c.umask(mask);
  }
}

function loadProcessCalls(): ProcessCalls {
  const koffi = createRequire(import.meta.url)("koffi") as {
    load(path: string | null): { func(declaration: string): (...values: unknown[]) => number };
  };
  const program = koffi.load(null);
  return {
    umask: program.func("uint32_t umask(uint32_t)"),
    personality: program.func("int personality(unsigned long)"),
    close_range: program.func("int close_range(unsigned int, unsigned int, int)"),
    getrlimit: program.func("int getrlimit(int, _Out_ uint64_t *)"),
    setrlimit: program.func("int setrlimit(int, const uint64_t *)"),
  };
}
