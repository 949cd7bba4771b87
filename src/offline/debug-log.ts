// `orion debug log`: a peer's log in readable form, and whether all of it is sound. Nothing is changed.
// Why the lock is taken, although nothing is written: what a running peer has half written would look like damage.

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unreachable } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import { inspectLog, type LogItem } from '../storage/inspect.ts';
import { lockDirectory } from '../storage/lock.ts';
import { nodeDisk } from '../storage/node-disk.ts';

/**
 * Prints the log in the data directory `directory`, a line each: for people, or as JSON. Throws `USAGE` where there is
 * none, `DIRECTORY_LOCKED` while its peer runs, `LOG_CORRUPT` at the end if something is damaged, or `DISK_FAILED`.
 */
export async function debugLog(options: {
  readonly directory: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { directory, json, print } = options;
  if (!existsSync(join(directory, 'log'))) {
    throw new OrionError('USAGE', `${directory} holds no log: name the data directory of a peer`);
  }
  // A copy of a directory may come without a lock; then nobody can run on it either.
  const isPeer = existsSync(join(directory, 'LOCK'));
  const lock = isPeer ? await lockDirectory(directory) : undefined;
  try {
    let damaged = 0;
    for await (const item of inspectLog({ disk: nodeDisk, directory })) {
      if (item.kind === 'damage') damaged += 1;
      print(json ? JSON.stringify(item) : describe(item));
    }
    if (damaged > 0) {
      const what = damaged === 1 ? 'a damage was' : `${damaged} damages were`;
      throw new OrionError('LOG_CORRUPT', `${what} found in ${directory}`);
    }
  } finally {
    await lock?.release();
  }
}

function describe(item: LogItem): string {
  switch (item.kind) {
    case 'superblock': {
      const { peerId, storeId, clusterId = 'none yet', incarnation, runs, epoch, retired } = item.identity;
      const trust = item.impaired ? ', lost entries: waits to be mended' : '';
      const age = retired ? ', has gone back in time: takes part in nothing' : '';
      return (
        `${basename(item.file)}: peer ${peerId}, store ${storeId}, cluster ${clusterId}, ` +
        `incarnation ${incarnation} (${runs[0] ?? 'no id'}), epoch ${epoch}${trust}${age}`
      );
    }
    case 'base': {
      const { index, term, configuration } = item.base;
      const voters = configuration?.voters.map(({ peerId }) => peerId).join(', ');
      const what = index === 0 ? 'nothing is cut off' : `cut off up to ${index} (term ${term})`;
      const who = voters === undefined ? '' : `, voters ${voters}`;
      return `${basename(item.file)}: ${what}${who}; goes on with batch ${item.next}`;
    }
    case 'segment': {
      const note = item.isLeftOver ? ', of before the base' : item.isLost ? ', behind damage: not read' : '';
      return `${basename(item.file)}: ${item.bytes} bytes${note}`;
    }
    case 'batch':
      return `  ${describeBatch(item)}`;
    case 'entry': {
      const { kind, ...content } = item.payload;
      const detail = Object.values(content).map((value) => ` ${JSON.stringify(value)}`);
      return `    ${item.index}  term ${item.term}  ${new Date(item.time).toISOString()}  ${kind}${detail.join('')}`;
    }
    case 'torn':
      return `  ${basename(item.file)}, byte ${item.offset}: a write that never completed; it is dropped`;
    case 'damage':
      return `DAMAGED ${item.file}, byte ${item.offset}: ${item.why}`;
    case 'aside':
      return `${basename(item.file)}: set aside by a start that found a loss`;
    case 'end': {
      const { baseIndex, lastIndex, batches, hardState } = item;
      const entries = baseIndex === lastIndex ? 'no entries' : `entries ${baseIndex + 1} to ${lastIndex}`;
      return `${entries} in ${batches} batches; term ${hardState.term}, vote ${hardState.vote ?? 'none'}`;
    }
    default:
      return unreachable(item);
  }
}

function describeBatch(item: Extract<LogItem, { kind: 'batch' }>): string {
  const { number, offset, bytes, hardState, truncateFrom, entries, isCopy } = item;
  const truncation = truncateFrom === undefined ? '' : `, in the place of all from ${truncateFrom} on`;
  const copy = isCopy ? ', written again by a start' : '';
  return (
    `batch ${number} at byte ${offset}, ${bytes} bytes: term ${hardState.term}, vote ${hardState.vote ?? 'none'}, ` +
    `${entries} ${entries === 1 ? 'entry' : 'entries'}${truncation}${copy}`
  );
}
