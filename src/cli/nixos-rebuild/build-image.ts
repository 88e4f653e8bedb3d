// `nixos-rebuild build-image`: the system as an image of one of the kinds in `image.modules`.

import { fromByteString } from "#formats";
import type { Context } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";
import { buildAttribute } from "./build-system.ts";
import type { RebuildLine } from "./command-line.ts";
import { systemValue } from "./find-system.ts";

const images = "config.system.build.images";

/** Gives the path of the folder with the image, to which `./result` leads. */
export async function buildImage(context: Context, line: RebuildLine): Promise<string | undefined> {
  const { imageVariant } = line;
  if (imageVariant === undefined) throw noVariant(await variants(context, line));
  context.log.message("notice", "building the image of the configuration...");
  return await buildAttribute(context, line, `${images}.${imageVariant}`);
}

async function variants(context: Context, line: RebuildLine): Promise<string[]> {
  const { session, slot } = await systemValue(context, line, images);
  const { evaluator } = session;
  const set = evaluator.forceAttrs(slot, "while looking for the kinds of images");
  return [...set.sortedEntries(evaluator.symbols)].map(([name]) => fromByteString(name));
}

function noVariant(names: readonly string[]): UsageError {
  const list = names.map((name) => `\n- ${name}`).join("");
  return new UsageError(`Please specify one of the following supported image variants via --image-variant:${list}`);
}
