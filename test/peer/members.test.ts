// Changes of members on a peer: the pending ones, calls to the leader, who is dialled.

import { describe, expect, test } from 'vitest';
import { makeGenesis } from '../../raft/genesis.ts';
import {
  asIndex,
  asPeerId,
  asStoreId,
  asTerm,
  type Configuration,
  type Entry,
  type Input,
  type Member,
  type Snapshot,
} from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { limits } from '../../src/lib/limits.ts';
import { type ChangeSettlement, MemberChanges } from '../../src/peer/member-changes.ts';
import type { PeerAddress } from '../../src/peer/ports.ts';
import { Roster } from '../../src/peer/roster.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const member = (name: string, disk = name): Member => ({
  storeId: asStoreId(disk),
  peerId: asPeerId(name),
  api: `http://${name}:1`,
  raft: `${name}:2`,
});

const genesis = makeGenesis(
  { name: 'home', founders: ['a', 'b', 'c'].map((name) => member(name)) },
  (text) => text,
);
const founded: Configuration = {
  index: asIndex(1),
  voters: genesis.founders,
  outgoing: [],
  learners: [],
  removed: [],
};

function configurationAt(index: number, term: number, outgoing: readonly Member[] = []): Entry {
  const membership = { ...founded, outgoing };
  return {
    index: asIndex(index),
    term: asTerm(term),
    time: 0,
    payload: { kind: 'configuration', membership },
  };
}

describe('a pending change', () => {
  function setUp(): {
    clock: FakeClock;
    changes: MemberChanges;
    pushed: Extract<Input, { kind: 'changeMembers' }>[];
    settled: ChangeSettlement[];
    submit: () => void;
  } {
    const clock = new FakeClock();
    const pushed: Extract<Input, { kind: 'changeMembers' }>[] = [];
    const settled: ChangeSettlement[] = [];
    const push = (input: Input): boolean => input.kind === 'changeMembers' && pushed.push(input) > 0;
    const changes = new MemberChanges({ clock, push });
    const submit = (): void =>
      void changes
        .submit({
          change: { kind: 'remove', storeId: asStoreId('c') },
          basedOn: asIndex(1),
          withinMs: limits.requestMs,
        })
        .then((one) => settled.push(one));
    return { clock, changes, pushed, settled, submit };
  }

  async function appended(): Promise<ReturnType<typeof setUp>> {
    const all = setUp();
    all.submit();
    const { requestId } = present(all.pushed[0], 'a change was asked for');
    all.changes.onOutcome({ kind: 'appended', requestId, index: asIndex(5), term: asTerm(2) });
    return all;
  }

  test('is done with the configuration that is not joint any more, whoever has ended it', async () => {
    const { changes, settled } = await appended();
    changes.onApplied(configurationAt(5, 2, genesis.founders));
    changes.onApplied({ index: asIndex(6), term: asTerm(3), time: 0, payload: { kind: 'noop' } });
    await turn();
    expect(settled).toEqual([]);
    changes.onApplied(configurationAt(7, 3));
    await turn();
    expect(settled).toMatchObject([{ kind: 'done', configuration: { index: 7, outgoing: [] } }]);
  });

  test('is overtaken when another term has its index', async () => {
    const { changes, settled } = await appended();
    changes.onApplied({ index: asIndex(5), term: asTerm(3), time: 0, payload: { kind: 'noop' } });
    await turn();
    expect(settled).toEqual([{ kind: 'refused', reason: 'OVERTAKEN' }]);
  });

  test('is unknown once a snapshot has jumped over it, unless that shows another entry in its place', async () => {
    const first = await appended();
    first.changes.onJump({ index: asIndex(4), term: asTerm(3) } as Snapshot);
    await turn();
    expect(first.settled).toEqual([]);
    first.changes.onJump({ index: asIndex(6), term: asTerm(3) } as Snapshot);
    const second = await appended();
    second.changes.onJump({ index: asIndex(5), term: asTerm(3) } as Snapshot);
    await turn();
    expect([first.settled, second.settled]).toEqual([
      [{ kind: 'unknown' }],
      [{ kind: 'refused', reason: 'OVERTAKEN' }],
    ]);
  });

  test('that the core refuses has changed nothing', async () => {
    const { changes, pushed, settled, submit } = setUp();
    submit();
    const { requestId } = present(pushed[0], 'a change was asked for');
    changes.onOutcome({ kind: 'refused', requestId, reason: 'LAGGING' });
    await turn();
    expect(settled).toEqual([{ kind: 'refused', reason: 'LAGGING' }]);
  });

  test('is unknown when its time is up, and when the peer stops', async () => {
    const { clock, settled, changes, submit } = await appended();
    clock.advance(limits.requestMs);
    submit();
    changes.stop();
    await turn();
    expect(settled).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }]);
  });

  test('beyond the bound is refused, never queued', async () => {
    const { settled, submit } = setUp();
    for (let i = 0; i <= limits.memberChangesMax; i += 1) submit();
    await turn();
    expect(settled).toEqual([{ kind: 'refused', reason: 'BUSY' }]);
  });
});

describe('the roster', () => {
  const listed = ['a', 'b', 'c'].map((name) => ({ peerId: asPeerId(name), raft: `${name}:2` }));

  function setUp(
    self: Member,
    founds = true,
    epoch = 0,
  ): { roster: Roster; told: (readonly PeerAddress[])[] } {
    const told: (readonly PeerAddress[])[] = [];
    const transport = { setPeers: (peers: readonly PeerAddress[]) => void told.push(peers) };
    return { roster: new Roster({ self, listed, founds, epoch, transport }), told };
  }

  test('holds the founders of the file before genesis, and nobody for a peer that joins', () => {
    expect(setUp(member('a')).roster.peers.map(({ peerId }) => peerId)).toEqual(['b', 'c']);
    expect(setUp(member('d'), false).roster.peers).toEqual([]);
  });

  test('follows the configuration: founders dial by their order, whoever came later is dialled from both sides', () => {
    const { roster, told } = setUp(member('a'));
    roster.start();
    const learner = { ...member('d'), wants: 'voter', replaces: undefined } as const;
    const grown = { ...founded, index: asIndex(2), learners: [learner] };
    roster.onConfiguration(grown, genesis);
    roster.onConfiguration(grown, genesis);
    expect(told.length).toBe(2); // at the start, and once for the configuration
    expect(new Set(told[1])).toEqual(
      new Set([
        { peerId: 'b', raft: 'b:2', isNew: false },
        { peerId: 'c', raft: 'c:2', isNew: false },
        { peerId: 'd', raft: 'd:2', isNew: true },
      ]),
    );
    const late = setUp(member('d'), false);
    late.roster.start();
    late.roster.onConfiguration(grown, genesis);
    expect(late.told.at(-1)?.every(({ isNew }) => isNew)).toBe(true);
  });

  test('has the address of the file tried beside the recorded one', () => {
    const { roster } = setUp(member('a'));
    const moved = founded.voters.map((voter) =>
      voter.peerId === 'b' ? { ...voter, raft: 'elsewhere:9' } : voter,
    );
    roster.onConfiguration({ ...founded, voters: moved }, genesis);
    const addresses = roster.peers.filter(({ peerId }) => peerId === 'b').map(({ raft }) => raft);
    expect(addresses).toEqual(['b:2', 'elsewhere:9']);
  });

  test('has those of the file dialled who are no members, once the cluster was recovered', () => {
    const alone = { ...founded, voters: [member('a')] };
    const usual = setUp(member('a'));
    usual.roster.onConfiguration(alone, genesis);
    expect(usual.roster.peers).toEqual([]);
    const recovered = setUp(member('a'), true, 1);
    recovered.roster.onConfiguration(alone, genesis);
    expect(recovered.roster.peers.map(({ peerId }) => peerId)).toEqual(['b', 'c']);
  });

  test('has a candidate dialled until it is released', () => {
    const { roster, told } = setUp(member('a'));
    roster.start();
    const release = roster.dial({ peerId: asPeerId('d'), raft: 'd:2' });
    expect(told.at(-1)).toContainEqual({ peerId: 'd', raft: 'd:2', isNew: true });
    release();
    expect(told.at(-1)?.map(({ peerId }) => peerId)).toEqual(['b', 'c']);
  });
});
