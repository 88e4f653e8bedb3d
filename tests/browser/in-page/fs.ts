// What the rooms' tests use of node:fs: the goldens, which were bundled with the tests, by where they lie in the project.

import { goldenFiles } from "golden-files";

export function readFileSync(url: URL, encoding?: "utf8" | "latin1"): string | Uint8Array {
  const encoded = goldenFiles[url.pathname.slice(1)];
  if (encoded === undefined) throw new Error(`no such golden was bundled: ${url.pathname}`);
  const text = atob(encoded);
  if (encoding === "latin1") return text;
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  return encoding === "utf8" ? new TextDecoder().decode(bytes) : bytes;
}

export function readdirSync(url: URL): string[] {
  const folder = url.pathname.slice(1);
  const names = Object.keys(goldenFiles).filter((path) => path.startsWith(folder));
  return names.map((path) => path.slice(folder.length)).filter((name) => !name.includes("/"));
}
