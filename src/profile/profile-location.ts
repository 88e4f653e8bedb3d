// Where profiles lie when nobody says: ~/.nix-profile is a link to the user's profile under ~/.local/state, or for root to
// the one below the state directory; made when it is missing (Nix's getDefaultProfile). A chroot store changes none of it.

import { lstatSync, mkdirSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { atomicSymlink, hostPath } from "#host";

export interface ProfileLocations {
  /** `/nix/var/nix`, or $NIX_STATE_DIR. */
  readonly stateDir: string;
  readonly home: string;
  readonly isRoot: boolean;
  readonly useXdgBaseDirectories: boolean;
  /** $NIX_STATE_HOME, or $XDG_STATE_HOME/nix, or ~/.local/state/nix. */
  readonly userStateDir: string;
}

export function profileLocations(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly isRoot: boolean; readonly useXdgBaseDirectories: boolean; readonly home: string },
): ProfileLocations {
  const stateHome = environment["XDG_STATE_HOME"] || `${options.home}/.local/state`;
  return {
    ...options,
    stateDir: environment["NIX_STATE_DIR"] || "/nix/var/nix",
    userStateDir: environment["NIX_STATE_HOME"] || `${stateHome}/nix`,
  };
}

/** The folder of the user's profiles; made when missing. */
export function profilesDirectory(locations: ProfileLocations): string {
  const folder = locations.isRoot ? rootProfilesDirectory(locations) : `${locations.userStateDir}/profiles`;
  mkdirSync(hostPath(folder), { recursive: true });
  return folder;
}

export function rootProfilesDirectory(locations: ProfileLocations): string {
  return `${locations.stateDir}/profiles/per-user/root`;
}

/** `~/.nix-profile`, or its place under XDG. */
export function profileLink(locations: ProfileLocations): string {
  return locations.useXdgBaseDirectories ? `${locations.userStateDir}/profile` : `${locations.home}/.nix-profile`;
}

export function defaultProfile(locations: ProfileLocations): string {
  const link = profileLink(locations);
  try {
    const profile = `${profilesDirectory(locations)}/profile`;
    if (locations.useXdgBaseDirectories) mkdirSync(hostPath(locations.userStateDir), { recursive: true });
    if (!exists(link)) atomicSymlink(profile, link);
    const global = `${locations.stateDir}/profiles/default`;
    if (locations.isRoot && !exists(global)) atomicSymlink(profile, global);
    return posix.resolve(posix.dirname(link), readlinkSync(hostPath(link), { encoding: "latin1" }));
  } catch {
    return link;
  }
}

/** `~/.nix-defexpr`: what nix-env installs from when no file is named; made with links to the channels when missing. */
export function defaultExpression(locations: ProfileLocations): string {
  const folder = locations.useXdgBaseDirectories
    ? `${locations.userStateDir}/defexpr`
    : `${locations.home}/.nix-defexpr`;
  if (exists(folder)) return folder;
  try {
    mkdirSync(hostPath(folder), { recursive: true });
    atomicSymlink(`${profilesDirectory(locations)}/channels`, `${folder}/channels`);
    if (!locations.isRoot) atomicSymlink(`${rootProfilesDirectory(locations)}/channels`, `${folder}/channels_root`);
  } catch {
    // A home that cannot be written to has no default expression.
  }
  return folder;
}

/** A link that leads nowhere counts as existing. */
function exists(path: string): boolean {
  return lstatSync(hostPath(path), { throwIfNoEntry: false }) !== undefined;
}
