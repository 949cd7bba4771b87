import { expect, test } from 'vitest';
import { PeerList } from '../../src/client/peer-list.ts';
import { firstAnswer } from '../../src/client/race.ts';

const never = (): Promise<never> => new Promise(() => {});

test('the first one that answers is taken, and nobody else is asked', async () => {
  const asked: string[] = [];
  const winner = await firstAnswer(
    ['a', 'b'],
    async (peer) => {
      asked.push(peer);
      return Promise.resolve(`from ${peer}`);
    },
    () => {},
  );
  expect(winner).toEqual({ peer: 'a', value: 'from a' });
  expect(asked).toEqual(['a']);
});

test('who says nothing is not waited for: the next one is asked beside, and the slow one is told to stop', async () => {
  let slow: AbortSignal | undefined;
  const winner = await firstAnswer(
    ['slow', 'b'],
    (peer, signal) => {
      if (peer !== 'slow') return Promise.resolve(1);
      slow = signal;
      return never();
    },
    () => {},
  );
  expect(winner?.peer).toBe('b');
  expect(slow?.aborted).toBe(true);
});

test('a slow one that answers before the others wins all the same', async () => {
  let answer: (value: number) => void = () => {};
  const winner = await firstAnswer(
    ['slow', 'b'],
    (peer) => {
      if (peer === 'slow') return new Promise<number>((resolve) => (answer = resolve));
      answer(1);
      return never();
    },
    () => {},
  );
  expect(winner?.peer).toBe('slow');
});

test('one that fails makes room for the next at once, and when all have failed there is no winner', async () => {
  const failed: string[] = [];
  const ask = (peer: string): Promise<never> => Promise.reject(new Error(peer));
  const winner = await firstAnswer(['a', 'b', 'c'], ask, (peer, error) =>
    failed.push(`${peer} ${String(error)}`),
  );
  expect(winner).toBeUndefined();
  expect(failed).toEqual(['a Error: a', 'b Error: b', 'c Error: c']);
  expect(await firstAnswer([], never, () => {})).toBeUndefined();
});

test('peers are asked in the order of who answered last and who failed last', () => {
  const list = new PeerList(['http://a/', 'http://b', 'http://c', 'http://a']);
  expect(list.urls).toEqual(['http://a', 'http://b', 'http://c']);
  list.failed('http://a');
  list.answered('http://c');
  expect(list.urls).toEqual(['http://c', 'http://b', 'http://a']);
});

test('what the cluster tells replaces what it told before, and never what the caller named', () => {
  const list = new PeerList(['http://named:1']);
  list.learn('http://named:1', ['http://a:1', 'http://b:1']);
  list.learn('http://named:1', ['http://b:1', 'http://c:1', 'file:///etc']);
  expect(list.urls).toEqual(['http://named:1', 'http://b:1', 'http://c:1']);
});

test('a peer elsewhere sends nobody to ports of this machine', () => {
  const list = new PeerList(['http://10.0.0.1:6060', 'http://127.0.0.1:6060']);
  list.learn('http://10.0.0.1:6060', ['http://127.0.0.1:7000', 'http://localhost:7000', 'http://[::1]:7000']);
  expect(list.urls).toEqual(['http://10.0.0.1:6060', 'http://127.0.0.1:6060']);
  list.learn('http://127.0.0.1:6060', ['http://127.0.0.1:7000']);
  expect(list.urls).toContain('http://127.0.0.1:7000');
});

test('without a peer there is no list', () => {
  expect(() => new PeerList([])).toThrow('at least one');
});
