// For tests: a Debian archive of a few packages in a folder, signed by a key made for it.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { compressSync } from "@napi-rs/lzma/xz";
import * as openpgp from "openpgp";

import type { ArchiveSource } from "./apt-sources.ts";

export interface SmallPackage {
  readonly name: string;
  readonly version: string;
  /** Further fields of its stanza, as `Depends: b`. */
  readonly fields?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

export interface SmallSuite {
  readonly suite: string;
  readonly packages: readonly SmallPackage[];
  /** Stanzas of the Sources index. */
  readonly sources?: string;
  /** Fields of the release file that replace the usual ones, as `Origin: Vendor`. */
  readonly release?: readonly string[];
}

export interface SmallArchive {
  readonly root: string;
  readonly uri: string;
  readonly keyring: string;
  /** A second keyring, of a key that signed nothing. */
  readonly otherKeyring: string;
  sources(...suites: readonly string[]): readonly ArchiveSource[];
}

/** Every lock fetches a busybox; this one is the shortest file that can be told from others. */
export const busybox: SmallPackage = {
  name: "busybox-static",
  version: "1:1.35.0-4",
  files: { "bin/busybox": "\x7fELF busybox" },
};

export async function makeSmallArchive(root: string, suites: readonly SmallSuite[]): Promise<SmallArchive> {
  const signer = await openpgp.generateKey({ type: "ecc", userIDs: [{ name: "Archive" }], format: "object" });
  const other = await openpgp.generateKey({ type: "ecc", userIDs: [{ name: "Somebody" }], format: "object" });
  const write = (path: string, bytes: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  };
  for (const { suite, packages, sources = "", release = [] } of suites) {
    const stanzas = packages.map((entry) => {
      const deb = makeDeb(entry.files ?? {});
      const file = `pool/${entry.name}_${entry.version.replace(/^\d+:/, "")}_amd64.deb`;
      write(file, deb);
      return [
        `Package: ${entry.name}`,
        `Version: ${entry.version}`,
        `Filename: ${file}`,
        `Size: ${deb.length}`,
        `SHA256: ${sha256(deb)}`,
        ...(entry.fields ?? []),
      ].join("\n");
    });
    const lines: string[] = [];
    for (const [path, text] of [
      ["main/binary-amd64/Packages", `${stanzas.join("\n\n")}\n`],
      ["main/source/Sources", sources],
    ] as const) {
      const compressed = compressSync(Buffer.from(text));
      write(`dists/${suite}/${path}.xz`, compressed);
      lines.push(` ${sha256(compressed)} ${compressed.length} ${path}.xz`);
    }
    const fields = [
      "Origin: Small",
      `Suite: ${suite}`,
      `Codename: ${suite}`,
      "Version: 1.0",
      "Date: Sat, 11 Jul 2026 10:16:37 UTC",
    ];
    const kept = fields.filter((field) => !release.some((line) => line.split(":")[0] === field.split(":")[0]));
    const text = [...kept, ...release, "SHA256:", ...lines, ""].join("\n");
    const message = await openpgp.createCleartextMessage({ text });
    write(`dists/${suite}/InRelease`, await openpgp.sign({ message, signingKeys: signer.privateKey }));
  }
  write("keyring.gpg", signer.publicKey.write());
  write("other.asc", other.publicKey.armor());
  const uri = pathToFileURL(root).href;
  const keyring = join(root, "keyring.gpg");
  return {
    root,
    uri,
    keyring,
    otherKeyring: join(root, "other.asc"),
    sources: (...names) =>
      names.map((suite) => ({ uri, suite, components: ["main"], signedBy: [keyring], architectures: [] })),
  };
}

export function makeDeb(files: Readonly<Record<string, string>>): Buffer {
  const members: readonly (readonly [string, Buffer])[] = [
    ["debian-binary", Buffer.from("2.0\n")],
    ["control.tar.xz", compressSync(makeTar({ control: "" }))],
    ["data.tar.xz", compressSync(makeTar(files))],
  ];
  const parts: Buffer[] = [Buffer.from("!<arch>\n")];
  for (const [name, bytes] of members) {
    parts.push(
      Buffer.from(
        `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
      ),
    );
    parts.push(bytes, Buffer.alloc(bytes.length % 2, "\n"));
  }
  return Buffer.concat(parts);
}

function makeTar(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  for (const [path, text] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(`./${path}`, 0);
    header.write("0000755\0", 100);
    header.write(`${Buffer.byteLength(text, "latin1").toString(8).padStart(11, "0")}\0`, 124);
    header.write("0ustar  ", 156);
    parts.push(
      header,
      Buffer.from(text, "latin1"),
      Buffer.alloc((512 - (Buffer.byteLength(text, "latin1") % 512)) % 512),
    );
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
