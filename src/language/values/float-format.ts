// How floats become text: `%g` with six significant digits where values are printed (C++ streams), `%f` with six decimals
// for `toString` (std::to_string).

/** As a C++ stream prints it: 1.0 → `1`, 1e20 → `1e+20`. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = value.toExponential(5).split("e") as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    const digits = Math.abs(exponent).toString().padStart(2, "0");
    return `${dropTrailingZeros(mantissa)}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  return dropTrailingZeros(value.toFixed(5 - exponent));
}

/** As `%f` prints it: six decimals, all digits before the point. */
export function printFloatFixed(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Math.abs(value) < 1e21) {
    const text = value.toFixed(6);
    return Object.is(value, -0) ? `-${text}` : text;
  }
  return `${BigInt(value)}.000000`;
}

function dropTrailingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
