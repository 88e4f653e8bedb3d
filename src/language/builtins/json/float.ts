// Floats in JSON, as nlohmann writes them. It finds the digits by Grisu2, which is quick, always reads back as the same
// float, and gives one digit too many, or not the nearest of the shortest, about once in a thousand times: as its numbers
// have 64 bits, it takes the interval of what reads back a little narrower than it is. So the digits are found in the same way.
//
// Florian Loitsch, Printing Floating-Point Numbers Quickly and Accurately with Integers (2010).

/** A number `significand` × 2^`exponent`; the significand has 64 bits. */
interface Scaled {
  readonly significand: bigint;
  readonly exponent: number;
}

/** Infinities and NaN, for which JSON has no words, are null. */
export function printJsonFloat(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const sign = value < 0 ? "-" : "";
  const { digits, exponent: power } = shortDigits(Math.abs(value));
  /** How many digits stand before the point. */
  const before = digits.length + power;
  if (before > 0 && before <= 15) {
    if (digits.length <= before) return `${sign}${digits.padEnd(before, "0")}.0`;
    return `${sign}${digits.slice(0, before)}.${digits.slice(before)}`;
  }
  if (before > -4 && before <= 0) return `${sign}0.${"0".repeat(-before)}${digits}`;
  const exponent = Math.abs(before - 1)
    .toString()
    .padStart(2, "0");
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits[0]}${fraction}e${before < 1 ? "-" : "+"}${exponent}`;
}

/** `digits` × 10^`exponent`. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** Of a positive number. */
function shortDigits(value: number): Decimal {
  const { exact, low, high } = withNeighbours(value);
  const power = powerFor(high.exponent);
  // The product may be off by one in its last place, which is left to be on the safe side.
  const top = multiply(high, power) - 1n;
  const bottom = multiply(low, power) + 1n;
  const shift = BigInt(-(high.exponent + power.exponent + 64));
  const digits = digitsBetween(bottom, multiply(exact, power), top, shift);
  return { digits: digits.digits, exponent: digits.exponent - power.decimal };
}

const bytes = new DataView(new ArrayBuffer(8));

/** The number and the limits of what is read as it, all with the exponent of the upper limit. */
function withNeighbours(value: number): { readonly exact: Scaled; readonly low: Scaled; readonly high: Scaled } {
  bytes.setFloat64(0, value);
  const all = bytes.getBigUint64(0);
  const biased = Number(all >> 52n);
  const fraction = all & ((1n << 52n) - 1n);
  const significand = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = biased === 0 ? -1074 : biased - 1075;
  // Where the exponent changes the next smaller number is nearer. In quarters of a unit:
  const isNearer = fraction === 0n && biased > 1;
  const bits = biased === 0 ? (4n * significand + 2n).toString(2).length : 55;
  const shift = 64 - bits;
  const scale = (quarters: bigint): Scaled => ({
    significand: quarters << BigInt(shift),
    exponent: exponent - 2 - shift,
  });
  return {
    exact: scale(4n * significand),
    low: scale(4n * significand - (isNearer ? 1n : 2n)),
    high: scale(4n * significand + 2n),
  };
}

/** The upper 64 bits of the product, rounded. */
function multiply(a: Scaled, b: Scaled): bigint {
  return (a.significand * b.significand + (1n << 63n)) >> 64n;
}

/** A power of ten; `decimal` is of which. */
interface Power extends Scaled {
  readonly decimal: number;
}

const firstPower = -300;
const powersApart = 8;
const powers = new Map<number, Power>();

/** One that brings numbers with this exponent to where their integral part has at most 32 bits. */
function powerFor(exponent: number): Power {
  const wanted = -60 - exponent - 1;
  const least = Math.trunc((wanted * 78913) / 2 ** 18) + (wanted > 0 ? 1 : 0);
  const index = Math.trunc((-firstPower + least + (powersApart - 1)) / powersApart);
  const decimal = firstPower + index * powersApart;
  let power = powers.get(decimal);
  if (power === undefined) {
    power = powerOfTen(decimal);
    powers.set(decimal, power);
  }
  return power;
}

function powerOfTen(decimal: number): Power {
  const ten = 10n ** BigInt(Math.abs(decimal));
  // Enough places that what is cut off does not matter.
  const places = 2048n;
  const exact = decimal < 0 ? (1n << places) / ten : ten << places;
  const excess = BigInt(exact.toString(2).length - 64);
  const significand = (exact + (1n << (excess - 1n))) >> excess;
  return { significand, exponent: Number(excess - places), decimal };
}

/** The fewest digits of a number between the limits, near to `exact`. All are multiples of 2^-`shift`. */
function digitsBetween(low: bigint, exact: bigint, high: bigint, shift: bigint): Decimal {
  const one = 1n << shift;
  let width = high - low;
  let distance = high - exact;
  let whole = Number(high >> shift);
  let part = high & (one - 1n);
  let digits = "";
  for (let left = String(whole).length - 1; left >= 0; left--) {
    const unit = 10 ** left;
    digits += Math.floor(whole / unit);
    whole %= unit;
    const rest = (BigInt(whole) << shift) + part;
    if (rest <= width) {
      return { digits: nearer(digits, { distance, width, rest, unit: BigInt(unit) << shift }), exponent: left };
    }
  }
  for (let exponent = -1; ; exponent--) {
    part *= 10n;
    width *= 10n;
    distance *= 10n;
    digits += part >> shift;
    part &= one - 1n;
    if (part <= width) return { digits: nearer(digits, { distance, width, rest: part, unit: one }), exponent };
  }
}

interface LastDigit {
  /** From the upper limit down to the exact number, to the lower limit, and to what the digits say. */
  readonly distance: bigint;
  readonly width: bigint;
  readonly rest: bigint;
  /** What one of the last digit is worth. */
  readonly unit: bigint;
}

/** The last digit counted down while that comes nearer to the exact number. */
function nearer(digits: string, { distance, width, rest, unit }: LastDigit): string {
  let down = 0;
  for (let at = rest; at < distance && width - at >= unit; at += unit, down++) {
    if (at + unit >= distance && distance - at <= at + unit - distance) break;
  }
  return digits.slice(0, -1) + (Number(digits.at(-1)) - down);
}
