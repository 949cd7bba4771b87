// The real core, opened: built anew with its private fields readable, so that two cores can be told apart by all that they
// remember; and without chance, as every order of events is tried anyway. Nothing else about it is changed.

import type { Raft, RaftOptions } from '../../../raft/raft.ts';
import type { Message } from '../../../raft/types.ts';
import { applyEdits, type Mutation } from '../mutations/mutation.ts';
import { rebuild } from '../rebuilt.ts';
import type { Naming } from './symmetry.ts';

export type MakeOpenCore = (options: RaftOptions) => Raft;

/** Always the same time-out: one heartbeat above the shortest. */
const noChance = `export class Prng {
  next() { return 0; }
  fraction() { return 0; }
  int({ from, to }) { return Math.min(from + 1, to - 1); }
  chance() { return false; }
}`;

/** With `mutation`, the core has that bug. */
export async function openCore(mutation?: Mutation): Promise<MakeOpenCore> {
  const rebuilt = await rebuild('raft/raft.ts', (path, source) => {
    if (path === 'src/lib/prng.ts') return noChance;
    const changed = path === mutation?.file ? applyEdits(source, mutation) : source;
    return path.startsWith('raft/') ? changed.replaceAll(/#(?=[a-zA-Z])/g, '$') : changed;
  });
  const { Raft: Opened } = rebuilt as { readonly Raft: new (options: RaftOptions) => Raft };
  return (options) => new Opened(options);
}

/** Says nothing about what a core will do: constants, and what is only shown to people. */
const constant = [
  'config',
  '$config',
  'prng',
  '$prng',
  'genesis',
  '$quorum',
  'quorum',
  'configurations',
  '$members',
];
const skipped = new Set(constant);
/** Time (see `textOf`), and the number of the last persist operation: the others are told by their distance to it. */
const isTimed = (key: string): boolean =>
  key.endsWith('Ms') || ['$now', '$restarted', '$heard', '$issued'].includes(key);

function numberText(key: string, value: number, issued: number): string {
  // Persist operations that are durable are all the same.
  if (key === '$completed' || key === 'operation') return String(value - issued);
  if (key === '$hardStateOperation') return String(Math.max(value - issued, -1));
  return String(value);
}

/**
 * All that `core` remembers, as text, its peers called as `naming` says: equal texts behave equally. Of time only whether a
 * leader was heard lately: every other time-out of a follower is an event of its own, and none of a leader's passes within
 * the heartbeats that it may send (`roundsMax`).
 */
export function textOf(core: Raft, naming: Naming): string {
  const seen = new Map<object, number>();
  const parts: string[] = [];
  const issued = findIssued(core);
  const visit = (key: string, value: unknown): void => {
    if (typeof value === 'function' || isTimed(key)) return;
    if (typeof value === 'number') return void parts.push(numberText(key, value, issued), ',');
    if (typeof value !== 'object' || value === null) return void parts.push(naming.of(String(value)), ',');
    const known = seen.get(value);
    if (known !== undefined) return void parts.push(`@${known},`);
    seen.set(value, seen.size);
    if (value instanceof Uint8Array) return void parts.push(`<${value.join(' ')}>`);
    parts.push(Array.isArray(value) ? '[' : '{');
    for (const [name, item] of itemsOf(value, naming)) {
      if (skipped.has(name)) continue;
      parts.push(name, ':');
      visit(name, item);
    }
    parts.push('}');
  };
  visit('core', core);
  parts.push(String(isSticky(core)));
  return parts.join('');
}

/** What is kept by peer in the order of the peers' names, and of messages that wait each peer's together. */
function itemsOf(value: object, naming: Naming): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) return named([...value], naming);
  if (value instanceof Set)
    return named(
      [...value].map((item) => [item, item]),
      naming,
    );
  if (!Array.isArray(value)) return Object.entries(value);
  const to = (item: unknown): string => naming.of((item as Partial<Held> | undefined)?.message?.to ?? '');
  const items = value.some((item) => to(item) !== '')
    ? value.toSorted((a, b) => compare(to(a), to(b)))
    : value;
  return items.map((item, i) => [String(i), item] as const);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

interface Held {
  readonly message: Message;
}

const named = (
  items: readonly (readonly [unknown, unknown])[],
  naming: Naming,
): readonly (readonly [string, unknown])[] =>
  items.map(([key, item]) => [naming.of(String(key)), item] as const).sort(([a], [b]) => compare(a, b));

interface OpenFields {
  readonly $shared: {
    readonly durability: { readonly $issued: number };
    readonly timer: { readonly isSticky: boolean };
  };
  readonly $roles: {
    readonly role: { readonly leadership?: { readonly $rounds: { readonly current: number } } };
  };
}

const opened = (core: Raft): OpenFields => core as unknown as OpenFields;

const findIssued = (core: Raft): number => opened(core).$shared.durability.$issued;

/** It heard a leader so lately that it hears no request for a vote. */
export const isSticky = (core: Raft): boolean => opened(core).$shared.timer.isSticky;

/** The heartbeat round of a leader; 0 otherwise. */
export const roundOf = (core: Raft): number => opened(core).$roles.role.leadership?.$rounds.current ?? 0;
