// Objects as they change: read once, then watched from there, so that nothing in between is missed.
//
// O1. The first look is linearizable: what the caller has just written is in it.
// O2. Nothing goes back: a change that is older than what is known of its object is passed over.

import type { OrionClient } from '../client/index.ts';
import { collectionOf, type ObjectKind } from '../client/kinds.ts';
import type { OrionObject } from '../protocol/objects.ts';
import { Outages } from './outages.ts';

/** What this needs of the client. */
export type ObjectSource = Pick<OrionClient, 'listAll' | 'watch'>;

type ObjectOf<K extends ObjectKind> = Extract<OrionObject, { kind: K }>;

/** What is known of some kinds. */
export class Objects {
  readonly #byKind = new Map<string, Map<string, OrionObject>>();

  get<K extends ObjectKind>(kind: K, name: string): ObjectOf<K> | undefined {
    return this.#byKind.get(kind)?.get(name) as ObjectOf<K> | undefined;
  }

  of<K extends ObjectKind>(kind: K): readonly ObjectOf<K>[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])] as ObjectOf<K>[];
  }

  put(object: OrionObject): void {
    const { kind, metadata } = object;
    const known = this.#byKind.get(kind) ?? new Map<string, OrionObject>();
    this.#byKind.set(kind, known);
    const before = known.get(metadata.name);
    if (before === undefined || isNewer(metadata, before.metadata)) known.set(metadata.name, object); // O2
  }

  delete({ kind, metadata }: OrionObject): void {
    this.#byKind.get(kind)?.delete(metadata.name);
  }

  clear(): void {
    this.#byKind.clear();
  }
}

type Versioned = Pick<OrionObject['metadata'], 'resourceVersion'>;

const isNewer = (a: Versioned, b: Versioned): boolean =>
  Number(a.resourceVersion) > Number(b.resourceVersion);

/** All objects of `kinds` as they are now (O1), each kind at its own index. */
export async function objectsNow(client: ObjectSource, kinds: readonly ObjectKind[]): Promise<Objects> {
  return (await listed(client, kinds)).objects;
}

/** The objects of `kinds` as they are now, and again after each change, until `signal` is aborted. `say`: for people. */
export async function* observe(
  client: ObjectSource,
  kinds: readonly ObjectKind[],
  options: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): AsyncGenerator<Objects, void, undefined> {
  const { signal, say } = options;
  const { onPeer } = new Outages(say);
  const { objects, from } = await listed(client, kinds);
  yield objects;
  for await (const message of client.watch({ kinds, from, signal, onPeer })) {
    if (message.type === 'RESET') {
      objects.clear();
      for (const object of message.items) objects.put(object);
    } else if (message.type === 'CHANGE') {
      for (const { type, object } of message.changes) {
        if (type === 'DELETED') objects.delete(object);
        else objects.put(object);
      }
    } else continue;
    yield objects;
  }
}

async function listed(
  client: ObjectSource,
  kinds: readonly ObjectKind[],
): Promise<{ readonly objects: Objects; readonly from: string }> {
  const objects = new Objects();
  let from: string | undefined;
  for (const kind of kinds) {
    const { items, resourceVersion } = await client.listAll(collectionOf(kind));
    from ??= resourceVersion; // The oldest: what came later is passed over (O2).
    for (const item of items) objects.put(item);
  }
  return { objects, from: from ?? '0' };
}
