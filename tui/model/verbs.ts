// Command mode: views by name, and verbs with what they act on. Completion knows the same tables.

import type { Outcome } from './outcome.ts';
import { say } from './outcome.ts';
import * as questions from './questions.ts';
import type { Ref } from './refs.ts';
import type { View } from './view.ts';
import { replicaName, type World } from './world.ts';

type Word = 'service' | 'object' | 'peer' | 'column' | 'number' | 'text';

export interface Verb {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
  readonly aliases: readonly string[];
  /** What its words stand for, in order. */
  readonly words: readonly Word[];
  readonly writes: boolean;
  readonly run: (words: readonly string[], world: World) => Outcome;
}

export const verbs: readonly Verb[] = [
  {
    name: 'scale',
    usage: 'SERVICE N',
    description: 'sets the number of replicas',
    aliases: [],
    words: ['service', 'number'],
    writes: true,
    run: ([name = '', count = ''], world) =>
      onService(world, name, () => questions.scale(world, [name], count)),
  },
  {
    name: 'restart',
    usage: 'SERVICE',
    description: 'replaces every replica',
    aliases: [],
    words: ['service'],
    writes: true,
    run: ([name = ''], world) => onService(world, name, () => questions.restart(world, [name])),
  },
  {
    name: 'undo',
    usage: 'SERVICE [REVISION]',
    description: 'brings a revision back',
    aliases: ['rollback'],
    words: ['service', 'number'],
    writes: true,
    run: ([name = '', revision], world) =>
      onService(world, name, () =>
        questions.undo(world, name, revision === undefined ? undefined : Number(revision)),
      ),
  },
  {
    name: 'edit',
    usage: 'SERVICE',
    description: 'opens it in your $EDITOR',
    aliases: [],
    words: ['service'],
    writes: true,
    run: ([name = ''], world) =>
      onService(world, name, () => ({ kind: 'do', effects: [{ kind: 'edit', service: name }] })),
  },
  {
    name: 'delete',
    usage: 'KIND/NAME',
    description: 'deletes a service, a setting, a node that is down; removes a peer',
    aliases: ['rm'],
    words: ['object'],
    writes: true,
    run: ([text = ''], world) => onObject(world, text, (ref) => deletion(world, ref)),
  },
  {
    name: 'transfer',
    usage: '[PEER]',
    description: 'hands leadership over',
    aliases: [],
    words: ['peer'],
    writes: true,
    run: ([to], world) => questions.transfer(world, to),
  },
  {
    name: 'promote',
    usage: 'PEER',
    description: 'makes a voter of a learner',
    aliases: [],
    words: ['peer'],
    writes: true,
    run: ([id = ''], world) => questions.promotePeer(world, id),
  },
  {
    name: 'sort',
    usage: 'COLUMN [desc]',
    description: 'sorts the table',
    aliases: [],
    words: ['column', 'text'],
    writes: false,
    run: ([column = '', order]) => ({
      kind: 'sort',
      column: column.replaceAll('_', ' '),
      descending: order === 'desc',
    }),
  },
  {
    name: 'filter',
    usage: 'TEXT',
    description: 'as /',
    aliases: [],
    words: ['text'],
    writes: false,
    run: (words) => ({ kind: 'filter', text: words.join(' ') }),
  },
  {
    name: 'quit',
    usage: '',
    description: 'ends',
    aliases: ['q', 'q!', 'exit'],
    words: [],
    writes: false,
    run: () => ({ kind: 'do', effects: [{ kind: 'quit' }] }),
  },
];

/** What a command line comes to. `readOnly`: nothing that writes. */
export function runCommand(
  text: string,
  world: World,
  options: { readonly views: readonly View[]; readonly readOnly: boolean },
): Outcome {
  const [name = '', ...words] = text.trim().split(/\s+/u);
  if (name === '') return { kind: 'do', effects: [] };
  const verb = verbs.find((one) => one.name === name || one.aliases.includes(name));
  if (verb !== undefined) {
    return verb.writes && options.readOnly
      ? say(`${verb.name}: this screen is read-only`)
      : verb.run(words, world);
  }
  const view = options.views.find((one) => one.id === name || one.aliases.includes(name));
  if (view !== undefined) return openView(view, words, world);
  return say(`there is no command "${name}": ? lists them`);
}

function openView(view: View, words: readonly string[], world: World): Outcome {
  const [text] = words;
  if (view.about === undefined) {
    return {
      kind: 'go',
      view: view.id,
      subject: undefined,
      ...(words.length === 0 ? {} : { filter: words.join(' ') }),
    };
  }
  if (text === undefined)
    return say(`${view.id} of what? :${view.id} ${view.about === 'service' ? 'SERVICE' : 'KIND/NAME'}`);
  if (view.id === 'logs') return logsOf(world, text);
  return onObject(world, text, (ref) => ({ kind: 'go', view: view.id, subject: ref }));
}

/** `hello`, or one replica: `hello/0`. */
function logsOf(world: World, text: string): Outcome {
  const [, name = text, index] = /^(.*)\/(\d+)$/.exec(text) ?? [];
  return onService(world, name, () => ({
    kind: 'logs',
    service: name,
    replica: index === undefined ? undefined : Number(index),
    before: undefined,
  }));
}

function onService(world: World, name: string, act: () => Outcome): Outcome {
  if (name === '') return say('name a service');
  return world.services.has(name) ? act() : say(`there is no service ${name}`);
}

function onObject(world: World, text: string, act: (ref: Ref) => Outcome): Outcome {
  const ref = findObject(world, text);
  return ref === undefined ? say(`there is no ${text === '' ? 'object without a name' : text}`) : act(ref);
}

/** `service/hello`, `hello`, `hello/0`: kinds in the order in which people mean them. */
function findObject(world: World, text: string): Ref | undefined {
  return objectNames(world).find(({ short, long }) => short === text || long === text)?.ref;
}

interface Named {
  readonly short: string;
  readonly long: string;
  readonly ref: Ref;
}

const plain = (kind: Ref['kind'], names: Iterable<string>): readonly Named[] =>
  Array.from(names, (name) => ({ short: name, long: `${kind.toLowerCase()}/${name}`, ref: { kind, name } }));

export function objectNames(world: World): readonly Named[] {
  return [
    ...plain('Service', world.services.keys()),
    ...Array.from(world.assignments.values(), (one): Named => ({
      short: replicaName(one),
      long: one.metadata.name,
      ref: { kind: 'Assignment', name: one.metadata.name },
    })),
    ...plain('Node', world.nodes.keys()),
    ...plain('Setting', world.settings.keys()),
    ...plain(
      'Peer',
      (world.cluster?.peers ?? []).map((peer) => peer.id),
    ),
  ];
}

function deletion(world: World, ref: Ref): Outcome {
  switch (ref.kind) {
    case 'Service':
      return questions.deleteServices(world, [ref.name]);
    case 'Setting':
      return questions.deleteSettings([ref.name]);
    case 'Node':
      return questions.deleteNodes(world, [ref.name]);
    case 'Peer':
      return questions.removePeer(world, ref.name);
    default:
      return say(`${ref.kind.toLowerCase()}/${ref.name} cannot be deleted`);
  }
}
