// What a row stands for: the object that keys act on.

import type { OrionObject } from '../../src/protocol/objects.ts';
import type { World } from './world.ts';

type RefKind = OrionObject['kind'] | 'Peer' | 'Revision';

export interface Ref {
  readonly kind: RefKind;
  /** Of a revision: the service's. */
  readonly name: string;
  /** Of a revision: its number. */
  readonly revision?: number;
}

export const refOf = (object: OrionObject): Ref => ({ kind: object.kind, name: object.metadata.name });

/** As in sentences: `service/hello`. */
export const refText = ({ kind, name, revision }: Ref): string =>
  `${kind.toLowerCase()}/${name}${revision === undefined ? '' : `@${revision}`}`;

/** The object itself, while it is there. A peer is no object. */
export function objectOf(world: World, ref: Ref): OrionObject | undefined {
  switch (ref.kind) {
    case 'Service':
      return world.services.get(ref.name);
    case 'Node':
      return world.nodes.get(ref.name);
    case 'Assignment':
      return world.assignments.get(ref.name);
    case 'Setting':
      return world.settings.get(ref.name);
    case 'Event':
      return world.events.get(ref.name);
    default:
      return undefined;
  }
}

/** The service that `ref` belongs to, by name: its own, its replica's, its revision's, that of which an event tells. */
export function serviceOf(world: World, ref: Ref | undefined): string | undefined {
  if (ref === undefined) return undefined;
  switch (ref.kind) {
    case 'Service':
    case 'Revision':
      return ref.name;
    case 'Assignment':
      return world.assignments.get(ref.name)?.spec.service;
    case 'Event': {
      const regarding = world.events.get(ref.name)?.spec.regarding;
      if (regarding?.kind === 'Service') return regarding.name;
      return regarding?.kind === 'Assignment'
        ? world.assignments.get(regarding.name)?.spec.service
        : undefined;
    }
    default:
      return undefined;
  }
}
