import { expect, test } from 'vitest';
import { eventLimits } from '../../src/lib/event-limits.ts';
import type { SeenEvent } from '../../src/protocol/command.ts';
import { namePattern } from '../../src/protocol/names.ts';
import { Lab, seen, startMs } from './lab.ts';

const at = (second: number): string => new Date(startMs + second * 1_000).toISOString();

const record = (lab: Lab, ...events: SeenEvent[]): string | undefined =>
  lab.refusal({ kind: 'event.record', fence: lab.fence, events });

const eventsOf = (lab: Lab) => [...lab.state.events.values()];

test('the same said again of the same object is counted, with when it was first and last seen', () => {
  const lab = new Lab();
  record(lab, seen({ count: 2, lastSeen: at(1) }));
  record(lab, seen({ count: 3, firstSeen: at(5), lastSeen: at(9) }));
  expect(eventsOf(lab)).toMatchObject([
    {
      kind: 'Event',
      metadata: { generation: 1, resourceVersion: String(lab.state.appliedIndex) },
      spec: { reason: 'Created', regarding: { name: 'web' } },
      status: { count: 5, firstSeen: at(0), lastSeen: at(9) },
    },
  ]);
});

test('whatever differs is another event, and every name is a DNS label', () => {
  const lab = new Lab();
  const regarding = { kind: 'Service', name: `${'x'.repeat(62)}y`, uid: 'u1' };
  record(
    lab,
    seen(),
    seen({ message: 'other' }),
    seen({ type: 'Warning' }),
    seen({ regarding: { kind: 'Service', name: 'web', uid: 'u2' } }),
    seen({ regarding }),
  );
  expect(eventsOf(lab)).toHaveLength(5);
  for (const { metadata } of eventsOf(lab)) expect(metadata.name).toMatch(namePattern);
});

test('at most so many are kept: those last seen longest ago go', () => {
  const lab = new Lab();
  const many = Array.from({ length: eventLimits.keptMax }, (_, i) =>
    seen({ message: `${i}`, lastSeen: at(i) }),
  );
  record(lab, ...many);
  expect(lab.state.events.size).toBe(eventLimits.keptMax);
  record(lab, seen({ message: '0', lastSeen: at(9_000) }), seen({ message: 'new', lastSeen: at(9_001) }));
  const messages = new Set(eventsOf(lab).map(({ spec }) => spec.message));
  expect(messages.size).toBe(eventLimits.keptMax);
  expect(['0', '1', '2', 'new'].map((message) => messages.has(message))).toEqual([true, false, true, true]);
});

test('a recorder of another term records nothing', () => {
  const lab = new Lab();
  const fence = lab.fence;
  lab.term += 1;
  expect(lab.refusal({ kind: 'event.record', fence, events: [seen()] })).toBe('STALE');
  expect(lab.state.events.size).toBe(0);
});
