// What a key does to the rows that are marked, or to the selected one: one table for the keys, the hints and the help.

import { type Outcome, say } from './outcome.ts';
import * as questions from './questions.ts';
import { type Ref, serviceOf } from './refs.ts';
import type { World } from './world.ts';

export interface Action {
  readonly key: string;
  /** The key as people read it. */
  readonly label: string;
  /** One word, for the line of hints. */
  readonly hint: string;
  readonly description: string;
  /** Not with --read-only. */
  readonly writes: boolean;
  /** Undefined: the key says nothing to such rows. `targets` holds at least one. */
  readonly run: (targets: readonly Ref[], world: World) => Outcome | undefined;
}

const reading = (key: string, hint: string, description: string, run: Action['run']): Action => ({
  key,
  label: key,
  hint,
  description,
  writes: false,
  run,
});
const writing = (key: string, hint: string, description: string, run: Action['run']): Action => ({
  ...reading(key, hint, description, run),
  label: key === 'ctrl-d' ? 'Ctrl-d' : key,
  writes: true,
});

export const actions: readonly Action[] = [
  reading('d', 'describe', 'describe: it in words, with what belongs to it', ([one]) => go('describe', one)),
  reading('y', 'yaml', 'YAML: it as the API answers it', ([one]) => go('yaml', one)),
  reading('l', 'logs', 'logs of a service or of one replica', ([one], world) => logs(one, world, false)),
  reading('p', 'previous', 'previous: what a replica wrote before its last start', ([one], world) =>
    logs(one, world, true),
  ),
  reading('w', 'why', 'why it is placed where it is, or nowhere', ([one]) =>
    one?.kind === 'Service' || one?.kind === 'Assignment' ? go('why', one) : undefined,
  ),
  reading('v', 'revisions', 'revisions of its service', ([one], world) => ofService(one, world, 'revisions')),
  reading('a', 'replicas', 'replicas of a service or a node', ([one]) =>
    one?.kind === 'Service' || one?.kind === 'Node' ? go('assignments', one) : undefined,
  ),
  reading('x', 'xray', 'XRay of its service', ([one], world) => ofService(one, world, 'xray')),
  writing('e', 'edit', 'edit its service in your $EDITOR', ([one], world) => {
    const service = serviceOf(world, one);
    return service === undefined ? undefined : { kind: 'do', effects: [{ kind: 'edit', service }] };
  }),
  writing('S', 'scale', 'scale services', scale),
  writing('R', 'restart', 'restart services: every replica is replaced', (targets, world) =>
    onServices(targets, world, (names) => questions.restart(world, names)),
  ),
  writing('U', 'undo', 'undo: back to the revision before, or to the selected one', ([one], world) => {
    const service = serviceOf(world, one);
    return service === undefined ? undefined : questions.undo(world, service, one?.revision);
  }),
  writing('T', 'transfer', 'transfer leadership to the selected peer', ([one], world) =>
    one?.kind === 'Peer' ? questions.transfer(world, one.name) : undefined,
  ),
  writing('P', 'promote', 'promote a learner that has caught up', ([one], world) =>
    one?.kind === 'Peer' ? questions.promotePeer(world, one.name) : undefined,
  ),
  writing('ctrl-d', 'delete', 'delete services, settings, nodes that are down; remove a peer', remove),
];

function go(
  view: 'describe' | 'yaml' | 'why' | 'assignments',
  subject: Ref | undefined,
): Outcome | undefined {
  return subject === undefined ? undefined : { kind: 'go', view, subject };
}

function ofService(one: Ref | undefined, world: World, view: 'revisions' | 'xray'): Outcome | undefined {
  const name = serviceOf(world, one);
  return name === undefined ? undefined : { kind: 'go', view, subject: { kind: 'Service', name } };
}

function logs(one: Ref | undefined, world: World, previous: boolean): Outcome | undefined {
  const service = serviceOf(world, one);
  if (one === undefined || service === undefined) return undefined;
  const replica = one.kind === 'Assignment' ? world.assignments.get(one.name) : undefined;
  if (!previous) return { kind: 'logs', service, replica: replica?.spec.index, before: undefined };
  if (replica === undefined) return say('select one replica: each has a last start of its own');
  if (replica.status.startedAt === undefined) return say('it has not started yet');
  return { kind: 'logs', service, replica: replica.spec.index, before: replica.status.startedAt };
}

function scale(targets: readonly Ref[], world: World): Outcome | undefined {
  return onServices(targets, world, (names) => {
    const now = world.services.get(names[0] ?? '')?.spec.replicas ?? 0;
    const whom = names.length === 1 ? names[0] : `${names.length} services`;
    return {
      kind: 'prompt',
      title: `Replicas of ${whom}`,
      text: String(now),
      onText: (text) => questions.scale(world, names, text),
    };
  });
}

function onServices(
  targets: readonly Ref[],
  world: World,
  act: (names: readonly string[]) => Outcome,
): Outcome | undefined {
  const names = new Set(targets.flatMap((one) => serviceOf(world, one) ?? []));
  return names.size === 0 ? undefined : act([...names]);
}

function remove(targets: readonly Ref[], world: World): Outcome | undefined {
  const names = targets.map((one) => one.name);
  const kind = targets[0]?.kind;
  if (targets.some((one) => one.kind !== kind)) return say('mark rows of one kind only');
  switch (kind) {
    case 'Service':
      return questions.deleteServices(world, names);
    case 'Setting':
      return questions.deleteSettings(names);
    case 'Node':
      return questions.deleteNodes(world, names);
    case 'Peer':
      return names.length === 1
        ? questions.removePeer(world, names[0] ?? '')
        : say('one peer at a time: each removal changes the quorum');
    case 'Assignment':
      return say('a replica follows from its service: scale or delete that');
    default:
      return undefined;
  }
}
