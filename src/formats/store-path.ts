// Store paths: `<store dir>/<32 characters nix32>-<name>`. A StorePath is the part behind the store directory, parsed once
// at the door; the brand keeps unparsed strings out. As a string it can key maps and sort by bytes.

import { FirnError } from "./error.ts";

declare const brand: unique symbol;
/** A checked `<hash>-<name>`; the store directory is not part of it. */
export type StorePath = string & { readonly [brand]: "StorePath" };

/** The directory that path names are computed with, such as `/nix/store`; no trailing slash. */
export type StoreDir = string;

export const hashPartLength = 32;
export const maxStorePathName = 211;
