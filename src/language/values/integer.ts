// 64-bit integers. A value is a number while it is a safe integer and a bigint beyond, never the other way round, so that
// equal integers are always identical. The operations return undefined where Nix reports an overflow.

export type Integer = number | bigint;

const largest = 2n ** 63n - 1n;
const smallest = -(2n ** 63n);

export function isInteger(value: unknown): value is Integer {
  return typeof value === "number" || typeof value === "bigint";
}

/** The normal form of a bigint; undefined when it does not fit 64 bits. */
export function normaliseInteger(value: bigint): Integer | undefined {
  if (value > largest || value < smallest) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

export function addIntegers(a: Integer, b: Integer): Integer | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normaliseInteger(BigInt(a) + BigInt(b));
}

export function subtractIntegers(a: Integer, b: Integer): Integer | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return normaliseInteger(BigInt(a) - BigInt(b));
}

export function multiplyIntegers(a: Integer, b: Integer): Integer | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    // Adding zero turns -0, which no integer is, into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return normaliseInteger(BigInt(a) * BigInt(b));
}

/** Truncates towards zero; the divisor is not zero. */
export function divideIntegers(a: Integer, b: Integer): Integer | undefined {
  if (typeof a === "number" && typeof b === "number") return (a - (a % b)) / b + 0;
  return normaliseInteger(BigInt(a) / BigInt(b));
}
