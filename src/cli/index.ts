// The door of cli: running a program by the name it was called by.

export type { Command, Context } from "./command.ts";
export { runProgram } from "./program/run-program.ts";
