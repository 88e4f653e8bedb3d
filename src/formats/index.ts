// The door of formats: the nouns of Nix and their exact bytes. No I/O here, and no Node: this room runs in a page.

export * from "./base-n.ts";
export * from "./byte-string.ts";
export * from "./error.ts";
export * from "./hash.ts";
export type { Digest } from "./digest-portable.ts";
export * from "./nix32.ts";
export * from "./store-path.ts";
export * from "./make-store-path.ts";
export * from "./content-address.ts";
export * from "./derivation.ts";
export * from "./derivation-aterm.ts";
export * from "./parse-derivation.ts";
export * from "./derivation-hash.ts";
export * from "./placeholder.ts";
export * from "./path-info.ts";
export * from "./json.ts";
export * from "./json-reader.ts";
export * from "./content-address-json.ts";
export * from "./derivation-json.ts";
export * from "./path-info-json.ts";
export * from "./narinfo.ts";
export * from "./nar-listing.ts";
export * from "./nar.ts";
export * from "./nar-reader.ts";
export * from "./nar-writer.ts";
export * from "./validity-registration.ts";
export * from "./log-event.ts";
