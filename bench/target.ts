// What is measured: a three-member store behind HTTP, ours or another, that can be asked to take a small value.

import { hash128 } from '../src/lib/hash.ts';

export interface WriteRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  /** JSON; empty when nothing is sent. */
  readonly body: string;
}

/** Ports on loopback. */
interface Members {
  readonly leader: number;
  readonly followers: readonly number[];
}

export interface Target {
  readonly name: string;
  members(): Promise<Members>;
  /** Writes a value of `valueBytes` under the `i`-th key. */
  write(i: number): WriteRequest;
  /** Of its members' processes. */
  pids(): readonly number[];
  /** Ends every process of it and removes its files. */
  stop(): Promise<void>;
}

/**
 * What happens to a leader: `kill -9`, SIGTERM, SIGSTOP (to the others the same as a cut without a reset), or a disk whose
 * syncs never end.
 */
export type Cause = 'killed' | 'stopped' | 'paused' | 'disk hangs';

/** A leader was struck. */
interface Struck {
  /** Milliseconds of `performance.now()`. */
  readonly atMs: number;
  /** True once another leads, as the others see it. */
  readonly isFollowedUp: () => Promise<boolean>;
}

/** A target whose leader can be struck. */
export interface FailoverTarget extends Target {
  readonly causes: readonly Cause[];
  strike(cause: Cause): Promise<Struck>;
  /** Brings the struck member back and resolves when all are well. */
  heal(): Promise<void>;
}

/** Size of each value written. */
const valueBytes = 256;
/** Different keys, written in turn: the state stays small, as a control plane's does. */
export const keyCount = 1_000;

/** Of the `i`-th write: text that does not compress to nothing. */
export function valueOf(i: number): string {
  let text = '';
  for (let at = 0; text.length < valueBytes; at += 1) text += hash128(`${i} ${at}`);
  return text.slice(0, valueBytes);
}

/** `PUT /api/settings/:name`, as orion and the bare reference take it. */
export function settingWrite(i: number): WriteRequest {
  return {
    method: 'PUT',
    path: `/api/settings/bench-${i % keyCount}`,
    body: JSON.stringify({ data: valueOf(i) }),
  };
}
