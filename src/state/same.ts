// Equality of plain values, whatever the order of their keys: a manifest whose author moved a line changes nothing.

/**
 * Deep equality of JSON-like values. A key whose value is undefined counts as absent. Every write is compared with what was there:
 * nothing is allocated for it.
 */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, position) => same(item, b[position]))
    );
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  let more = 0; // keys of the left one that the right one lacks
  for (const key in left) {
    if (left[key] === undefined) continue;
    if (!Object.hasOwn(right, key) || !same(left[key], right[key])) return false;
    more += 1;
  }
  for (const key in right) if (right[key] !== undefined) more -= 1;
  return more === 0;
}
