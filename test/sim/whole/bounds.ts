// Bounds of the product that a run of a few seconds would never reach, drawn closer for all simulations of whole peers.

import { limits } from '../../../src/lib/limits.ts';

Object.assign(limits, {
  diskLookMs: 200,
  flushMs: 400,
  flushRetryMs: 100,
  snapshotKeepMs: 1_000,
  snapshotSilenceMs: 1_500,
  stateHashEvery: 40,
  stateHashGraceMs: 400,
});
