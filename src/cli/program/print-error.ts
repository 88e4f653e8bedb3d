// Draws an error as Nix draws it: `error: `, the message with its further lines below its first, then "Did you mean", then
// Firn's hint. Errors of the language draw their own trace and code frame; see #language.

import {
  FirnError,
  isStackExhaustion,
  isStringTooLong,
  stackOverflowMessage,
  stringTooLongMessage,
  toByteString,
} from "#formats";
import { describeSystemError, diskFullHint, isDiskFull } from "#host";
import type { Context } from "../command.ts";
import { UsageError } from "./usage-error.ts";

/** Prints it to the log and gives the exit status. */
export async function printError(error: unknown, context: Context): Promise<number> {
  const { log } = context;
  // Left on purpose, as from the debugger.
  if (exitStatusOf(error) === 0) return 0;
  const showTrace = context.settings.boolean("show-trace");
  const rendered = await renderError(error, { colours: log.colours, showTrace });
  log.emit({ kind: "message", level: "error", text: rendered });
  if (isUsageError(error)) {
    log.emit({ kind: "message", level: "error", text: `Try '${context.program} --help' for more information.` });
  }
  log.stop();
  return exitStatusOf(error);
}

/** In the language it is the cause of the error that it became. */
function isUsageError(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof UsageError || (cause instanceof FirnError && cause.code === "usage");
}

/** Both families of errors carry one. */
function exitStatusOf(error: unknown): number {
  const status = error instanceof Error && "exitStatus" in error ? error.exitStatus : undefined;
  return typeof status === "number" ? status : 1;
}

interface RenderOptions {
  readonly colours: boolean;
  readonly showTrace: boolean;
}

/** The language is only loaded when it has been anyway. */
async function renderError(error: unknown, options: RenderOptions): Promise<string> {
  const isOfLanguage = error instanceof Error && "traces" in error;
  return renderFailure(error, options, isOfLanguage ? await import("#language") : undefined);
}

/** What is needed of the language to draw its errors. */
type ErrorLanguage = Pick<typeof import("#language"), "BaseError" | "renderError">;

/** The whole report without its last newline, as a byte string. */
export function renderFailure(error: unknown, options: RenderOptions, language: ErrorLanguage | undefined): string {
  if (language !== undefined && error instanceof language.BaseError) {
    const { cause } = error;
    const hint = renderHint(cause instanceof FirnError ? cause.hint : undefined, options);
    return language.renderError(error, { showTrace: options.showTrace, color: options.colours }) + hint;
  }
  if (error instanceof FirnError) return renderMessage(error.message, options) + renderHint(error.hint, options);
  if (isStackExhaustion(error)) return renderMessage(stackOverflowMessage, options);
  if (isStringTooLong(error)) return renderMessage(stringTooLongMessage, options);
  const text = error instanceof Error ? describeSystemError(error) : String(error);
  const unexpected = error instanceof Error && (error as NodeJS.ErrnoException).code === undefined;
  const stack = unexpected && options.showTrace && error.stack !== undefined ? `\n${error.stack}` : "";
  const hint = renderHint(isDiskFull(error) ? diskFullHint : unexpected ? faultHint : undefined, options);
  return renderMessage(toByteString(text + stack), options) + hint;
}

const faultHint = "This is a fault of Firn itself. With --show-trace it says where; please report it.";

function renderHint(hint: string | undefined, options: RenderOptions): string {
  if (hint === undefined) return "";
  return `\n${options.colours ? "\x1b[1mhint:\x1b[0m" : "hint:"} ${hint}`;
}

/** A message with its prefix, its further lines below its first. */
export function renderMessage(message: string, options: { readonly colours: boolean }): string {
  const prefix = options.colours ? "\x1b[31;1merror:\x1b[0m " : "error: ";
  return prefix + message.replace(/\n(?=.)/g, "\n       ");
}
