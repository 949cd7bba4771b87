import { describe, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { assignmentRow } from '../api/fake-rows.ts';
import { FakeAgent, clock, held, hello, joined, liveness, peer, reports, status, until } from './harness.ts';

describe('reports', () => {
  test('an agent that reports is heard once, with what is newest', async () => {
    peer.write(
      { after: assignmentRow('a-0', { node: 'n1' }) },
      { after: assignmentRow('a-1', { node: 'n1' }) },
    );
    const agent = await joined('n1');
    const apply = held();
    agent.say(status('a-0', 1, { state: 'starting' }));
    await until(() => reports().length === 1);
    agent.say(status('a-0', 2));
    agent.say(status('a-0', 4, { pid: 7 }));
    agent.say(status('a-0', 3));
    agent.say(status('a-1', 1));
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(reports()).toHaveLength(1); // one in flight
    apply();
    await until(() => reports().length === 2);
    expect(reports()[1]).toMatchObject({
      kind: 'assignment.report',
      node: 'n1',
      fence: { term: 3 },
      reports: [
        { assignmentId: 'a-0', sequence: 4, pid: 7 },
        { assignmentId: 'a-1', sequence: 1 },
      ],
    });
  });

  test('a worker cannot act as another, nor fill the queue with what nobody assigned', async () => {
    peer.write(
      { after: assignmentRow('b-0', { node: 'n2' }) },
      { after: assignmentRow('a-0', { node: 'n1' }) },
    );
    const agent = await joined('n1');
    agent.say(status('b-0', 9));
    agent.say(status('nobody', 9));
    agent.say(status('a-0', 1));
    await until(() => reports().length === 1);
    expect(reports()[0]).toMatchObject({ reports: [{ assignmentId: 'a-0' }] });
  });

  test('what the state knows already is not written again', async () => {
    peer.write(
      { after: assignmentRow('a-0', { node: 'n1', state: 'running', sequence: 5 }) },
      { after: assignmentRow('a-1', { node: 'n1', sequence: 1 }) },
    );
    const agent = await joined('n1');
    agent.say(status('a-0', 5));
    agent.say(status('a-1', 2));
    await until(() => reports().length === 1);
    expect(reports()[0]).toMatchObject({ reports: [{ assignmentId: 'a-1' }] });
  });

  test('reports that come before the registration wait for it', async () => {
    peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
    const apply = held();
    const agent = await new FakeAgent().open();
    agent.say(hello('n1'));
    agent.say(status('a-0', 1));
    await until(() => peer.proposed.length === 1);
    apply();
    await until(() => reports().length === 1);
    expect(peer.proposed.map(({ kind }) => kind)).toEqual(['node.register', 'assignment.report']);
  });

  test.each(['BUSY', 'OUTCOME_UNKNOWN'] as const)(
    'after %s a report is sent again, the newest one',
    async (code) => {
      peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
      const agent = await joined('n1');
      peer.failures.push(code);
      agent.say(status('a-0', 1));
      await until(() => reports().length === 1);
      agent.say(status('a-0', 2));
      agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
      await until(() => liveness.includes('heartbeat n1'));
      expect(reports()).toHaveLength(1);
      clock.advance(1_000);
      await until(() => reports().length === 2);
      expect(reports()[1]).toMatchObject({ reports: [{ assignmentId: 'a-0', sequence: 2 }] });
    },
  );

  test('many reports go in batches that a command holds', async () => {
    const rows = Array.from({ length: limits.agentReportsMax + 1 }, (_, index) => `a-${index}`);
    peer.write(...rows.map((name) => ({ after: assignmentRow(name, { node: 'n1' }) })));
    const agent = await joined('n1');
    const apply = held();
    for (const name of rows) agent.say(status(name, 1));
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    apply();
    await until(() => reports().reduce((sum, body) => sum + body.reports.length, 0) === rows.length);
    expect(Math.max(...reports().map((body) => body.reports.length))).toBeLessThanOrEqual(
      limits.agentReportsMax,
    );
  });
});
