// Sizes as Nix prints them: in KiB at least, one decimal.

const units = ["K", "M", "G", "T", "P", "E"] as const;

/** `bytes` as "0.1 KiB", "12.0 MiB" (Nix's renderSize, which changes the unit above 1024 of the last, not at it). */
export function renderSize(bytes: number): string {
  let unit = 0;
  for (let whole = Math.floor(Math.abs(bytes) / 1024); whole > 1024 && unit < units.length - 1; unit++) {
    whole = Math.floor(whole / 1024);
  }
  return `${(bytes / 1024 ** (unit + 1)).toFixed(1)} ${units[unit] ?? "K"}iB`;
}
