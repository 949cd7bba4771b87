// The commands of golden stories. Peers are named by letters; without names a command means everyone who is up.
//
//   peers a b c [key=number …]   who is in the cluster, all logs empty but for genesis; keys are those of RaftConfig
//   peer a among=a,b,c [log=2,2,3] [base=2] [term=4] [vote=b] [tail=1] [applied=2] [key=number …]
//                                one peer of a cluster, with the terms of its entries from 2 on; it was cut at its base
//   campaign a                   time passes for a alone until it asks for votes
//   elect a [bare]               a is elected, silently: the others' stickiness runs out first; bare: only votes arrive
//   propose a x y                · read a 1 2            several at once: one batch
//   change a add d [learner]     · change a replace c c2 · change a promote d · change a remove b [basedOn=4]
//   transfer a [b]               a hands over                      · lost b a   b hears that a's process is dead
//   hang a                       a's write in flight takes too long
//   full a · room a              a's disk has no room for entries any more; it has room again
//   damage c 3                   the disk of c, which is down, lost its entries above 3, its vote and the terms behind
//   tick 100 [a b]               time passes in ticks of 20 ms; nothing arrives meanwhile
//   wait 100 a                   the same, quietly
//   stall 900 a                  time passes, and the tick comes only at its end
//   deliver [a>b] [a>] [>b] [votes|appends|heartbeats|reads|timeouts|mendings] [first|last|twice]
//                                what is under way (and fits) arrives; `drop` takes the same words
//   persist [a]                  the write in flight is durable     · load [a]   loads are answered
//   stabilize [a b]              all of this until nothing moves    · settle     the same, quietly
//   run 300                      everything goes on, quietly, while time passes
//   compact a 5                  everything up to 5 is in a's state for good, and leaves its log
//   hold a b                     the next snapshot from a to b moves only by `send`, `sent` and `fail`
//   send a b                     the snapshot that a was asked for is at b, whole
//   sent a b                     a hears that b has it              · fail a b   a hears that it could not be sent
//   crash a [kept]               · restart a [tail=1] [applied=2]
//   cut a [b]                    nothing passes between a and b (default: anyone)  · heal
//   members [a]                  the configuration in effect
//   state [a]                    · disk [a]   what is on disk       · network   what is under way

import { raftDefaults } from '../../../raft/config.ts';
import type { MemberChange } from '../../../raft/change.ts';
import { asRequestId, type Member, type Message } from '../../../raft/types.ts';
import { assert } from '../../../src/lib/assert.ts';
import { member, store, type NodeOptions } from '../node.ts';
import { decide, foundCluster } from './genesis.ts';
import type { Fits, Stage } from './stage.ts';
import { diskWords, membershipWords, roleWords, statusWords } from './words.ts';

interface Words {
  /** Words without `=`. */
  readonly plain: readonly string[];
  /** `key=value`. */
  readonly keys: ReadonlyMap<string, string>;
}

function parse(words: readonly string[]): Words {
  const pairs = words.filter((word) => word.includes('=')).map((word) => word.split('=', 2));
  return {
    plain: words.filter((word) => !word.includes('=')),
    keys: new Map(pairs.map(([key = '', value = '']) => [key, value])),
  };
}

const whole = (text: string | undefined): number => {
  assert(/^\d+$/u.test(text ?? ''), `a number, not ${text}`);
  return Number(text);
};

/** The keys of RaftConfig among `keys`; throws on one that neither it nor `known` has. */
function configOf(keys: Words['keys'], known: readonly string[]): NonNullable<NodeOptions['config']> {
  const entries = [...keys].filter(([key]) => !known.includes(key));
  for (const [key] of entries) assert(Object.hasOwn(raftDefaults, key), `no such key: ${key}`);
  return Object.fromEntries(entries.map(([key, value]) => [key, key === 'priority' ? value : whole(value)]));
}

function addPeers(stage: Stage, { plain, keys }: Words): void {
  for (const name of plain) stage.add(name, { names: plain, config: configOf(keys, []) });
}

function addPeer(stage: Stage, { plain, keys }: Words): void {
  const [name = ''] = plain;
  const config = configOf(keys, ['among', 'log', 'base', 'term', 'vote', 'tail', 'applied']);
  const terms = (keys.get('log') ?? '').split(',').filter(Boolean).map(whole);
  const vote = keys.get('vote');
  const term = keys.has('term') ? whole(keys.get('term')) : Math.max(1, ...terms);
  stage.add(name, {
    names: (keys.get('among') ?? '').split(','),
    config,
    terms,
    hardState: { term, ...(vote === undefined ? {} : { vote }) },
    ...numbers(keys, ['base', 'tail', 'applied']),
  });
}

function numbers(keys: Words['keys'], wanted: readonly string[]): Record<string, number> {
  return Object.fromEntries(wanted.filter((key) => keys.has(key)).map((key) => [key, whole(keys.get(key))]));
}

const families: ReadonlyMap<string, readonly Message['kind'][]> = new Map([
  ['votes', ['voteRequest', 'voteResponse']],
  ['appends', ['appendRequest', 'appendResponse']],
  ['heartbeats', ['heartbeatRequest', 'heartbeatResponse']],
  ['reads', ['readRequest', 'readResponse']],
  ['timeouts', ['timeoutNow']],
  ['mendings', ['mended']],
]);

function fitsOf(words: readonly string[]): Fits {
  const tests = words.map((word): Fits => {
    const kinds = families.get(word);
    if (kinds !== undefined) return ({ kind }) => kinds.includes(kind);
    const [from = '', to = '', ...rest] = word.split('>');
    assert(word.includes('>') && rest.length === 0, `a link or a kind of message, not ${word}`);
    return (message) => (from === '' || message.from === from) && (to === '' || message.to === to);
  });
  return (message) => tests.every((test) => test(message));
}

/** Takes what `words` name off the network. */
function takeFitting(stage: Stage, words: readonly string[]): readonly Message[] {
  const place = words.find((word) => ['first', 'last', 'twice'].includes(word));
  const fitting = stage.take(fitsOf(words.filter((word) => word !== place)));
  assert(fitting.length > 0, 'something is under way');
  if (place === 'twice') return [...fitting, ...fitting];
  const chosen = place === 'first' ? fitting.slice(0, 1) : place === 'last' ? fitting.slice(-1) : fitting;
  stage.putBack(fitting.filter((message) => !chosen.includes(message)));
  return chosen;
}

/** Ticks for `name` alone until it asks for votes or, in a cluster of one, has them. */
function campaign(stage: Stage, name: string): void {
  const before = stage.sent;
  const { role } = stage.node(name).status;
  assert(role !== 'leader', 'a leader does not campaign');
  for (let passed = 0; passed < 2 * raftDefaults.electionMaxMs; passed += 20) {
    stage.tick(name, 20);
    if (stage.sent > before || stage.node(name).status.role !== role) return;
  }
  assert(false, `${name} campaigns`);
}

function elect(stage: Stage, [name = '', bare]: readonly string[]): void {
  const others = stage.names.filter((other) => other !== name);
  stage.pass(others, raftDefaults.electionMinMs + 20);
  campaign(stage, name);
  stage.stabilize(stage.names, fitsOf(bare === 'bare' ? ['votes'] : []));
  stage.takeLines();
  const { status } = stage.node(name);
  assert(status.role === 'leader', `${name} is elected`);
  stage.say(`${name} ${roleWords(status)}`);
}

/** A disk named by letter and number is a new disk of that letter's peer. */
const memberOf = (disk: string): Member => ({
  ...member(disk),
  peerId: member(disk.replace(/\d+$/u, '')).peerId,
});

function changeOf([kind, first = '', second = '']: readonly string[]): MemberChange {
  switch (kind) {
    case 'add':
      return { kind, member: memberOf(first), wants: second === 'learner' ? 'learner' : 'voter' };
    case 'replace':
      return { kind, old: store(first), member: memberOf(second) };
    case 'promote':
    case 'remove':
      return { kind, storeId: store(first) };
    default:
      throw new Error(`no such change: ${kind}`);
  }
}

function change(stage: Stage, { plain: [name = '', ...words], keys }: Words): void {
  stage.change(name, changeOf(words), keys.has('basedOn') ? whole(keys.get('basedOn')) : undefined);
}

function transfer(stage: Stage, { plain: [name = '', to] }: Words): void {
  const requestId = asRequestId(0);
  stage.step(name, { kind: 'transfer', requestId, to: to === undefined ? undefined : store(to) });
}

function sayMembers(stage: Stage, name: string): void {
  const { configuration } = stage.node(name).status;
  stage.say(`${name} since ${configuration.index}: ${membershipWords(configuration)}`);
}

function cut(stage: Stage, [name = '', ...others]: readonly string[]): void {
  for (const other of others.length > 0 ? others : stage.names) {
    if (other === name) continue;
    stage.cut(name, other);
    stage.cut(other, name);
  }
}

type Command = (stage: Stage, words: Words, names: readonly string[]) => void;

/** `names`: the plain words, or everyone who is up. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['peers', addPeers],
  ['peer', addPeer],
  ['campaign', (stage, { plain: [name = ''] }) => campaign(stage, name)],
  ['elect', (stage, { plain }) => elect(stage, plain)],
  ['propose', (stage, { plain: [name = '', ...texts] }) => stage.propose(name, texts)],
  ['change', change],
  ['members', (stage, _, names) => names.forEach((name) => sayMembers(stage, name))],
  ['transfer', transfer],
  [
    'lost',
    (stage, { plain: [name = '', dead = ''] }) =>
      stage.step(name, { kind: 'peerLost', storeId: store(dead) }),
  ],
  ['hang', (stage, { plain: [name = ''] }) => stage.step(name, { kind: 'diskStalled' })],
  ['full', (stage, { plain: [name = ''] }) => stage.step(name, { kind: 'diskFull', full: true })],
  ['room', (stage, { plain: [name = ''] }) => stage.step(name, { kind: 'diskFull', full: false })],
  ['damage', (stage, { plain: [name = '', last] }) => stage.damage(name, whole(last))],
  ['read', (stage, { plain: [name = '', ...reads] }) => stage.read(name, reads.map(whole))],
  [
    'tick',
    (stage, { plain: [ms, ...names] }) => stage.pass(names.length > 0 ? names : stage.names, whole(ms)),
  ],
  ['wait', (stage, { plain: [ms, ...names] }) => stage.quietly(() => stage.pass(names, whole(ms)))],
  ['stall', (stage, { plain: [ms, name = ''] }) => stage.tick(name, whole(ms))],
  ['deliver', (stage, { plain }) => stage.deliver(takeFitting(stage, plain))],
  ['drop', (stage, { plain }) => void takeFitting(stage, plain)],
  ['persist', (stage, _, names) => names.forEach((name) => void stage.persist(name))],
  ['load', (stage, _, names) => names.forEach((name) => void stage.load(name))],
  ['stabilize', (stage, _, names) => stage.stabilize(names)],
  ['settle', (stage, _, names) => stage.quietly(() => stage.stabilize(names))],
  ['run', (stage, { plain: [ms] }) => stage.quietly(() => stage.run(whole(ms)))],
  ['compact', (stage, { plain: [name = '', index] }) => stage.node(name).compact(whole(index))],
  ['hold', (stage, { plain: [from = '', to = ''] }) => stage.snapshots.hold(from, to)],
  ['send', (stage, { plain: [from = '', to = ''] }) => stage.snapshots.arrive(from, to)],
  ['sent', (stage, { plain: [from = '', to = ''] }) => stage.snapshots.end(from, to, 'taken')],
  ['fail', (stage, { plain: [from = '', to = ''] }) => stage.snapshots.end(from, to, 'failed')],
  ['crash', (stage, { plain: [name = '', kept] }) => stage.crash(name, kept === 'kept')],
  [
    'restart',
    (stage, { plain: [name = ''], keys }) => stage.restart(name, numbers(keys, ['tail', 'applied'])),
  ],
  ['cut', (stage, { plain }) => cut(stage, plain)],
  ['heal', (stage) => stage.heal()],
  [
    'state',
    (stage, _, names) =>
      names.forEach((name) => stage.say(`${name} ${statusWords(stage.node(name).status, name)}`)),
  ],
  [
    'disk',
    (stage, _, names) => names.forEach((name) => stage.say(`${name} ${diskWords(stage.node(name).disk)}`)),
  ],
  ['network', (stage) => stage.underWay.forEach((line) => stage.say(line))],
  ['genesis', (stage, { plain: [name = '', ...disks] }) => foundCluster(stage.geneses, name, disks)],
  ['decide', (stage, { plain: [name = ''], keys }) => stage.say(decide(stage.geneses, name, keys))],
]);

/** Plays one line of a story; throws on a word that it does not know. */
export function play(stage: Stage, line: string): readonly string[] {
  const [verb = '', ...rest] = line.split(/\s+/u);
  const command = commands.get(verb);
  assert(command !== undefined, `no such command: ${verb}`);
  const words = parse(rest);
  command(stage, words, words.plain.length > 0 ? words.plain : stage.names);
  return stage.takeLines();
}
