// nix-store --generate-binary-cache-key: an Ed25519 key pair in two files, `NAME:BASE64` each; the secret one holds the
// seed and the public key behind it, as libsodium has them.

import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { hostPath } from "#host";
import { UsageError } from "../program/usage-error.ts";
import { readSwitches } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export function generateKey(request: StoreRequest): void {
  readSwitches(request, []);
  const [name, secretFile, publicFile] = request.words;
  if (name === undefined || secretFile === undefined || publicFile === undefined || request.words.length !== 3) {
    throw new UsageError("three arguments expected");
  }
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const publicKey = Buffer.from(x ?? "", "base64url");
  const secretKey = Buffer.concat([Buffer.from(d ?? "", "base64url"), publicKey]);
  writeFileSync(hostPath(publicFile), `${name}:${publicKey.toString("base64")}`, { encoding: "latin1", mode: 0o666 });
  writeFileSync(hostPath(secretFile), `${name}:${secretKey.toString("base64")}`, { encoding: "latin1", mode: 0o600 });
}
