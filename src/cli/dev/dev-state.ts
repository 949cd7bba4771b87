// dev.json: what an `orion dev` runs, for whoever wants to find it (docs/interface.md, Files).
// Owns: the file's form. Rewritten whole, by rename, whenever a pid changes.
//
// A process that ended keeps its last pid, with `running: false`. One that somebody started again by hand is not
// `dev`'s own: it does not appear here, and does not end with it.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrionError } from '../../lib/errors.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface DevProcess {
  readonly id: string;
  /** Of the process that runs, or ran last. */
  readonly pid: number;
  readonly dataDir: string;
  readonly running: boolean;
}

interface DevPeer extends DevProcess {
  readonly api: string;
  readonly raft: string;
}

export interface DevState {
  /** The `orion dev` that wrote this. */
  readonly dev: ProcessIdentity;
  /** Path of cluster.toml. */
  readonly config: string;
  readonly peers: readonly DevPeer[];
  readonly agents: readonly DevProcess[];
}

const fileOf = (folder: string): string => join(folder, 'dev.json');

/** What stands in `folder`, undefined when nothing does. Throws `CONFIG_INVALID` for a file that dev did not write. */
export function readDevState(folder: string): DevState | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(folder), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  const state = parse(text);
  if (state !== undefined) return state;
  throw new OrionError(
    'CONFIG_INVALID',
    `${fileOf(folder)} is damaged: remove it, or name the peers with --peers`,
  );
}

function parse(text: string): DevState | undefined {
  try {
    const state = JSON.parse(text) as Partial<DevState> | null;
    const isWhole =
      typeof state?.dev?.pid === 'number' &&
      Array.isArray(state.agents) &&
      Array.isArray(state.peers) &&
      state.peers.length > 0 &&
      state.peers.every((peer: Partial<DevPeer> | null) => typeof peer?.api === 'string');
    return isWhole ? (state as DevState) : undefined;
  } catch {
    return undefined;
  }
}

export function writeDevState(folder: string, state: DevState): void {
  const file = fileOf(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}
