// The door of nixos: what a switch from one system to another does, and machines that a configuration
// describes.

export * from "./differences/compare-files.ts";
export * from "./differences/compare-packages.ts";
export * from "./differences/compare-users.ts";
export * from "./switching/describe-plan.ts";
export * from "./switching/plan.ts";
export * from "./switching/read-system.ts";
export * from "./switching/running-units.ts";
export * from "./switching/switch-description.ts";
export * from "./switching/switch-system.ts";
export * from "./switching/this-machine.ts";
export { type CommandResult, Machine, type MachineOptions } from "./machine/machine.ts";
export { type FirmwareMachine, type MachineSpec, readMachineSpec } from "./machine/machine-spec.ts";
