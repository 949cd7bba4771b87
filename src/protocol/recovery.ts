// What is asked of and told by the commands that work on a data directory while no peer runs on it.

import type { BackupHeader } from './backup.ts';

export interface RestoreOptions {
  readonly backupFile: string;
  readonly configFile: string;
  /** Which of its `[[peer]]` the restored one is. */
  readonly id: string;
  /** Absent or empty. */
  readonly dataDir: string;
}

export interface Restored {
  readonly header: BackupHeader;
  /** Of the new cluster. */
  readonly clusterId: string;
  /** Its log begins behind this index. */
  readonly index: number;
  /** Ids of the other peers in the file: they are to join. */
  readonly others: readonly string[];
}

export interface RecoverOptions {
  readonly configFile: string;
  /** Which peer the directory belongs to. */
  readonly id: string;
  readonly dataDir: string;
  /** False: only tell. */
  readonly apply: boolean;
}

/** What a directory holds, as far as it matters to whoever chooses among several. */
export interface Survivor {
  readonly id: string;
  readonly storeId: string;
  readonly clusterId: string;
  readonly epoch: number;
  readonly term: number;
  /** Of the last entry. The log with the highest term, and of those the highest index, holds most. */
  readonly lastTerm: number;
  readonly lastIndex: number;
  /** Its log was damaged, and holds less than it did. */
  readonly impaired: boolean;
  /** Its state was found not to be the one that the others had: what it holds may be wrong. */
  readonly differs: boolean;
  /** Ids of the voters by its log, this peer among them or not. */
  readonly voters: readonly string[];
}

export interface Recovery {
  readonly found: Survivor;
  /** Where it begins anew; undefined when nothing was changed. */
  readonly begun: { readonly index: number; readonly epoch: number } | undefined;
}
