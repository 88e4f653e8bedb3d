// Signatures over path infos: ed25519, keys and signatures written `<key name>:<base64>` (Nix's signature/local-keys).

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { FirnError, isContentAddressed, pathInfoFingerprint, type StoreDir, type ValidPathInfo } from "#formats";

/** What stands before the 32 bytes of an ed25519 key in DER: SubjectPublicKeyInfo and PKCS #8. */
const publicKeyPrefix = Buffer.from("302a300506032b6570032100", "hex");
const privateKeyPrefix = Buffer.from("302e020100300506032b657004220420", "hex");

export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** Keys by their name; throws for text that is no key. */
export function parsePublicKeys(keys: readonly string[]): PublicKeys {
  return new Map(keys.map(parsePublicKey));
}

function parsePublicKey(text: string): [name: string, key: KeyObject] {
  const { name, bytes } = parseNamed(text, "key");
  if (bytes.length !== 32) throw corrupt("public key", text);
  const der = Buffer.concat([publicKeyPrefix, bytes]);
  return [name, createPublicKey({ key: der, format: "der", type: "spki" })];
}

function parseNamed(text: string, what: string): { readonly name: string; readonly bytes: Buffer } {
  const colon = text.indexOf(":");
  if (colon <= 0) throw corrupt(what, text);
  return { name: text.slice(0, colon), bytes: Buffer.from(text.slice(colon + 1), "base64") };
}

function corrupt(what: string, text: string): FirnError {
  return new FirnError("corrupt-key", `${what} is corrupt: '${text.split(":", 1)[0] ?? ""}'`);
}

/** How many of the path's signatures are by one of `keys`; content-addressed paths need none and count as one. */
export function countGoodSignatures(storeDir: StoreDir, info: ValidPathInfo, keys: PublicKeys): number {
  if (info.ca !== undefined && isContentAddressed(storeDir, info)) return 1;
  const signed = Buffer.from(pathInfoFingerprint(storeDir, info), "latin1");
  return info.signatures.filter((signature) => isGoodSignature(signed, signature, keys)).length;
}

function isGoodSignature(signed: Uint8Array, signature: string, keys: PublicKeys): boolean {
  const colon = signature.indexOf(":");
  const key = keys.get(signature.slice(0, Math.max(0, colon)));
  if (key === undefined) return false;
  const bytes = Buffer.from(signature.slice(colon + 1), "base64");
  return bytes.length === 64 && verify(null, signed, key, bytes);
}

/** The info with a signature by `secretKey` (`<name>:<base64 of 64 bytes>`) added. */
export function signPathInfo(storeDir: StoreDir, info: ValidPathInfo, secretKey: string): ValidPathInfo {
  const { name, bytes } = parseNamed(secretKey, "secret key");
  if (bytes.length !== 64) throw corrupt("secret key", secretKey);
  const der = Buffer.concat([privateKeyPrefix, bytes.subarray(0, 32)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const signature = sign(null, Buffer.from(pathInfoFingerprint(storeDir, info), "latin1"), key);
  const text = `${name}:${signature.toString("base64")}`;
  return { ...info, signatures: [...new Set([...info.signatures, text])].toSorted() };
}
