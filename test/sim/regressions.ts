// Seeds that once failed, run before all others. docs/track-record.md says what each of them found.

export const regressionSeeds: readonly number[] = [23, 138, 534, 979, 991];
