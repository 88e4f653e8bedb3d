// The door of nixos: machines that a configuration describes.

export { type CommandResult, Machine, type MachineOptions } from "./machine/machine.ts";
export { type MachineSpec, readMachineSpec } from "./machine/machine-spec.ts";
