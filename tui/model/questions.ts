// What is asked before a write: its target by name, and its effect in figures. What touches the quorum says how many
// voters may be lost before and after.

import type { ClusterView } from '../../src/protocol/api.ts';
import type { Tone } from './cells.ts';
import type { Write } from './messages.ts';
import { type Outcome, type Question, say } from './outcome.ts';
import { plural } from './wording.ts';
import type { World } from './world.ts';

type Text = Question['lines'][number];

const line = (text: string, tone: Tone = 'plain'): Text => ({ text, tone });
const ask = (title: string, lines: readonly Text[], writes: readonly Write[]): Outcome => ({
  kind: 'ask',
  question: { title, lines, writes },
});

/** Growing is done at once; whatever stops replicas is asked. */
export function scale(world: World, names: readonly string[], text: string): Outcome {
  const replicas = Number(text.trim());
  if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(replicas))
    return say(`"${text}" is no number of replicas`);
  const writes = names.map((service): Write => ({ kind: 'scale', service, replicas }));
  const lines = names.map((name) => {
    const before = world.services.get(name)?.spec.replicas ?? 0;
    const stops = before - replicas;
    return line(
      `service/${name}: ${before} to ${plural(replicas, 'replica')}${stops > 0 ? `; ${plural(stops, 'process', 'processes')} will stop` : ''}`,
    );
  });
  const shrinks = names.some((name) => (world.services.get(name)?.spec.replicas ?? 0) > replicas);
  return shrinks
    ? ask('Scale down', lines, writes)
    : { kind: 'do', effects: writes.map((one) => ({ kind: 'write', write: one })) };
}

export function restart(world: World, names: readonly string[]): Outcome {
  const lines = names.map((name) => {
    const replicas = world.services.get(name)?.status.desired ?? 0;
    return line(
      `service/${name}: ${plural(replicas, 'replica')} replaced, as by a new revision of the same spec`,
    );
  });
  return ask(
    'Restart',
    lines,
    names.map((service) => ({ kind: 'restart', service })),
  );
}

export function undo(world: World, name: string, revision: number | undefined): Outcome {
  const current = world.services.get(name)?.status.revision;
  if (revision !== undefined && revision === current) return say(`revision ${revision} is the current one`);
  const target = revision === undefined ? 'the revision before it' : `revision ${revision}`;
  const lines = [
    line(`service/${name}: from revision ${current ?? '?'} back to ${target}`),
    line('A new revision with that spec; the number of replicas stays as it is.', 'dim'),
  ];
  return ask('Undo', lines, [{ kind: 'undo', service: name, revision }]);
}

export function deleteServices(world: World, names: readonly string[]): Outcome {
  const lines = names.map((name) => {
    const running = world.assignmentsOfService(name).filter((one) => one.status.state === 'running').length;
    return line(`service/${name}: ${plural(running, 'running replica')} will stop; its revisions go with it`);
  });
  return ask(
    `Delete ${plural(names.length, 'service')}`,
    lines,
    names.map((name) => ({ kind: 'delete', collection: 'services', name })),
  );
}

export function deleteSettings(names: readonly string[]): Outcome {
  const lines = names.map((name) => line(`setting/${name}: its text is gone for good`));
  return ask(
    `Delete ${plural(names.length, 'setting')}`,
    lines,
    names.map((name) => ({ kind: 'delete', collection: 'settings', name })),
  );
}

export function deleteNodes(world: World, names: readonly string[]): Outcome {
  const alive = names.filter((name) => world.nodes.get(name)?.status.state !== 'down');
  if (alive.length > 0) return say(`node/${alive[0]} is not down: only a node that is down can be deleted`);
  const lines = names.map((name) => line(`node/${name}: forgotten; it comes back if its agent does`));
  return ask(
    `Delete ${plural(names.length, 'node')}`,
    lines,
    names.map((name) => ({ kind: 'delete', collection: 'nodes', name })),
  );
}

export function transfer(world: World, to: string | undefined): Outcome {
  const cluster = world.cluster;
  if (cluster === undefined) return say('nobody has told who leads yet');
  if (to !== undefined && to === cluster.leader) return say(`${to} leads already`);
  const lines = [
    line(`${cluster.leader ?? 'the leader'} hands leadership to ${to ?? 'the voter that holds most'}`),
    ...quorumLines(cluster, 0),
    line('Writes wait for a moment; nothing is lost.', 'dim'),
  ];
  return ask('Transfer leadership', lines, [{ kind: 'transfer', to }]);
}

export function removePeer(world: World, id: string): Outcome {
  const cluster = world.cluster;
  const peer = cluster?.peers.find((one) => one.id === id);
  if (cluster === undefined || peer === undefined) return say(`there is no peer ${id}`);
  const lines = [
    line(`peer/${id} leaves the cluster for good: its disk will not be taken back`, 'bad'),
    ...quorumLines(cluster, peer.voter ? -1 : 0),
  ];
  return ask('Remove peer', lines, [{ kind: 'remove', peer: id }]);
}

export function promotePeer(world: World, id: string): Outcome {
  const cluster = world.cluster;
  const peer = cluster?.peers.find((one) => one.id === id);
  if (cluster === undefined || peer === undefined) return say(`there is no peer ${id}`);
  if (peer.voter) return say(`peer/${id} votes already`);
  return ask(
    'Promote peer',
    [line(`peer/${id} becomes a voter`), ...quorumLines(cluster, 1)],
    [{ kind: 'promote', peer: id }],
  );
}

const tolerance = (voters: number): number => Math.max(0, Math.floor((voters - 1) / 2));

/** What the cluster can lose by its size, and what it can lose now. */
function quorumLines({ quorum }: ClusterView, difference: number): readonly Text[] {
  const { voters, have, need } = quorum;
  const after = voters + difference;
  const tone: Tone = tolerance(after) < tolerance(voters) ? 'bad' : 'plain';
  const missing = have === null ? 0 : voters - have;
  const now =
    missing === 0
      ? []
      : [line(`${plural(missing, 'voter')} of ${voters} cannot be heard now, ${need} are needed`, 'bad')];
  return [
    line(
      `voters ${voters} to ${after}, can lose ${tolerance(voters)} before, ${tolerance(after)} after`,
      tone,
    ),
    ...now,
  ];
}
