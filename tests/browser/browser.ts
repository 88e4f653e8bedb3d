// The browser that the tests of this folder drive: Debian's chromium, or the one that FIRN_CHROMIUM names.

import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const candidates = [process.env["FIRN_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];

const browserPath: string | undefined = candidates.find((path) => path !== undefined && existsSync(path));

/** The `skip` of a test: a reason, or false. */
export const withoutBrowser: string | false =
  browserPath === undefined ? "there is no chromium; as root: apt-get install chromium" : false;

export function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error("a test that needs the browser is skipped without it");
  // Chromium's own sandbox does not start for root, nor where user namespaces are forbidden; it only sees pages of ours.
  return chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
