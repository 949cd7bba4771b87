// Events: what happened, as the leader's recorder tells it. For people; nothing is decided by them.
//
// E1. The same said again of the same object is counted, not kept twice: the name of an event follows from what it says.
// E2. At most `eventLimits.keptMax` are kept; those last seen longest ago go first.

import { digest128 } from '../../lib/hash.ts';
import { eventLimits } from '../../lib/event-limits.ts';
import type { CommandResult, SeenEvent } from '../../protocol/command.ts';
import type { Event } from '../../protocol/objects.ts';
import type { Overlay } from '../overlay.ts';
import { byCodeUnits } from '../row.ts';
import type { CommandOf } from './judge.ts';

export function recordEvents(overlay: Overlay, command: CommandOf<'event.record'>): CommandResult {
  for (const seen of command.events) record(overlay, seen);
  forgetOldest(overlay);
  return { kind: 'done' };
}

// E1
function record(overlay: Overlay, seen: SeenEvent): void {
  const { count, firstSeen, lastSeen, ...spec } = seen;
  const name = nameOf(spec);
  const existing = overlay.get('event', name);
  overlay.put(
    'event',
    existing === undefined
      ? {
          kind: 'Event',
          metadata: overlay.metadata({ name, labels: {} }),
          spec,
          status: { count, firstSeen, lastSeen },
        }
      : { ...existing, status: { ...existing.status, count: existing.status.count + count, lastSeen } },
  );
}

/** A DNS label: the object's name as far as it fits, and a digest of all that the event says. */
function nameOf({ regarding, type, reason, message, source }: Event['spec']): string {
  const said = [regarding.kind, regarding.name, regarding.uid, type, reason, message, source];
  const digest = digest128(JSON.stringify(said)).toString(16).padStart(32, '0');
  return `${regarding.name.slice(0, 40)}-${digest.slice(0, 16)}`;
}

// E2
function forgetOldest(overlay: Overlay): void {
  const events = overlay.events();
  const excess = events.length - eventLimits.keptMax;
  if (excess <= 0) return;
  const oldestFirst = events.toSorted(
    (a, b) =>
      byCodeUnits(a.status.lastSeen, b.status.lastSeen) || byCodeUnits(a.metadata.name, b.metadata.name),
  );
  for (const event of oldestFirst.slice(0, excess)) overlay.delete(event);
}
