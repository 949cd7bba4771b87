// Seeds that once failed, run before all others. docs/track-record.md says what each of them found.

export const wholeRegressionSeeds: readonly number[] = [
  61, 92, 136, 439, 1407, 1641, 1795275308, 1795276016, 1795276046,
];
