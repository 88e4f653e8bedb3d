// Floats with six significant digits, as a C++ stream prints them (printf's %g): 1.0 is `1`, 1e20 is `1e+20`.

const significantDigits = 6;

export function printFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponentText = "0"] = value.toExponential(significantDigits - 1).split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= significantDigits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${withoutTrailingZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return withoutTrailingZeros(value.toFixed(significantDigits - 1 - exponent));
}

function withoutTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
