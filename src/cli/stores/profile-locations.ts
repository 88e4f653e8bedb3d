// Where this user's profiles lie, from the environment and the settings.

import { toByteString } from "#formats";
import { homeFolder } from "#host";
import { profileLocations, type ProfileLocations } from "#profile";
import type { Context } from "../command.ts";

export function profileLocationsOf(context: Context): ProfileLocations {
  return profileLocations(context.environment, {
    isRoot: process.geteuid?.() === 0,
    useXdgBaseDirectories: context.settings.boolean("use-xdg-base-directories"),
    home: toByteString(homeFolder()),
  });
}
