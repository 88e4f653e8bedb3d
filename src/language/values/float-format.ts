// How floats become text: `%g` with six significant digits where values are printed (C++ streams), `%f` with six decimals
// for `toString` (std::to_string).

import { negativeNaN } from "./nan.ts";
import { NixFloat } from "./value.ts";

/** As a C++ stream prints it: 1.0 → `1`, 1e20 → `1e+20`. */
export function printFloat(float: NixFloat | number): string {
  const value = float instanceof NixFloat ? float.value : float;
  if (Number.isNaN(value)) return printNaN(float);
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = exponentialHalfEven(value).split("e") as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    const digits = Math.abs(exponent).toString().padStart(2, "0");
    return `${dropTrailingZeros(mantissa)}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  return dropTrailingZeros(fixedHalfEven(value, 5 - exponent));
}

/** As `%f` prints it: six decimals, all digits before the point. */
export function printFloatFixed(float: NixFloat | number): string {
  const value = float instanceof NixFloat ? float.value : float;
  if (Number.isNaN(value)) return printNaN(float);
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Math.abs(value) < 1e21) {
    const text = fixedHalfEven(value, 6);
    return Object.is(value, -0) ? `-${text}` : text;
  }
  return `${BigInt(value)}.000000`;
}

function printNaN(float: NixFloat | number): string {
  return float === negativeNaN ? "-nan" : "nan";
}

/** C rounds a value halfway between two to the even one, JavaScript away from zero. */
function fixedHalfEven(value: number, decimals: number): string {
  // oxlint-disable-next-line number-arg-out-of-range -- the limit is 100 since 2018
  return evenIfHalfway(value.toFixed(decimals), value.toFixed(100), decimals === 0 ? 0 : decimals + 1);
}

function exponentialHalfEven(value: number): string {
  // oxlint-disable-next-line number-arg-out-of-range
  const exact = value.toExponential(100);
  const end = exact.indexOf("e");
  const [mantissa, exponent] = value.toExponential(5).split("e") as [string, string];
  // Rounding up to the next power of ten is never a rounding to an odd digit.
  if (exponent !== exact.slice(end + 1)) return `${mantissa}e${exponent}`;
  return `${evenIfHalfway(mantissa, exact.slice(0, end), 6)}e${exponent}`;
}

/** `rounded`, or what `exact` begins with if the rest is exactly one half and that beginning is even. */
function evenIfHalfway(rounded: string, exact: string, digitsBehindPoint: number): string {
  const cut = exact.indexOf(".") + digitsBehindPoint;
  if (!/^\.?50*$/.test(exact.slice(cut))) return rounded;
  const truncated = exact.slice(0, cut);
  return /[02468]$/.test(truncated) ? truncated : rounded;
}

function dropTrailingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
