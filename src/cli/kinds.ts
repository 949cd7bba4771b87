// Kinds as people write them: the one table that every command, and the completion of the shell, goes by.

import { type ObjectKind, collectionOf, objectKinds } from '../client/kinds.ts';
import { OrionError } from '../lib/errors.ts';
import type { Collection } from '../protocol/api.ts';
import { didYouMean } from './nearest.ts';

/** Peers have no route of their own: the cluster's view tells of them. */
export type KindName = ObjectKind | 'Peer';

export interface Kind {
  readonly name: KindName;
  readonly singular: string;
  readonly plural: string;
  readonly short: readonly string[];
}

const shortNames: Readonly<Record<KindName, readonly string[]>> = {
  Service: ['svc'],
  Node: ['no'],
  Assignment: ['asg'],
  Setting: ['set', 'cfg'],
  Event: ['ev'],
  Peer: [],
};

export const kinds: readonly Kind[] = [...objectKinds, 'Peer' as const].map((name) => ({
  name,
  singular: name.toLowerCase(),
  plural: `${name.toLowerCase()}s`,
  short: shortNames[name],
}));

/** Every word that names a kind. */
const kindWords: readonly string[] = kinds.flatMap(wordsOf);

function wordsOf({ singular, plural, short }: Kind): readonly string[] {
  return [plural, singular, ...short];
}

/** Singular, plural or short, in any case. Throws `USAGE` for anything else. */
export function parseKind(text: string): Kind {
  const wanted = text.toLowerCase();
  const kind = kinds.find((one) => wordsOf(one).includes(wanted));
  if (kind !== undefined) return kind;
  const all = kinds.map(({ plural, short }) =>
    short.length === 0 ? plural : `${plural} (${short.join(', ')})`,
  );
  const meant = didYouMean(text, kindWords) || '.';
  throw new OrionError('USAGE', `"${text}" is no kind${meant} Kinds: ${all.join(', ')}`);
}

export interface Target {
  readonly kind: Kind;
  readonly name: string | undefined;
}

/** `KIND NAME`, or both as `KIND/NAME`, as `-o name` prints them. Throws `USAGE`. */
export function parseTarget(kind: string, name: string | undefined): Target {
  const slash = kind.indexOf('/');
  if (slash < 0) {
    if (name === '') throw new OrionError('USAGE', 'a name has at least one letter');
    return { kind: parseKind(kind), name };
  }
  if (name !== undefined)
    throw new OrionError('USAGE', `"${kind}" holds a name already: leave "${name}" away`);
  const target = { kind: parseKind(kind.slice(0, slash)), name: kind.slice(slash + 1) };
  if (target.name !== '') return target;
  throw new OrionError('USAGE', `"${kind}" lacks the name behind the slash: ${target.kind.singular}/NAME`);
}

/** The route of a kind of objects. Throws `USAGE` for peers, which `what` cannot be done to. */
export function collectionOfKind({ name }: Kind, what: string): Collection {
  if (name !== 'Peer') return collectionOf(name);
  throw new OrionError('USAGE', `a peer is no object: ${what}`);
}

/** How one object is called in a sentence: `service/hello`. */
export function objectName(kind: string, name: string): string {
  return `${kind.toLowerCase().replace(/s$/, '')}/${name}`;
}
