// Puts a set of packages into a profile: builds them, builds the environment of them, and switches, unless somebody else
// has switched meanwhile (Nix's createUserEnv). At every moment the profile is whole; what is made before the switch is
// garbage if it does not come to it.

import type { Emit, StorePath } from "#formats";
import type { Evaluator } from "#language";
import type { DerivedPath } from "#build";
import type { RootsStore, Store } from "#store";
import { createGeneration, profileToken, switchLink } from "./generations.ts";
import type { PackageInfo } from "./package-info.ts";
import { withProfileLock } from "./profile-lock.ts";
import { instantiateUserEnvironment } from "./user-environment.ts";

export interface SwitchRequest {
  readonly evaluator: Evaluator;
  readonly store: Store & RootsStore;
  readonly profile: string;
  readonly elements: readonly PackageInfo[];
  readonly keepDerivations: boolean;
  /** `profileToken` of when `elements` was thought of. */
  readonly token: string;
  readonly emit: Emit;
  /** Builds or fetches; throws when it cannot. */
  readonly realise: (wanted: readonly DerivedPath[]) => Promise<void>;
}

/** False when the profile has changed meanwhile and the caller has to think again. */
export async function switchEnvironment(request: SwitchRequest): Promise<boolean> {
  const { evaluator, store, elements, profile, emit } = request;
  const derivations = elements.map((element) => element.derivationPath()).filter((path) => path !== undefined);
  await request.realise(derivations.map((derivation) => ({ kind: "built", derivation, outputs: "all" })));

  const outputs = elements.flatMap((element) => [...element.outputsToInstall().values()]);
  for (const path of outputs) store.addTempRoot(path);
  await request.realise(missing(store, outputs));

  const environment = instantiateUserEnvironment(evaluator, store, elements, request);
  store.addTempRoot(environment.outPath);
  await request.realise([{ kind: "built", derivation: environment.derivationPath, outputs: "all" }]);

  return withProfileLock(profile, emit, () => {
    if (profileToken(profile) !== request.token) {
      emit({ kind: "message", level: "info", text: `profile "${profile}" changed while we were busy; restarting` });
      return false;
    }
    switchLink(profile, createGeneration(store, profile, environment.outPath));
    return true;
  });
}

function missing(store: Store, paths: readonly StorePath[]): DerivedPath[] {
  return paths.filter((path) => !store.isValidPath(path)).map((path) => ({ kind: "opaque", path }));
}
