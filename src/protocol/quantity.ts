// Sizes as people write them: bytes, or a number with a binary unit.

const unitBytes: Readonly<Record<string, number>> = {
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Bytes of `256Mi`, `1.5Gi`, `"1048576"` or a whole number; undefined when it is none of these, or not below 2^53. */
export function bytesOf(quantity: string | number): number | undefined {
  if (typeof quantity === 'number') return wholeBytes(quantity);
  const match = /^(\d{1,16}(?:\.\d{1,9})?)(Ki|Mi|Gi|Ti)?$/.exec(quantity);
  if (match === null) return undefined;
  const unit = match[2];
  return wholeBytes(Number(match[1]) * (unit === undefined ? 1 : (unitBytes[unit] ?? Number.NaN)));
}

/** A fraction of a byte is a mistake, not a rounding. */
function wholeBytes(value: number): number | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
