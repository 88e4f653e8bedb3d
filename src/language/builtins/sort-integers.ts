// Sorting numbers that are integers: many that lie near each other by their digits, others as JavaScript does.

/** A digit has so many bits. */
const bits = 11;

/** Below this many JavaScript is as quick. */
const many = 4096;

export function sortIntegers(items: readonly number[]): number[] {
  let low = Infinity;
  let high = -Infinity;
  for (const item of items) {
    if (item < low) low = item;
    if (item > high) high = item;
  }
  const isDense = items.length >= many && high - low < 2 ** 32;
  const sorted = isDense ? byDigits(items, low, high) : Float64Array.from(items).toSorted();
  const base = isDense ? low : 0;
  const result: number[] = [];
  for (let i = 0; i < sorted.length; i++) result.push((sorted[i] as number) + base);
  return result;
}

/** What they are above `low`, in order. Loops by index, since these are quick before they are optimised. */
function byDigits(items: readonly number[], low: number, high: number): Uint32Array {
  const { length } = items;
  let from = new Uint32Array(length);
  let to = new Uint32Array(length);
  for (let i = 0; i < length; i++) from[i] = (items[i] as number) - low;
  for (let shift = 0; shift < 32 && high - low >= 2 ** shift; shift += bits) {
    const places = countDigits(from, shift);
    placeByDigit(from, to, places, shift);
    [from, to] = [to, from];
  }
  return from;
}

/** For each digit where those that have it begin. */
function countDigits(values: Uint32Array, shift: number): Uint32Array {
  const size = 1 << bits;
  const places = new Uint32Array(size + 1);
  for (let i = 0; i < values.length; i++) {
    const digit = ((values[i] as number) >>> shift) & (size - 1);
    places[digit + 1] = (places[digit + 1] as number) + 1;
  }
  for (let i = 0; i < size; i++) places[i + 1] = (places[i + 1] as number) + (places[i] as number);
  return places;
}

function placeByDigit(from: Uint32Array, to: Uint32Array, places: Uint32Array, shift: number): void {
  const mask = (1 << bits) - 1;
  for (let i = 0; i < from.length; i++) {
    const value = from[i] as number;
    const digit = (value >>> shift) & mask;
    const place = places[digit] as number;
    to[place] = value;
    places[digit] = place + 1;
  }
}
