// Which route holds the objects of which kind.

import type { Collection } from '../protocol/api.ts';
import type { OrionObject } from '../protocol/objects.ts';

export type ObjectKind = OrionObject['kind'];

const collections: Readonly<Record<ObjectKind, Collection>> = {
  Service: 'services',
  Node: 'nodes',
  Assignment: 'assignments',
  Setting: 'settings',
  Event: 'events',
};

/** Every kind of object that there is. */
export const objectKinds = Object.keys(collections) as readonly ObjectKind[];

export const collectionOf = (kind: ObjectKind): Collection => collections[kind];
