import { expect, test } from 'vitest';
import { Liveness } from '../../src/control/liveness.ts';
import { limits } from '../../src/lib/limits.ts';
import type { NodeState } from '../../src/protocol/objects.ts';
import { Lab } from '../state/lab.ts';

const { nodeUnknownMs, nodeDownMs } = limits;
const tickMs = 100;

/** Ticks evenly from one moment to another, and says which states were asked for, and when. */
class Watch {
  readonly lab = new Lab();
  readonly liveness: Liveness;
  now = 0;

  constructor() {
    this.lab.register('node1');
    this.liveness = new Liveness(0);
  }

  until(endMs: number, heard = false): [number, NodeState][] {
    const turns: [number, NodeState][] = [];
    while (this.now < endMs) {
      this.now += tickMs;
      if (heard) this.liveness.heartbeat('node1', this.now);
      turns.push(...this.tick());
    }
    return turns;
  }

  tick(): [number, NodeState][] {
    return this.liveness.tick(this.now, this.lab.state.nodes.values()).map((command) => {
      this.lab.run({ ...command, fence: this.lab.fence });
      return [this.now, command.state];
    });
  }
}

test('a node that is heard stays ready, and nothing is asked for', () => {
  const watch = new Watch();
  watch.liveness.sessionOpened('node1', 0);
  expect(watch.until(60_000, true)).toEqual([]);
});

test('a silent node is unknown, then down, each said once', () => {
  const watch = new Watch();
  watch.liveness.sessionOpened('node1', 0);
  watch.until(5_000, true);
  expect(watch.until(60_000)).toEqual([
    [5_000 + nodeUnknownMs + tickMs, 'unknown'],
    [5_000 + nodeDownMs + tickMs, 'down'],
  ]);
});

test('a change that was refused is asked for again', () => {
  const watch = new Watch();
  watch.until(nodeUnknownMs);
  watch.now += tickMs;
  const ask = () => watch.liveness.tick(watch.now, watch.lab.state.nodes.values());
  expect(ask()).toMatchObject([{ state: 'unknown' }]);
  expect(ask()).toMatchObject([{ state: 'unknown' }]);
});

test('an unknown node that is heard again is ready; one that is down is not', () => {
  const watch = new Watch();
  watch.liveness.sessionOpened('node1', 0);
  watch.until(nodeUnknownMs + tickMs);
  expect(watch.until(nodeUnknownMs + 2 * tickMs, true)).toEqual([[nodeUnknownMs + 2 * tickMs, 'ready']]);
  watch.until(60_000);
  expect(watch.lab.node('node1').status.state).toBe('down');
  expect(watch.until(70_000, true)).toEqual([]);
});

test('heartbeats count only while a session is open', () => {
  const watch = new Watch();
  watch.liveness.sessionOpened('node1', 0);
  watch.liveness.sessionClosed('node1');
  expect(watch.liveness.sessions.size).toBe(0);
  expect(watch.until(nodeUnknownMs + tickMs, true)).toMatchObject([[nodeUnknownMs + tickMs, 'unknown']]);
});

test('a new leader gives every node a full grace, and takes none for alive that it did not hear', () => {
  const watch = new Watch();
  watch.lab.nodeState('node1', 'unknown');
  const turns = watch.until(60_000);
  expect(turns).toEqual([[nodeDownMs + tickMs, 'down']]);
});

test('a leader that slept gives every node a full grace', () => {
  const watch = new Watch();
  watch.liveness.sessionOpened('node1', 0);
  watch.until(1_000, true);
  watch.now += 3_600_000;
  expect(watch.tick()).toEqual([]);
  const wokenMs = watch.now;
  expect(watch.until(wokenMs + nodeUnknownMs)).toEqual([]);
  expect(watch.until(wokenMs + nodeUnknownMs + tickMs)).toMatchObject([[watch.now, 'unknown']]);
});

test('a tick that is a little late is no sleep', () => {
  const watch = new Watch();
  watch.liveness.sessionOpened('node1', 0);
  const turns: [number, NodeState][] = [];
  while (watch.now < nodeDownMs * 2) {
    watch.now += nodeUnknownMs / 2;
    turns.push(...watch.tick());
  }
  expect(turns.map(([, state]) => state)).toEqual(['unknown', 'down']);
});
