// What judges whole peers beside the invariants of cores, on made-up courses of events: changes of members, commands.

import { describe, expect, test } from 'vitest';
import {
  asClusterId,
  asIndex,
  asPeerId,
  asStoreId,
  asTerm,
  type Configuration,
  type Entry,
  type EntryPayload,
  type Member,
  type Message,
} from '../../../raft/types.ts';
import type { MembersAnswer } from '../../../src/protocol/api.ts';
import type { Command } from '../../../src/protocol/command.ts';
import { createCommandCodec } from '../../../src/storage/codec.ts';
import { Reached } from '../invariants/reached.ts';
import { a, b, c, committed, second, started, testInvariants, written } from '../made-up.ts';
import type { Observation } from '../observation.ts';
import { Commands } from './commands.ts';
import { originOf } from './workload.ts';
import { MemberAnswers } from './member-answers.ts';
import { Numbers } from './numbers.ts';
import { Queues } from './queues.ts';

const member = (name: string, disk = name): Member => ({
  storeId: asStoreId(disk),
  peerId: asPeerId(name),
  api: '',
  raft: '',
});

const entry = (index: number, payload: EntryPayload, term = 2): Entry => ({
  index: asIndex(index),
  term: asTerm(term),
  time: 0,
  payload,
});

const founders = ['a', 'b', 'c'].map((name) => member(name));
const genesis = entry(1, {
  kind: 'genesis',
  genesis: { clusterId: asClusterId('id'), name: 'sim', founders },
});

function configuration(index: number, change: Partial<Configuration>): Entry {
  const membership = { voters: founders, outgoing: [], learners: [], removed: [], ...change };
  return entry(index, { kind: 'configuration', membership });
}

const learner = (name: string, wants: 'voter' | 'learner', disk = name) =>
  ({ ...member(name, disk), wants, replaces: undefined }) as const;

const add = (id: string, replace = false) =>
  ({ kind: 'add', id, api: '', raft: '', as: 'voter', replace }) as const;

function toldOf(index: number, learners: MembersAnswer['configuration']['learners'] = []): MembersAnswer {
  const voters = founders.map(({ peerId: id, storeId }) => ({ id, storeId, api: '', raft: '' }));
  const [before, after] = [
    { before: 3, after: 3 },
    { before: 1, after: 1 },
  ];
  return { configuration: { index, voters, learners }, voters: before, tolerance: after };
}

describe('changes of members', () => {
  const withD = configuration(2, { learners: [learner('d', 'voter')] });

  function judged(): MemberAnswers {
    const answers = new MemberAnswers();
    answers.committed(genesis);
    return answers;
  }

  test('nobody comes who was not asked for', () => {
    const answers = judged();
    expect(() => answers.committed(withD)).toThrow(/d comes with entry 2, and nobody asked/);
  });

  test('whoever was asked for may come, also if the outcome is unknown', () => {
    const answers = judged();
    answers.ask(add('d'));
    expect(() => answers.committed(withD)).not.toThrow();
  });

  test('whoever was refused does not come', () => {
    const answers = judged();
    answers.ask(add('d')).refused();
    expect(() => answers.committed(withD)).toThrow(/d comes/);
  });

  test('nobody goes who was neither removed nor replaced', () => {
    const gone = configuration(2, { voters: founders.slice(1) });
    expect(() => judged().committed(gone)).toThrow(/a goes with entry 2/);
    const removed = judged();
    removed.ask({ kind: 'remove', id: 'a' });
    expect(() => removed.committed(gone)).not.toThrow();
    const replaced = judged();
    replaced.ask(add('a', true));
    expect(() => replaced.committed(gone)).not.toThrow();
  });

  test('a disk that went never comes back', () => {
    const answers = judged();
    answers.ask(add('d'));
    answers.ask({ kind: 'remove', id: 'd' });
    answers.committed(withD);
    answers.committed(configuration(3, {}));
    expect(() =>
      answers.committed(configuration(4, { learners: [learner('d', 'voter', 'd2')] })),
    ).not.toThrow();
    expect(() => answers.committed(configuration(5, { learners: [learner('d', 'voter')] }))).toThrow(
      /the disk of d comes back with entry 5/,
    );
  });

  test('a learner that was to stay one is promoted only when asked for', () => {
    const before = configuration(2, { learners: [learner('d', 'learner')] });
    const after = configuration(3, { voters: [...founders, member('d')] });
    const answers = judged();
    answers.ask(add('d'));
    answers.committed(before);
    expect(() => answers.committed(after)).toThrow(/d is promoted with entry 3/);
    const asked = judged();
    asked.ask(add('d'));
    asked.committed(before);
    asked.ask({ kind: 'promote', id: 'd' });
    expect(() => asked.committed(after)).not.toThrow();
  });

  test('what is told as done is committed as it was told', () => {
    const answers = judged();
    const told = answers.ask(add('d'));
    answers.committed(withD);
    const d = { id: 'd', storeId: 'd', api: '', raft: '', wants: 'voter' } as const;
    expect(() => told.done(toldOf(2, [d]))).not.toThrow();
    expect(() => told.done(toldOf(2))).toThrow(/entry 2 is not what was told/);
  });

  test('what is told before its commit is seen is judged then', () => {
    const answers = judged();
    answers.ask(add('d')).done(toldOf(2));
    expect(() => answers.committed(withD)).toThrow(/entry 2 is not what was told/);
  });
});

describe('commands', () => {
  const codec = createCommandCodec();
  const write = (requestId: string): Command => ({
    kind: 'setting.put',
    name: 'k',
    data: 'v',
    schema: 1,
    requestId,
  });
  const planned: Command = {
    kind: 'node.state',
    fence: { term: 2 },
    node: 'n',
    resourceVersion: '1',
    state: 'down',
    reason: 'r',
    schema: 1,
    requestId: 'p',
  };
  const entryOf = (index: number, command: Command, term = 2): Entry =>
    entry(index, { kind: 'command', data: codec.encode(command) }, term);

  test('a request is written once', () => {
    const commands = new Commands(codec);
    commands.committed(entryOf(2, write('x')));
    commands.committed(entryOf(3, write('y')));
    expect(() => commands.committed(entryOf(4, write('x')))).toThrow(/request x is written as 2 and as 4/);
  });

  test('an operation may be written again, and is done once', () => {
    const commands = new Commands(codec);
    const operation: Command = { ...write('x'), origin: originOf('x') };
    commands.committed(entryOf(2, operation));
    commands.committed(entryOf(4, operation));
    expect(commands.repeats).toBe(1);
    commands.changed(entryOf(2, operation));
    expect(() => commands.changed(entryOf(4, operation))).toThrow(/operation x is done by entry 2 and by 4/);
  });

  test('what was planned in one term changes nothing in another', () => {
    const commands = new Commands(codec);
    expect(() => commands.changed(entryOf(2, write('x'), 3))).not.toThrow();
    expect(() => commands.changed(entryOf(2, planned, 2))).not.toThrow();
    expect(() => commands.changed(entryOf(3, planned, 3))).toThrow(/node.state of term 2 changes/);
  });
});

describe('queues', () => {
  const command = (index: number, bytes = 10): Entry =>
    entry(index, { kind: 'command', data: new Uint8Array(bytes) });
  const queues = new Queues({ uncommittedMax: 2, appendBytesMax: 100 });

  test('a log holds no more commands that are not committed than it may', () => {
    const others = [entry(2, { kind: 'noop' }), configuration(3, {})];
    expect(() => queues.held('a', [...others, command(4), command(5)])).not.toThrow();
    expect(() => queues.held('a', [command(4), command(5), command(6)])).toThrow(/a holds 3 commands/);
  });

  test('a message carries no more bytes than it may, but for the last entry', () => {
    const message = (...entries: readonly Entry[]): Message => ({
      kind: 'appendRequest',
      from: a,
      to: b,
      term: asTerm(2),
      previousIndex: asIndex(1),
      previousTerm: asTerm(1),
      commit: asIndex(1),
      entries,
    });
    expect(() => queues.sent(message(command(2, 500)))).not.toThrow();
    expect(() => queues.sent(message(command(2), command(3, 500)))).not.toThrow();
    expect(() => queues.sent(message(command(2, 500), command(3)))).toThrow(/a sends 500 bytes of commands/);
  });
});

const reached = (peer: typeof a, applied: number): Observation => ({
  kind: 'reached',
  peer,
  applied: asIndex(applied),
  stateHash: 0,
});

testInvariants([
  {
    title: 'what is applied is committed',
    invariant: () => new Reached(),
    good: [...committed, reached(a, 2), reached(b, 1)],
    bad: [...committed, reached(a, 3)],
    broken: /a applies 3, which nobody committed/,
  },
  {
    title: 'what is applied is on the own disk',
    invariant: () => new Reached(),
    good: [...committed, ...written(c, { entries: [second] }), reached(c, 2)],
    bad: [...committed, reached(c, 2)],
    broken: /c applies 2 before its own disk has it/,
  },
  {
    title: 'a state never falls within a run',
    invariant: () => new Reached(),
    good: [...committed, reached(a, 2), started(a, [1, 2]), reached(a, 1)],
    bad: [...committed, reached(a, 2), reached(a, 1)],
    broken: /the state of a falls from 2 to 1/,
  },
  {
    title: 'a restart begins where the last one did, or later',
    invariant: () => new Reached(),
    good: [started(a, [1, 2], { applied: 1 }), started(a, [1, 2], { applied: 2 })],
    bad: [started(a, [1, 2], { applied: 2 }), started(a, [1, 2], { applied: 1 })],
    broken: /a restarts from 1, earlier from 2/,
  },
]);

describe('numbers', () => {
  const ask = (requestId: number) =>
    ({ kind: 'forward', requestId, term: asTerm(2), data: new Uint8Array() }) as const;

  test('a run has a higher number than those before of its store', () => {
    const numbers = new Numbers();
    numbers.began(a, 1);
    numbers.began(b, 1);
    numbers.began(a, 3);
    expect(() => numbers.began(a, 3)).toThrow(/run 3 of a begins after its run 3/);
    expect(() => numbers.began(a, 2)).toThrow(/run 2 of a begins after its run 3/);
  });

  test('a store asks under each number once', () => {
    const numbers = new Numbers();
    numbers.sent(a, ask(1));
    numbers.sent(b, ask(1));
    numbers.sent(a, { kind: 'forwardAnswer', requestId: 1, answer: { kind: 'unknown' } });
    numbers.sent(a, ask(2));
    expect(() => numbers.sent(a, ask(1))).toThrow(/a sends forward 1 twice/);
  });
});
