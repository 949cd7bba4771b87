// Log streams: lines of a replica on their way to a reader, by credit; and the agent's care for its files meanwhile.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AgentUp } from '../../src/protocol/agent.ts';
import { until } from '../e2e/until.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { agentFor, assigned, forever, gateway, script } from './rig.ts';

type Chunk = Extract<AgentUp, { type: 'logs.chunk' }>;
const chunks = (leader: FakeGateway, streamId: number): Chunk[] =>
  leader.messages.filter(
    (message): message is Chunk => message.type === 'logs.chunk' && message.streamId === streamId,
  );
const linesOf = (leader: FakeGateway, streamId: number): string[] =>
  chunks(leader, streamId).flatMap(({ lines }) => lines.map(({ line }) => line));
const hasEnded = (leader: FakeGateway, streamId: number): boolean =>
  chunks(leader, streamId).some(({ end }) => end);

/** A replica that writes each line appended to a file, as soon as it is told. */
async function replica(source: string): Promise<{ leader: FakeGateway; dataDir: string }> {
  const leader = await gateway();
  const { dataDir } = await agentFor(leader);
  leader.desire(assigned('a', script(source), 3));
  await leader.status('a', { state: 'running' });
  return { leader, dataDir };
}

const open = (
  leader: FakeGateway,
  over: Partial<{ streamId: number; tail: number; follow: boolean; credit: number; assignmentId: string }>,
) =>
  leader.broadcast({
    type: 'logs.open',
    streamId: 1,
    assignmentId: 'a',
    tail: 100,
    follow: false,
    credit: 100,
    ...over,
  });

test('it sends the last lines with the index of the replica and their time, and ends', async () => {
  const { leader, dataDir } = await replica(
    `for (let i = 0; i < 9; i += 1) console.log('line ' + i); ${forever}`,
  );
  await until('it has written', () =>
    readFileSync(join(dataDir, 'logs', 'a.log'), 'utf8').includes('line 8\n'),
  );
  open(leader, { tail: 3 });
  await until('the end', () => hasEnded(leader, 1));
  expect(linesOf(leader, 1)).toEqual(['line 6', 'line 7', 'line 8']);
  const line = chunks(leader, 1)[0]?.lines[0];
  expect(line?.index).toBe(3);
  expect(Math.abs(Date.parse(line?.time ?? '') - Date.now())).toBeLessThan(60_000);
  expect(chunks(leader, 1).filter(({ end }) => end)).toHaveLength(1);
});

test('standard error is there as well, in the order of writing', async () => {
  const { leader, dataDir } = await replica(
    `const fs = require('fs'); fs.writeSync(1, 'out 1\\n'); fs.writeSync(2, 'err\\n'); fs.writeSync(1, 'out 2\\n'); ${forever}`,
  );
  await until('it has written', () => readFileSync(join(dataDir, 'logs', 'a.log'), 'utf8').includes('out 2'));
  open(leader, {});
  await until('the end', () => hasEnded(leader, 1));
  expect(linesOf(leader, 1)).toEqual(['out 1', 'err', 'out 2']);
});

test('a follower gets each new line while the replica writes on', async () => {
  const { leader, dataDir } = await replica(forever);
  const path = join(dataDir, 'logs', 'a.log');
  open(leader, { follow: true });
  for (const line of ['first', 'second']) {
    appendFileSync(path, `${line}\n`);
    await until(`${line} arrived`, () => linesOf(leader, 1).includes(line));
  }
  expect(hasEnded(leader, 1)).toBe(false);
  leader.desire();
  await until('the end', () => hasEnded(leader, 1));
  expect(chunks(leader, 1).at(-1)).toMatchObject({ end: true, lines: [] });
  expect(existsSync(path)).toBe(false);
});

test('no more lines are sent than there is credit for', async () => {
  const { leader, dataDir } = await replica(forever);
  appendFileSync(join(dataDir, 'logs', 'a.log'), Array.from({ length: 100 }, (_, i) => `${i}\n`).join(''));
  open(leader, { credit: 10 });
  open(leader, { streamId: 2, tail: 1 });
  await until('another stream has ended', () => hasEnded(leader, 2));
  expect(linesOf(leader, 1)).toHaveLength(10);
  leader.broadcast({ type: 'logs.credit', streamId: 1, credit: 1_000 });
  await until('the end', () => hasEnded(leader, 1));
  expect(linesOf(leader, 1)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
});

test('a stream that was closed is silent, and one of an unknown assignment ends with the reason', async () => {
  const { leader, dataDir } = await replica(forever);
  open(leader, { follow: true });
  leader.broadcast({ type: 'logs.close', streamId: 1 });
  leader.broadcast({ type: 'logs.open', streamId: 2, assignmentId: 'b', tail: 1, follow: true, credit: 1 });
  const end = await until('a refusal', () => chunks(leader, 2)[0]);
  expect(end).toMatchObject({ end: true, error: expect.any(String) });
  open(leader, { streamId: 3, follow: true });
  appendFileSync(join(dataDir, 'logs', 'a.log'), 'for the other\n');
  await until('the other one has it', () => linesOf(leader, 3).includes('for the other'));
  expect(linesOf(leader, 1)).toEqual([]);
});

test('a log that cannot be read ends its stream with the reason; the agent and its other streams go on', async () => {
  const { leader, dataDir } = await replica(forever);
  leader.desire(assigned('a', script(forever), 3), assigned('b', script(`console.log('b'); ${forever}`)));
  await leader.status('b', { state: 'running' });
  rmSync(join(dataDir, 'logs', 'a.log'));
  mkdirSync(join(dataDir, 'logs', 'a.log'));
  open(leader, { follow: true });
  const end = await until('a refusal', () => chunks(leader, 1).find((chunk) => chunk.end));
  expect(end.error).toContain('EISDIR');
  open(leader, { streamId: 2, follow: true, assignmentId: 'b' });
  await until('the other one has its line', () => linesOf(leader, 2).includes('b'));
});

test('an agent holds the bound of a log while its workload writes without end', async () => {
  const leader = await gateway();
  const { dataDir } = await agentFor(leader, { logFileBytesMax: 20_000 });
  const path = join(dataDir, 'logs', 'a.log');
  leader.desire(assigned('a', script(`let n = 0; setInterval(() => console.log('line ' + n++), 1)`)));
  await leader.status('a', { state: 'running' });
  let highest = 0;
  let wasCut = 0;
  await until('it was cut three times', () => {
    const { size } = statSync(path);
    if (size < highest) [wasCut, highest] = [wasCut + 1, 0];
    highest = Math.max(highest, size);
    return wasCut >= 3;
  });
  expect(readFileSync(path, 'utf8')).toMatch(/^line \d+\n/);
});
