// The real core, opened: built anew with its private fields readable, so that two cores can be told apart by all that they
// remember; and without chance, as every order of events is tried anyway. Nothing else about it is changed.

import type { Raft, RaftOptions } from '../../../raft/raft.ts';
import { applyEdits, type Mutation } from '../mutations/mutation.ts';
import { rebuild } from '../rebuilt.ts';

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

/** Says nothing about what a core will do: constants, and times that are only shown to people. */
const skipped = new Set(['config', '$config', 'prng', '$prng', 'genesis', '$leaderHeardMs', 'lastHeardMs']);
/** Older is all the same. Above every time-out of the model. */
const oldestMs = 20;

function numberText(key: string, value: number, now: number, issued: number): string {
  if (key === '$now') return '';
  if (key.endsWith('Ms')) return String(Math.max(value - now, -oldestMs));
  // Persist operations by their distance to the last one issued: those that are durable are all the same.
  if (key === '$issued') return '';
  if (key === '$completed' || key === 'operation') return String(value - issued);
  if (key === '$hardStateOperation') return String(Math.max(value - issued, -1));
  return String(value);
}

/** All that `core` remembers, as text: equal texts behave equally. Times are told relative to `now`. */
export function textOf(core: Raft, now: number): string {
  const seen = new Map<object, number>();
  const parts: string[] = [];
  const issued = findIssued(core);
  const visit = (key: string, value: unknown): void => {
    if (typeof value === 'function') return;
    if (typeof value === 'number') return void parts.push(numberText(key, value, now, issued), ',');
    if (typeof value !== 'object' || value === null) return void parts.push(String(value), ',');
    const known = seen.get(value);
    if (known !== undefined) return void parts.push(`@${known},`);
    seen.set(value, seen.size);
    if (value instanceof Uint8Array) return void parts.push(`<${value.join(' ')}>`);
    parts.push(Array.isArray(value) ? '[' : '{');
    for (const [name, item] of itemsOf(value)) {
      if (skipped.has(name)) continue;
      parts.push(name, ':');
      visit(name, item);
    }
    parts.push('}');
  };
  visit('core', core);
  return parts.join('');
}

function itemsOf(value: object): Iterable<readonly [string, unknown]> {
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item] as const);
  if (value instanceof Map) return [...value].map(([key, item]) => [String(key), item] as const);
  if (value instanceof Set) return [...value].map((item, i) => [String(i), item] as const);
  return Object.entries(value);
}

function findIssued(core: Raft): number {
  const { $shared } = core as unknown as { $shared: { durability: { $issued: number } } };
  return $shared.durability.$issued;
}
