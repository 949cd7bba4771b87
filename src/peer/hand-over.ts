// How a leader that is about to stop lets another lead first, so that nobody waits for an election.

import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { Core } from './core.ts';
import { heirOf } from './heir.ts';
import type { Leadership } from './leadership.ts';
import type { Links } from './links.ts';
import { quorumFigures } from './quorum-figures.ts';

/**
 * Resolves once this peer leads no more, knows who does, and has heard the end of what it appended itself; at the latest
 * after `limits.handOverMs`, and at once where no quorum is left to go on without it. It lingers for a moment then: who
 * has not heard of the successor yet still sends its writes here, and must be refused for certain.
 */
export async function handOver(parts: {
  readonly core: Core;
  readonly leadership: Leadership;
  readonly links: Links;
  readonly clock: Clock;
}): Promise<void> {
  const { core, leadership, links, clock } = parts;
  if (core.status.role !== 'leader') return;
  const deadlineMs = clock.monotonicMs() + limits.handOverMs;
  let isAnswered = false;
  const heir = heirOf(core.status, { differs: core.trust.foundToDiffer, nowMs: clock.monotonicMs() });
  void core.transfers.request(heir, limits.handOverMs).then(() => {
    isAnswered = true;
  });
  const isDone = (): boolean =>
    isAnswered && core.status.leader !== undefined && core.proposals.pendingCount === 0;
  const isHopeless = (): boolean => {
    const { need, have } = quorumFigures(
      core.status.configuration,
      ({ storeId }) => links.identity(storeId) !== undefined,
    );
    return have < need;
  };
  while (!isDone() && !isHopeless() && clock.monotonicMs() < deadlineMs) {
    await leadership.changed(limits.handOverLookMs);
  }
  if (isDone()) await new Promise<void>((resolve) => void clock.after(limits.handOverLingerMs, resolve));
}
