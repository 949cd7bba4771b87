// Why a peer cannot do now what it is asked, in words that say what to do about it.
//
// F1. What is refused as NO_LEADER, NO_QUORUM or BUSY was certainly not applied.

import type { StoreId } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
import { unreachable } from '../lib/assert.ts';
import type { Lifecycle } from './lifecycle.ts';
import { quorumFigures } from './quorum-figures.ts';
import { busy } from './writer.ts';

const removedReason = 'this peer was removed from the cluster: stop it, and ask another one';

/** Throws NO_LEADER while this peer's state differs from the others'. */
export function assertReadable({ core }: Lifecycle): void {
  const differs = core?.trust.refusesAll;
  if (differs !== undefined) throw differs;
}

/** Throws NO_LEADER while nothing can be done through this peer: it was removed, or its state differs. */
export function assertServing(life: Lifecycle): void {
  // Nobody tells a removed peer who leads: whoever asks it learns so at once.
  if (life.isRemoved) throw new OrionError('NO_LEADER', removedReason);
  assertReadable(life);
}

/** Throws NO_QUORUM while nothing can be committed, or while the states of the peers differ and nobody knows which is right. */
export function assertWritable(life: Lifecycle): void {
  const why = life.core?.trust.refusesWrites ?? withoutRoom(life);
  if (why !== undefined) throw why;
}

/** Why no leader was found, as far as this peer can see. */
export function noLeader({ phase, core, links, alarms, self }: Lifecycle): OrionError {
  if ('reason' in phase) {
    return new OrionError('NO_LEADER', phase.reason);
  }
  if (core === undefined) return new OrionError('NO_LEADER', 'this peer is stopping: ask another one');
  const isReached = (storeId: StoreId): boolean =>
    storeId === self.storeId || links.identity(storeId) !== undefined;
  const { need, have, voters } = quorumFigures(core.status.configuration, ({ storeId }) =>
    isReached(storeId),
  );
  if (have < need) {
    return new OrionError(
      'NO_QUORUM',
      `this peer reaches ${have} of ${voters} voters, and ${need} are needed: start the others, or mend the network`,
    );
  }
  const lost = alarms
    .list()
    .filter(({ kind }) => kind === 'corruption')
    .map(({ peer }) => peer);
  const sound = quorumFigures(
    core.status.configuration,
    ({ peerId, storeId }) => isReached(storeId) && !lost.includes(peerId),
  );
  if (sound.have < sound.need) {
    return new OrionError(
      'NO_QUORUM',
      `entries were lost from the disks of ${lost.join(', ')}, so that they may not elect a leader, and without them no majority is here: ` +
        'start the others, put a sound disk back, or decide what may be forgotten (orion cluster recover)',
    );
  }
  return new OrionError('NO_LEADER', 'no leader was found in time: an election is under way, try again');
}

/** Why no more can be taken now: disks without room are another matter than too many requests. */
export function tooBusy(life: Lifecycle): OrionError {
  return withoutRoom(life) ?? busy();
}

/** A leader with room would append what the others cannot take in, and nobody could tell how that ended. */
function withoutRoom({ core, alarms }: Lifecycle): OrionError | undefined {
  if (core === undefined || !alarms.stands('disk-full')) return undefined;
  const full = alarms.list().filter(({ kind }) => kind === 'disk-full');
  const names = full.map(({ peer }) => peer);
  const { need, have } = quorumFigures(core.status.configuration, ({ peerId }) => !names.includes(peerId));
  if (have >= need) return undefined;
  return new OrionError('NO_QUORUM', `the disks of ${names.join(', ')} are full: make room on them`);
}

/** Why this peer cannot serve yet, or any more; empty when it can. `isLed`: a leader was heard lately. */
export function notReady(life: Lifecycle, isLed: boolean): readonly string[] {
  const { phase } = life;
  switch (phase.kind) {
    case 'founding':
    case 'foreign':
    case 'superseded':
      return [phase.reason];
    case 'stopped':
      return ['this peer is stopping'];
    case 'running': {
      const { trust, snapshots } = phase.core;
      if (life.isRemoved) return [removedReason];
      if (trust.refusesAll !== undefined) return [trust.refusesAll.message];
      if (!isLed) return [noLeader(life).message];
      return phase.caughtUp ? [] : [catchingUp(snapshots.received)];
    }
    default:
      return unreachable(phase);
  }
}

const catchingUp = (chunks: number | undefined): string =>
  chunks === undefined
    ? 'this peer has not yet applied what was committed when it came back'
    : `this peer takes over the state of another one: ${chunks} parts have come`;
