// The readers of logs and sessions that end at the worst moment: within the call that opens a stream.

import { expect, test } from 'vitest';
import { LogStreams } from '../../src/gateway/log-streams.ts';
import { ServiceLogs } from '../../src/gateway/service-logs.ts';
import { OrionError } from '../../src/lib/errors.ts';
import type { AgentDown } from '../../src/protocol/agent.ts';
import { FakeControlPlane } from '../api/fake-control-plane.ts';
import { assignmentRow, serviceRow } from '../api/fake-rows.ts';

/** Two replicas; the session of the first one's node ends on being asked for its log, as often as `failures` says. */
function setUp(failures: number) {
  const peer = new FakeControlPlane();
  peer.write(
    { after: serviceRow('hello', 2) },
    { after: assignmentRow('hello-0', { node: 'n1', index: 0, state: 'running' }) },
    { after: assignmentRow('hello-1', { node: 'n2', index: 1, state: 'running' }) },
  );
  const sent: AgentDown[] = [];
  let failuresLeft = failures;
  const streams = new Map<string, LogStreams>();
  for (const node of ['n1', 'n2']) {
    const own: LogStreams = new LogStreams((message) => {
      sent.push(message);
      if (node !== 'n1' || message.type !== 'logs.open' || failuresLeft === 0) return;
      failuresLeft -= 1;
      own.endAll(new OrionError('NO_LEADER', 'too slow'));
    });
    streams.set(node, own);
  }
  const logs = new ServiceLogs({
    view: peer.view,
    streamsOf: (node) => streams.get(node),
    openStreams: () => [...streams.values()].reduce((sum, { size }) => sum + size, 0),
  });
  const ends: (string | undefined)[] = [];
  const open = (follow: boolean) =>
    logs.open(
      { service: 'hello', replica: undefined, tail: 10, follow },
      { onLines: () => Promise.resolve(), onEnd: (error) => void ends.push(error?.code) },
    );
  const opened = (): string[] =>
    sent.flatMap((message) => (message.type === 'logs.open' ? [message.assignmentId] : []));
  return { logs, streams, ends, open, opened };
}

test('a session that ends as a stream is opened does not hold that replica back when it returns', async () => {
  const { logs, ends, open, opened } = setUp(1);
  open(true);
  await Promise.resolve();
  logs.refresh();
  expect(opened()).toEqual(['hello-0', 'hello-1', 'hello-0']);
  expect(ends).toEqual([]);
});

test('a session that ends as the first stream is opened leaves no stream behind its reader', async () => {
  const { streams, ends, open } = setUp(1);
  open(false);
  await Promise.resolve();
  expect(ends).toEqual([]);
  expect(streams.get('n2')?.size).toBe(1);
  streams.get('n2')?.onChunk({ type: 'logs.chunk', streamId: 1, lines: [], end: true });
  expect(ends).toEqual(['NO_LEADER']);
  expect(streams.get('n2')?.size).toBe(0);
});
