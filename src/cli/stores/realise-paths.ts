// Builds or fetches what a command wants, with the build settings of the command line, and turns what failed into the
// error that ends the command.

import { isDerivationPath, type StorePath } from "#formats";
import { defaultBuildSettings, realise, throwFailures } from "#build";
import type { BuildMode, BuildResult, BuildSettings, DerivedPath } from "#build";
import type { LocalStore } from "#store";
import type { Context } from "../command.ts";
import { interruptible } from "../program/interruptible.ts";
import { renderMessage } from "../program/print-error.ts";

/** Throws the error of the one build that failed, or one that names all of them after saying what each did wrong. */
export async function realisePaths(
  context: Context,
  store: LocalStore,
  wanted: readonly DerivedPath[],
  mode: BuildMode = context.switches.repair ? "repair" : "normal",
): Promise<BuildResult[]> {
  if (wanted.length === 0) return [];
  const settings = buildSettings(context, mode);
  const results = await interruptible(context, () =>
    realise(store, wanted, settings, context.log.emit, context.signal),
  );
  context.log.stop();
  throwFailures(store, results, (event) => {
    const isError = event.kind === "message" && event.level === "error";
    context.log.emit(isError ? { ...event, text: renderMessage(event.text, context.log) } : event);
  });
  return results;
}

/** Makes a damaged path good again by building it anew. */
export async function repairStorePath(context: Context, store: LocalStore, path: StorePath): Promise<void> {
  const { deriver } = store.queryPathInfo(path);
  const canBuild = deriver !== undefined && isDerivationPath(deriver) && store.isValidPath(deriver);
  const wanted: DerivedPath = canBuild
    ? { kind: "built", derivation: deriver, outputs: "all" }
    : { kind: "opaque", path };
  await realisePaths(context, store, [wanted], "repair");
}

export function buildSettings(context: Context, mode: BuildMode): BuildSettings {
  const { settings, environment, log } = context;
  const certificates =
    settings.text("ssl-cert-file") || environment["NIX_SSL_CERT_FILE"] || environment["SSL_CERT_FILE"];
  const buildDir = settings.optional("build-dir");
  return {
    ...defaultBuildSettings,
    mode,
    maxJobs: settings.jobs(),
    cores: settings.integer("cores"),
    sandbox: settings.sandbox(),
    sandboxFallback: settings.isOverridden("sandbox-fallback") && settings.boolean("sandbox-fallback"),
    sandboxPaths: settings.list("sandbox-paths"),
    sandboxBuildDir: settings.text("sandbox-build-dir"),
    sandboxDevShmSize: settings.text("sandbox-dev-shm-size"),
    filterSyscalls: settings.boolean("filter-syscalls"),
    allowedImpureHostDeps: settings.list("allowed-impure-host-deps"),
    buildUsersGroup: settings.text("build-users-group"),
    keepFailed: settings.boolean("keep-failed"),
    keepGoing: settings.boolean("keep-going"),
    timeout: settings.integer("timeout"),
    maxSilentTime: settings.integer("max-silent-time"),
    maxBuildLogSize: settings.integer("max-build-log-size"),
    logLines: settings.integer("log-lines"),
    printBuildLogs: log.printsBuildLogs,
    logCommand: context.program === "nix" || context.program === "firn" ? "nix log" : "nix-store -l",
    keepBuildLog: settings.boolean("keep-build-log"),
    system: settings.text("system"),
    ...(settings.isOverridden("extra-platforms") ? { extraPlatforms: settings.list("extra-platforms") } : {}),
    ...(settings.isOverridden("system-features") ? { systemFeatures: settings.list("system-features") } : {}),
    substitute: settings.boolean("substitute"),
    hashedMirrors: settings.list("hashed-mirrors"),
    downloadAttempts: settings.integer("download-attempts"),
    connectTimeout: settings.integer("connect-timeout"),
    ...(certificates === undefined || certificates === "" ? {} : { sslCertFile: certificates }),
    ...(buildDir === undefined ? {} : { buildDir }),
    environment,
  };
}
