// Downloads for builtin:fetchurl: file, http and https, the body exactly as the server sends it. Certificates are always
// checked, redirects are followed without any header that could carry a secret, and what may pass is tried again.

import { createReadStream } from "node:fs";
import { Agent as HttpAgent, get as httpGet } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, get as httpsGet } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FirnError, fromByteString } from "#formats";
import { reasonOf } from "#host";

export interface DownloadOptions {
  readonly attempts: number;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Where http_proxy and the like come from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Bytes so far, and of all; 0 when the server does not say. */
  readonly onProgress: (done: number, expected: number) => void;
  readonly warn: (text: string) => void;
}

const maxRedirects = 10;
/** Milliseconds without a byte after which a transfer counts as broken. */
const stalledAfter = 300_000;
const firstDelay = 250;

/**
 * Calls `take` with the body, anew for each attempt: `take` has to begin from nothing. Throws "unable to download '…'"
 * when the last attempt failed, or at once when another cannot help. `url` is a byte string.
 */
export async function download(
  url: string,
  options: DownloadOptions,
  take: (body: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await take(await openBody(url, options));
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      const transient = error instanceof DownloadFailure ? error.transient : isNetworkError(error);
      if (!transient && !(error instanceof DownloadFailure)) throw error;
      const reason = reasonOf(error);
      if (!transient || attempt >= options.attempts) throw unableToDownload(url, reason, error);
      const delay = firstDelay * 2 ** (attempt - 1) * (1 + Math.random() / 2);
      options.warn(`${unableToDownload(url, reason, error).message}; retrying in ${Math.round(delay)} ms`);
      await sleep(delay, undefined, { signal: options.signal });
    }
  }
}

async function openBody(url: string, options: DownloadOptions): Promise<AsyncIterable<Uint8Array>> {
  const parsed = parseUrl(fromByteString(url));
  if (parsed.protocol === "file:") return createReadStream(fileURLToPath(parsed));
  let at = parsed;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await request(at, options);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      at = parseUrl(headers.location, at);
      continue;
    }
    if (statusCode !== 200) {
      response.destroy();
      throw new DownloadFailure(`HTTP error ${statusCode}`, isTransientStatus(statusCode), statusCode);
    }
    return withProgress(response, options);
  }
  throw new DownloadFailure("too many redirects", false);
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  const known = base === undefined ? ["file:", "http:", "https:"] : ["http:", "https:"];
  if (url === undefined || !known.includes(url.protocol)) {
    throw new DownloadFailure(`'${text}' is not a URL of a kind that can be downloaded`, false);
  }
  return url;
}

function request(url: URL, { connectTimeout, environment, signal }: DownloadOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === "https:";
    const proxyEnv = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
    const agent = secure ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv });
    const headers = { "user-agent": "firn", "accept-encoding": "identity" };
    const sent = (secure ? httpsGet : httpGet)(url, { agent, headers, signal }, resolve);
    const connecting = setTimeout(
      () => sent.destroy(new DownloadFailure(`no answer within ${connectTimeout} seconds`, true)),
      connectTimeout * 1000,
    );
    sent.on("response", () => clearTimeout(connecting));
    sent.on("error", (error) => {
      clearTimeout(connecting);
      reject(error);
    });
    sent.setTimeout(stalledAfter, () => sent.destroy(new DownloadFailure("the transfer stalled", true)));
  });
}

async function* withProgress(response: IncomingMessage, options: DownloadOptions): AsyncGenerator<Uint8Array, void> {
  const expected = Number(response.headers["content-length"] ?? 0);
  let done = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    done += chunk.length;
    options.onProgress(done, expected);
    yield chunk;
  }
  if (!response.complete) throw new DownloadFailure("the connection was closed before the end", true);
}

function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505 && status !== 511);
}

function isNetworkError(error: unknown): boolean {
  const codes = [
    "ECONNRESET",
    "ECONNREFUSED",
    "ECONNABORTED",
    "EPIPE",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
  ];
  return typeof error === "object" && error !== null && "code" in error && codes.includes(String(error.code));
}

/** Why one attempt failed, and whether another may do better. */
class DownloadFailure extends Error {
  readonly transient: boolean;
  /** What the server answered. */
  readonly status: number | undefined;

  constructor(reason: string, transient: boolean, status?: number) {
    super(reason);
    this.transient = transient;
    this.status = status;
  }
}

/** Whether the server said that there is nothing, to `download`. */
export function isMissingFile(error: unknown): boolean {
  const cause = error instanceof FirnError ? error.cause : undefined;
  return (
    cause instanceof DownloadFailure && cause.status !== undefined && [401, 403, 404, 407, 410].includes(cause.status)
  );
}

function unableToDownload(url: string, reason: string, cause: unknown): FirnError {
  return new FirnError("unable-to-download", `unable to download '${fromByteString(url)}': ${reason}`, { cause });
}
