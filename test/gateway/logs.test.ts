import { beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { type LogLine } from '../../src/protocol/logs.ts';
import { assignmentRow, serviceRow } from '../api/fake-rows.ts';
import { gateway, joined, liveness, peer, until } from './harness.ts';

describe('logs', () => {
  const time = '2026-01-01T00:00:00.000Z';
  const request = { service: 'hello', replica: undefined, tail: 10, follow: false };

  /** A reader that keeps what it gets and takes more when the test says so. */
  class Reader {
    readonly lines: LogLine[] = [];
    end: { readonly code: string | undefined } | undefined;
    take: () => void = () => {};
    holds = false;
    async onLines(lines: readonly LogLine[]): Promise<void> {
      this.lines.push(...lines);
      if (this.holds) await new Promise<void>((resolve) => (this.take = resolve));
    }
    onEnd(error?: { code: string }): void {
      if (this.end !== undefined) throw new Error('a second end');
      this.end = { code: error?.code };
    }
  }
  const chunk = (streamId: number, texts: readonly string[], fields: object = {}): object => ({
    type: 'logs.chunk',
    streamId,
    lines: texts.map((line) => ({ index: 99, time, line })),
    end: false,
    ...fields,
  });

  beforeEach(() => {
    peer.write(
      { after: serviceRow('hello', 2) },
      { after: assignmentRow('hello-0', { node: 'n1', index: 0, state: 'running' }) },
      { after: assignmentRow('hello-1', { node: 'n2', index: 1, state: 'running' }) },
      { after: assignmentRow('hello-2', { node: 'n3', index: 2, state: 'lost' }) },
      { after: assignmentRow('hello-3', { node: 'n3', index: 3, state: 'pending' }) },
      { after: assignmentRow('hello-v2-0', { node: 'n1', service: 'hello-v2', state: 'running' }) },
    );
  });

  test('the replicas of a service are one stream, each line with its replica, until all have ended', async () => {
    const [first, second] = [await joined('n1'), await joined('n2')];
    const reader = new Reader();
    gateway.open(request, reader);
    const opened = await first.next('logs.open');
    expect(opened).toMatchObject({
      assignmentId: 'hello-0',
      tail: 10,
      follow: false,
      credit: limits.logCreditLines,
    });
    const { streamId } = await second.next('logs.open');
    first.say(chunk(opened.streamId, ['a', 'b'], { end: true }));
    await until(() => reader.lines.length === 2);
    expect(reader.end).toBeUndefined();
    second.say(chunk(streamId, ['c'], { end: true }));
    await until(() => reader.end !== undefined);
    expect(reader.lines.map(({ index, line }) => [index, line])).toEqual([
      [0, 'a'],
      [0, 'b'],
      [1, 'c'],
    ]);
    expect(reader.end).toEqual({ code: undefined });
  });

  test('one replica alone can be read', async () => {
    const [first, second] = [await joined('n1'), await joined('n2')];
    const reader = new Reader();
    gateway.open({ ...request, replica: 1 }, reader);
    second.say(chunk((await second.next('logs.open')).streamId, [], { end: true }));
    await until(() => reader.end !== undefined);
    expect(first.received.some(({ type }) => type === 'logs.open')).toBe(false);
  });

  test('an agent gets credit only for what the reader has taken', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    reader.holds = true;
    gateway.open({ ...request, replica: 0 }, reader);
    const { streamId } = await agent.next('logs.open');
    agent.say(chunk(streamId, ['a', 'b', 'c']));
    await until(() => reader.lines.length === 3);
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(agent.received.some(({ type }) => type === 'logs.credit')).toBe(false);
    reader.take();
    expect(await agent.next('logs.credit')).toEqual({ type: 'logs.credit', streamId, credit: 3 });
  });

  test('an agent that sends more than its credit loses its session', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    reader.holds = true;
    gateway.open({ ...request, replica: 0 }, reader);
    const { streamId } = await agent.next('logs.open');
    agent.say(
      chunk(
        streamId,
        Array.from({ length: limits.logCreditLines + 1 }, () => 'x'),
      ),
    );
    await agent.closed;
    expect(reader.lines).toEqual([]);
    expect(reader.end).toEqual({ code: 'NO_LEADER' });
  });

  test('a reader that goes away closes its streams', async () => {
    const agent = await joined('n1');
    const close = gateway.open({ ...request, replica: 0, follow: true }, new Reader());
    const { streamId } = await agent.next('logs.open');
    close();
    expect(await agent.next('logs.close')).toEqual({ type: 'logs.close', streamId });
    agent.say(chunk(streamId, ['late']));
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
  });

  test('a reader that follows sees replicas that come later, and those whose node came back', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    gateway.open({ ...request, follow: true }, reader);
    await agent.next('logs.open');
    const second = await joined('n2');
    expect(await second.next('logs.open')).toMatchObject({ assignmentId: 'hello-1', follow: true });
    const later = assignmentRow('hello-4', { node: 'n1', index: 4 });
    peer.write({ after: later });
    await agent.next('assignments');
    peer.write({
      before: later,
      after: assignmentRow('hello-4', { node: 'n1', index: 4, state: 'running' }),
    });
    expect(await agent.next('logs.open')).toMatchObject({
      assignmentId: 'hello-4',
      tail: limits.logTailLinesMax,
    });
    second.socket.terminate();
    await until(() => liveness.includes('closed n2'));
    const again = await joined('n2');
    expect(await again.next('logs.open')).toMatchObject({ assignmentId: 'hello-1', tail: 0 });
    expect(reader.end).toBeUndefined();
  });

  test('a node that is away makes the end an error, and what is there is sent first', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    gateway.open(request, reader);
    agent.say(chunk((await agent.next('logs.open')).streamId, ['a'], { end: true }));
    await until(() => reader.end !== undefined);
    expect([reader.lines.length, reader.end]).toEqual([1, { code: 'BUSY' }]);
  });

  test('a node that goes away in the middle ends the stream with an error', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    gateway.open({ ...request, replica: 0 }, reader);
    await agent.next('logs.open');
    agent.socket.terminate();
    await until(() => reader.end !== undefined);
    expect(reader.end).toEqual({ code: 'NO_LEADER' });
  });

  test('the end of the term ends every stream, and a peer without agents opens none', async () => {
    await joined('n1');
    const reader = new Reader();
    gateway.open({ ...request, follow: true }, reader);
    peer.setTerm(undefined);
    expect(reader.end).toEqual({ code: 'NO_LEADER' });
    expect(() => gateway.open(request, new Reader())).toThrow('leader');
  });

  test('a service without replicas ends at once, but never within the call', async () => {
    const reader = new Reader();
    gateway.open({ ...request, replica: 7 }, reader);
    expect(reader.end).toBeUndefined();
    await until(() => reader.end !== undefined);
    expect(reader.end).toEqual({ code: undefined });
  });

  test('readers are bounded', () => {
    const closers = Array.from({ length: limits.logStreamsMax }, () =>
      gateway.open({ ...request, follow: true }, new Reader()),
    );
    expect(() => gateway.open(request, new Reader())).toThrow('Too many');
    closers[0]?.();
    gateway.open(request, new Reader())();
  });
});
