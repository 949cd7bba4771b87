import { describe, expect, test } from 'vitest';
import { assignmentRow, serviceRow } from '../api/fake-rows.ts';
import { joined, liveness, peer } from './harness.ts';

describe('assignments', () => {
  test('changes build on what was sent last, and hold what the node must know alone', async () => {
    const agent = await joined('n1');
    const previous = peer.view.appliedIndex;
    const created = assignmentRow('a-0', { node: 'n1' });
    peer.write({ after: created }, { after: assignmentRow('a-1', { node: 'n2' }) });
    const put = await agent.next('assignments');
    expect(put).toMatchObject({ complete: false, previous, version: previous + 1, term: 3 });
    expect(put.changes).toMatchObject([
      { type: 'put', assignment: { assignmentId: 'a-0', desired: 'running' } },
    ]);

    peer.write({ after: serviceRow('other') }); // nothing of this node
    const running = assignmentRow('a-0', { node: 'n1', state: 'running', sequence: 1 });
    peer.write({ before: created, after: running }); // what the agent itself reported
    const stopping = assignmentRow('a-0', { node: 'n1', state: 'running', desired: 'stopped' });
    peer.write({ before: running, after: stopping });
    const stop = await agent.next('assignments');
    expect(stop).toMatchObject({ previous: previous + 1, version: previous + 4 });
    expect(stop.changes).toMatchObject([{ type: 'put', assignment: { desired: 'stopped' } }]);

    peer.write({ before: stopping });
    expect((await agent.next('assignments')).changes).toEqual([{ type: 'delete', assignmentId: 'a-0' }]);
  });

  test('a lost assignment leaves the set, and comes back into it', async () => {
    const row = assignmentRow('a-0', { node: 'n1' });
    peer.write({ after: row });
    const agent = await joined('n1');
    const lost = assignmentRow('a-0', { node: 'n1', state: 'lost' });
    peer.write({ before: row, after: lost });
    expect((await agent.next('assignments')).changes).toEqual([{ type: 'delete', assignmentId: 'a-0' }]);
    peer.write({ before: lost, after: row });
    expect((await agent.next('assignments')).changes).toMatchObject([{ type: 'put' }]);
    peer.write({ before: row, after: lost });
    await agent.next('assignments');
    peer.write({ before: lost }); // gone already, as far as the node knows
    peer.write({ after: assignmentRow('a-1', { node: 'n1' }) });
    expect((await agent.next('assignments')).changes).toMatchObject([
      { assignment: { assignmentId: 'a-1' } },
    ]);
  });

  test.each([undefined, 4])(
    'when the control term becomes %s, every session ends and nothing is sent',
    async (term) => {
      const agent = await joined('n1');
      peer.term = term; // the entry is applied before anybody hears of the new term
      peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
      peer.setTerm(term);
      await agent.next('redirect');
      await agent.closed;
      expect(agent.received.map(({ type }) => type)).toEqual(['welcome', 'assignments', 'redirect']);
      expect(liveness).toEqual(['opened n1', 'closed n1']);
    },
  );
});
