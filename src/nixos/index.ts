// The door of nixos: what a switch from one system to another does, the disks that a configuration declares, and machines that it
// describes.

export * from "./differences/compare-files.ts";
export * from "./differences/compare-packages.ts";
export * from "./differences/compare-users.ts";
export { makeDisks, printCommand, runDiskCommand } from "./disks/carry-out.ts";
export { type DiskLayout, parseLayout } from "./disks/layout.ts";
export { observeDisks, resolveDevice, resolveDevices } from "./disks/observe.ts";
export { type DiskCommand, type DiskPlan, type DiskStep, planDisks } from "./disks/plan.ts";
export { planMounts } from "./disks/plan-mounts.ts";
export { printHardwareConfiguration, printStartingConfiguration } from "./hardware/hardware-configuration.ts";
export { readHardware } from "./hardware/read-hardware.ts";
export { enterRoot } from "./installing/enter-root.ts";
export * from "./switching/describe-plan.ts";
export * from "./switching/plan.ts";
export * from "./switching/read-system.ts";
export * from "./switching/running-units.ts";
export * from "./switching/switch-description.ts";
export * from "./switching/switch-system.ts";
export * from "./switching/this-machine.ts";
export { type CommandResult, Machine, type MachineOptions } from "./machine/machine.ts";
export { type FirmwareMachine, type MachineSpec, readMachineSpec } from "./machine/machine-spec.ts";
export { readScenario, Scenario } from "./machine/scenario.ts";
export { readSpecialisations } from "./specialisations.ts";
