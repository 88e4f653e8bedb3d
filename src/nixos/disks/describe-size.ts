// Sizes for a person.

/** `bytes` undefined: all that is left. */
export function describeSize(bytes: number | undefined): string {
  if (bytes === undefined) return "the rest";
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}
