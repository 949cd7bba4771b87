// The simulator's own parts: if time, network or loop did not do what they say, a clean run would prove little.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asIndex,
  asStoreId,
  asTerm,
  type Entry,
  type Input,
  type Message,
  type Ready,
  sound,
} from '../../raft/types.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type Core, effectsOf } from './core.ts';
import { Counters } from './counters.ts';
import { calmNetwork, calmTransfers, type NetworkFaults, type TransferFaults } from './faults.ts';
import { SimLoop } from './loop.ts';
import { SimNetwork } from './network.ts';
import { decodeCommand, emptyState, encodeCommand, StateMachine } from './state-machine.ts';
import { SimTransfers } from './transfers.ts';
import { VirtualTime } from './virtual-time.ts';

const [a, b] = [asStoreId('a'), asStoreId('b')];

function runAll(time: VirtualTime, untilMs: number): void {
  while (time.now < untilMs && time.step());
}

function entry(index: number, term = 1, command = index): Entry {
  const payload = { kind: 'command', data: encodeCommand(command, 8) } as const;
  return { index: asIndex(index), term: asTerm(term), time: 0, payload };
}

describe('virtual time', () => {
  test('runs events in the order of their times, those of one time in the order of asking', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
        const time = new VirtualTime();
        const ran: { readonly delay: number; readonly i: number }[] = [];
        for (const [i, delay] of delays.entries()) {
          time.after(delay, () => {
            expect(time.now).toBe(delay);
            ran.push({ delay, i });
          });
        }
        while (time.step());
        expect(ran).toEqual(
          delays.map((delay, i) => ({ delay, i })).toSorted((x, y) => x.delay - y.delay || x.i - y.i),
        );
      }),
    );
  });

  test('events may ask for events', () => {
    const time = new VirtualTime();
    const seen: number[] = [];
    time.after(5, () => time.after(5, () => seen.push(time.now)));
    time.after(7, () => seen.push(time.now));
    while (time.step());
    expect(seen).toEqual([7, 10]);
  });
});

describe('the network', () => {
  function start(faults: NetworkFaults): {
    readonly time: VirtualTime;
    readonly network: SimNetwork;
    readonly got: Message[];
  } {
    const [time, got] = [new VirtualTime(), [] as Message[]];
    const deliver = (message: Message): number => got.push(message);
    const network = new SimNetwork({ time, prng: new Prng(1), counters: new Counters(), faults, deliver });
    return { time, network, got };
  }

  const heartbeat = (round: number, from = a, to = b): Message => ({
    kind: 'heartbeatResponse',
    impairment: sound,
    full: false,
    from,
    to,
    term: asTerm(1),
    round,
  });
  const rounds = (messages: readonly Message[]): readonly number[] =>
    messages.map((message) => (message.kind === 'heartbeatResponse' ? message.round : -1));
  const hundred = Array.from({ length: 100 }, (_, i) => i);

  test('keeps the order of a link unless it may reorder', () => {
    const delayMs = { from: 0, to: 50 };
    const ordered = start({ ...calmNetwork, delayMs });
    const free = start({ ...calmNetwork, delayMs, reorder: true });
    for (const { network, time } of [ordered, free]) {
      for (const round of hundred) network.send(heartbeat(round));
      runAll(time, 1_000);
    }
    expect(rounds(ordered.got)).toEqual(hundred);
    expect(rounds(free.got)).not.toEqual(hundred);
    expect(rounds(free.got).toSorted((x, y) => x - y)).toEqual(hundred);
  });

  test('loses and duplicates as often as it is told', () => {
    const { network, time, got } = start({ ...calmNetwork, lossChance: 0.5 });
    for (const round of hundred) network.send(heartbeat(round));
    runAll(time, 1_000);
    expect(got.length).toBeGreaterThan(25);
    expect(got.length).toBeLessThan(75);
    const doubling = start({ ...calmNetwork, duplicateChance: 1 });
    doubling.network.send(heartbeat(1));
    runAll(doubling.time, 1_000);
    expect(rounds(doubling.got)).toEqual([1, 1]);
  });

  test('a cut is one-way, takes what is sent while it lasts, and ends when it is mended', () => {
    const { network, time, got } = start(calmNetwork);
    network.cut({ from: a, to: b });
    network.send(heartbeat(1));
    network.send(heartbeat(2, b, a));
    network.mend({ from: a, to: b });
    network.send(heartbeat(3));
    runAll(time, 1_000);
    expect(new Set(rounds(got))).toEqual(new Set([2, 3]));
  });

  test('freezes what is sent', () => {
    const { network, time, got } = start(calmNetwork);
    const entries = [entry(2)];
    const index = asIndex(1);
    const message: Message = {
      kind: 'appendRequest',
      from: a,
      to: b,
      term: asTerm(1),
      previousIndex: index,
      previousTerm: asTerm(1),
      entries,
      commit: index,
    };
    network.send(message);
    expect(() => entries.push(entry(3))).toThrow(TypeError);
    runAll(time, 1_000);
    expect(got).toEqual([message]);
    expect(got.every(Object.isFrozen)).toBe(true);
  });
});

describe('snapshots on their way', () => {
  const image = { ...emptyState, applied: asIndex(7) };

  /** Sends `count` of them to a receiver that takes all in; what each sender heard, and how many arrived. */
  function sendAll(faults: TransferFaults, count: number, isCut = false) {
    const [time, heard] = [new VirtualTime(), [] as (number | undefined)[]];
    let arrived = 0;
    const offer: ConstructorParameters<typeof SimTransfers>[0]['offer'] = (sending, settle) => {
      arrived += 1;
      settle(sending.image.applied);
    };
    const parts = { time, prng: new Prng(1), counters: new Counters(), faults };
    const transfers = new SimTransfers({ ...parts, isCut: () => isCut, held: () => undefined, offer });
    for (let sent = 0; sent < count; sent += 1) {
      const onEnd = (index: number | undefined): number => heard.push(index);
      transfers.send({ from: a, to: b, term: asTerm(2), image, onEnd });
    }
    runAll(time, 1_000);
    return { heard, arrived, isBusy: transfers.isBusy };
  }

  test('each ends once for its sender', () => {
    const { heard, arrived, isBusy } = sendAll(calmTransfers, 20);
    expect(heard).toEqual(Array.from({ length: 20 }, () => 7));
    expect([arrived, isBusy]).toEqual([20, false]);
  });

  test('some fail, some arrive though their sender hears that they failed, some arrive twice', () => {
    const { heard, arrived } = sendAll({ ...calmTransfers, failChance: 0.3, twiceChance: 0.5 }, 200);
    expect(heard.length).toBe(200);
    const taken = heard.filter((index) => index === 7).length;
    expect(taken).toBeGreaterThan(60);
    expect(taken).toBeLessThan(140);
    expect(arrived).toBeGreaterThan(150);
  });

  test('a cut takes them', () => {
    expect(sendAll(calmTransfers, 3, true)).toMatchObject({
      heard: [undefined, undefined, undefined],
      arrived: 0,
    });
  });
});

describe('the loop', () => {
  function start(): {
    readonly time: VirtualTime;
    readonly loop: SimLoop;
    readonly turns: { at: number; inputs: readonly Input[] }[];
  } {
    const time = new VirtualTime();
    const turns: { at: number; inputs: readonly Input[] }[] = [];
    const plan = { loopMs: { from: 0, to: 0 }, tickMs: 10 };
    const onTurn = (inputs: readonly Input[]): number => turns.push({ at: time.now, inputs });
    return { time, turns, loop: new SimLoop({ time, prng: new Prng(1), plan, onTurn }) };
  }

  const applied = (index: number): Input => ({ kind: 'applied', index: asIndex(index) });

  test('takes together what came together, and ticks', () => {
    const { time, loop, turns } = start();
    loop.push(applied(1));
    loop.push(applied(2));
    while (turns.length < 3 && time.step());
    expect(turns).toEqual([
      { at: 0, inputs: [applied(1), applied(2)] },
      { at: 10, inputs: [{ kind: 'tick', now: 10 }] },
      { at: 20, inputs: [{ kind: 'tick', now: 20 }] },
    ]);
  });

  test('after a stall there is one late tick and everything that came meanwhile', () => {
    const { time, loop, turns } = start();
    loop.stall(95);
    time.after(50, () => loop.push(applied(1)));
    runAll(time, 95);
    while (turns.length === 0 && time.step());
    const inputs = turns.flatMap((turn) => turn.inputs);
    expect(turns.every(({ at }) => at >= 95)).toBe(true);
    expect(inputs).toContainEqual(applied(1));
    expect(inputs.filter(({ kind }) => kind === 'tick').length).toBeLessThanOrEqual(1);
  });

  test('takes nothing once it was stopped', () => {
    const { time, loop, turns } = start();
    loop.push(applied(1));
    loop.stop();
    runAll(time, 100);
    expect(turns).toEqual([]);
  });
});

describe('the state', () => {
  test('is the same after the same entries, wherever it was restored in between', () => {
    const whole = new StateMachine(emptyState);
    const first = new StateMachine(emptyState);
    for (const index of [1, 2, 3, 4]) whole.apply(entry(index));
    for (const index of [1, 2]) first.apply(entry(index));
    const second = new StateMachine(first.image());
    for (const index of [3, 4]) second.apply(entry(index));
    expect(second.image()).toEqual(whole.image());
  });

  test('tells another order and another command', () => {
    const hashes = [
      [entry(1), entry(2)],
      [entry(1, 1, 2), entry(2, 1, 1)],
      [entry(1), entry(2, 2)],
    ].map((entries) => {
      const state = new StateMachine(emptyState);
      for (const each of entries) state.apply(each);
      return state.hash;
    });
    expect(new Set(hashes).size).toBe(3);
  });

  test('refuses a gap and a repetition', () => {
    const state = new StateMachine(emptyState);
    expect(() => state.apply(entry(2))).toThrow(/in order/);
    state.apply(entry(1));
    expect(() => state.apply(entry(1))).toThrow(/in order/);
  });

  test('commands come back from their bytes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(100), (command, bytes) => {
        expect(decodeCommand(encodeCommand(command, bytes))).toBe(command);
      }),
    );
  });
});

test('a core that never comes to rest is a failure, not a hang', () => {
  const ready = { messages: [], persist: undefined } as unknown as Ready;
  const restless = { hasReady: () => true, takeReady: () => ready } as unknown as Core;
  expect(() => [...effectsOf(restless)]).toThrow(/comes to rest/);
});
