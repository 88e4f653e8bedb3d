// The door of store: the Store interface, and the local store of SQLite and disk.

export * from "./store.ts";
export * from "./settings.ts";
