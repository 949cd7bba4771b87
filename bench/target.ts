// What is measured: a three-member store behind HTTP, ours or another, that can be asked to take a small value.

export interface WriteRequest {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  /** JSON. */
  readonly body: string;
}

/** Ports on loopback. */
export interface Members {
  readonly leader: number;
  readonly followers: readonly number[];
}

export interface Target {
  readonly name: string;
  members(): Promise<Members>;
  /** Writes a value of `valueBytes` under the `i`-th key. */
  write(i: number): WriteRequest;
  /** Ends every process of it and removes its files. */
  stop(): Promise<void>;
}

/** A target whose leader can be killed. */
export interface FailoverTarget extends Target {
  /** `kill -9` of the leader; returns at once, with the ports of the others. */
  killLeader(): Promise<readonly number[]>;
  /** Starts the killed member again and resolves when all are well. */
  heal(): Promise<void>;
}

/** Size of each value written. */
const valueBytes = 256;
/** Different keys, written in turn: the state stays small, as a control plane's does. */
export const keyCount = 1_000;

export const value = 'v'.repeat(valueBytes);

/** `PUT /api/settings/:name`, as orion and the bare reference take it. */
export function settingWrite(i: number): WriteRequest {
  return {
    method: 'PUT',
    path: `/api/settings/bench-${i % keyCount}`,
    body: JSON.stringify({ data: value }),
  };
}
