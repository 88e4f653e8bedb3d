// The door of host: what Linux lends. The only room that calls the C library, and only when a call needs it.

export * from "./atomic.ts";
export * from "./delete-tree.ts";
export { preferNativeDigests } from "./digest.ts";
export * from "./extended-attributes.ts";
export * from "./file-lock.ts";
export * from "./home-folder.ts";
export * from "./host-path.ts";
export * from "./is-terminal.ts";
export * from "./store-view.ts";
export * from "./system-error.ts";
export * from "./unix-socket.ts";
export * from "./user-namespaces.ts";
export * from "./child-surroundings.ts";
export * from "./memory-file.ts";
export * from "./mount-namespace.ts";
export * from "./pseudo-terminal.ts";
export * from "./read-file.ts";
