// Floats with six significant digits, as a C++ stream prints them (printf's %g): 1.0 is `1`, 1e20 is `1e+20`.

const significantDigits = 6;

export function printFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const rounded = breakTie(value);
  const [digits = "", exponentText = "0"] = rounded.toExponential(significantDigits - 1).split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= significantDigits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${withoutTrailingZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return withoutTrailingZeros(rounded.toFixed(significantDigits - 1 - exponent));
}

/** JavaScript rounds what lies exactly between two decimals away from zero, C to the even digit: 123456.5 is `123456`. */
function breakTie(value: number): number {
  const [, digits = "", last = "", exponent = ""] = /^(-?\d\.\d{4})(\d)50*(e.*)$/.exec(value.toExponential(100)) ?? [];
  return last !== "" && Number(last) % 2 === 0 ? Number(`${digits}${last}${exponent}`) : value;
}

function withoutTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
