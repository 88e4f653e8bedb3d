// A suite's InRelease file: the clear-signed list of its indices with size and SHA-256 hash. Nothing of it is used before the
// signature is found good by a key of the keyring.

import { readFile } from "node:fs/promises";

import * as openpgp from "openpgp";

import { parseStanzas, fieldRows } from "./control-stanzas.ts";
import { indexCorrupt, keyringUnreadable, releaseExpired, signatureWrong } from "./errors.ts";
import type { ExpectedFile } from "./mirror.ts";

export interface ReleaseFile {
  readonly origin: string;
  readonly codename: string;
  readonly suite: string;
  readonly version: string;
  /** As the release file has it, RFC 2822. */
  readonly date: string;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  readonly acquireByHash: boolean;
  /** By path below the suite's folder, for example `main/binary-amd64/Packages.xz`. */
  readonly files: ReadonlyMap<string, ExpectedFile>;
}

/** The keys in keyring files (binary or armoured) and in armoured blocks given as such. */
export async function readKeyring(keyrings: readonly string[]): Promise<readonly openpgp.PublicKey[]> {
  const keys: openpgp.PublicKey[] = [];
  for (const keyring of keyrings) {
    try {
      const bytes = keyring.includes("BEGIN PGP") ? Buffer.from(keyring) : await readFile(keyring);
      const armored = bytes.subarray(0, 40).toString("latin1").includes("BEGIN PGP");
      const read = armored
        ? await openpgp.readKeys({ armoredKeys: bytes.toString("utf8") })
        : await openpgp.readKeys({ binaryKeys: bytes });
      keys.push(...read);
    } catch (error) {
      const name = keyring.includes("BEGIN PGP") ? "Signed-By" : keyring;
      throw keyringUnreadable(name, error instanceof Error ? error.message : String(error), error);
    }
  }
  return keys;
}

/** The text that a key of the keyring has signed. `url` is for messages. */
export async function verifyClearSigned(
  url: string,
  signed: string,
  keys: readonly openpgp.PublicKey[],
): Promise<string> {
  let message: openpgp.CleartextMessage;
  try {
    message = await openpgp.readCleartextMessage({ cleartextMessage: signed });
  } catch (error) {
    throw signatureWrong(url, error instanceof Error ? error.message : String(error));
  }
  const result = await openpgp.verify({ message, verificationKeys: [...keys], format: "utf8" });
  const reasons: string[] = [];
  for (const signature of result.signatures) {
    try {
      await signature.verified;
      return result.data;
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw signatureWrong(url, reasons.length === 0 ? "it has no signature" : [...new Set(reasons)].join("; "));
}

/** `now` in milliseconds since 1970, to see whether the file is still valid. */
export function parseRelease(url: string, text: string, now: number): ReleaseFile {
  const stanza = parseFirstStanza(url, text);
  const validUntil = stanza.get("valid-until");
  if (validUntil !== undefined && Date.parse(validUntil) < now) throw releaseExpired(url, validUntil);
  const files = new Map<string, ExpectedFile>();
  for (const [sha256, size, path] of fieldRows(stanza.get("sha256"))) {
    if (
      sha256 === undefined ||
      size === undefined ||
      path === undefined ||
      !/^[0-9a-f]{64}$/.test(sha256) ||
      !/^\d+$/.test(size)
    ) {
      throw indexCorrupt(url, "a line of its SHA256 field is not `hash size path`");
    }
    files.set(path, { sha256, size: Number(size) });
  }
  if (files.size === 0) throw indexCorrupt(url, "it has no SHA256 field");
  return {
    origin: stanza.get("origin") ?? "",
    codename: stanza.get("codename") ?? "",
    suite: stanza.get("suite") ?? "",
    version: stanza.get("version") ?? "",
    date: stanza.get("date") ?? "",
    components: (stanza.get("components") ?? "").split(/\s+/).filter(Boolean),
    architectures: (stanza.get("architectures") ?? "").split(/\s+/).filter(Boolean),
    acquireByHash: stanza.get("acquire-by-hash") === "yes",
    files,
  };
}

function parseFirstStanza(url: string, text: string): ReadonlyMap<string, string> {
  try {
    for (const stanza of parseStanzas(text)) return stanza;
  } catch (error) {
    throw indexCorrupt(url, error instanceof Error ? error.message : String(error));
  }
  throw indexCorrupt(url, "it is empty");
}
