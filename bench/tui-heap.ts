// What the terminal screen keeps: hours of a busy cluster of 2,000 replicas in minutes, through the model and the painting, and
// the heap after each tenth of it. Replicas are replaced, services come and go, events are dropped, peers fail over, and somebody
// walks through the views meanwhile; what is on the screen at the end is a thousandth of what went by.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { renderTable } from '../src/cli/table.ts';
import type { OrionObject } from '../src/protocol/objects.ts';
import { present } from '../src/lib/assert.ts';
import { demoStats } from '../test/tui/demo-cluster.ts';
import { demoMs, event, node, replica, service } from '../test/tui/demo.ts';
import { difference } from '../tui/difference.ts';
import type { Canvas } from '../tui/model/canvas.ts';
import { emptyMemory } from '../tui/model/memory.ts';
import type { Input, Now } from '../tui/model/messages.ts';
import { Model } from '../tui/model/model.ts';
import type { Change } from '../tui/model/world.ts';

const nodeCount = 100;
const serviceCount = 40;
const replicasEach = 50;
const eventsKept = 2_000;
/** Changes of one message, and of one second. */
const batch = 20;
const eachSecond = 200;
/** Messages between two of each. */
const every = { paint: 10, stats: 10, key: 40, rollout: 50, service: 500, failover: 3_000 };
/** A walk through everything, again and again. */
const walk = [
  '0',
  '1',
  'enter',
  'down',
  'v',
  'escape',
  '2',
  'G',
  'l',
  'f',
  'f',
  'escape',
  'd',
  'escape',
  'y',
  'escape',
  '3',
  'a',
].concat([
  'escape',
  '4',
  '5',
  'space',
  '6',
  '7',
  '8',
  'w',
  'escape',
  '/',
  'x',
  'escape',
  ':',
  's',
  'tab',
  'escape',
  '9',
  'escape',
]);

interface Row {
  readonly changes: number;
  readonly hours: number;
  readonly heapMiB: number;
}

export function benchTuiHeap(thousands: number): Promise<void> {
  const all = thousands * 1_000;
  const screen = new Watched();
  const rows: Row[] = [];
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    while (screen.changes < (all / 10) * tenth) screen.message();
    rows.push({ changes: screen.changes, hours: screen.changes / eachSecond / 3_600, heapMiB: heapMiB() });
    process.stderr.write(`${tenth * 10} %\n`);
  }
  process.stdout.write(
    renderTable<Row>(
      [
        { title: 'CHANGES', cell: (row) => String(row.changes) },
        { title: 'HOURS', cell: (row) => row.hours.toFixed(1) },
        { title: 'HEAP MiB', cell: (row) => row.heapMiB.toFixed(1) },
      ],
      rows,
    ),
  );
  for (const row of rows) process.stdout.write(`${JSON.stringify({ bench: 'tui-heap', ...row })}\n`);
  return Promise.resolve();
}

/** A screen, and the cluster that it is told of. */
class Watched {
  changes = 0;
  readonly #model: Model;
  readonly #assignments = new Map<string, OrionObject>();
  readonly #services: string[] = [];
  readonly #events: OrionObject[] = [];
  #messages = 0;
  #names = 0;
  #stream = 0;
  #shown: Canvas | undefined;

  constructor() {
    const options = {
      width: 120,
      height: 40,
      context: 'home',
      readOnly: false,
      ascii: false,
      memory: emptyMemory,
    };
    this.#model = new Model(options, this.#now);
    for (let i = 0; i < serviceCount; i += 1) this.#bearService();
    this.#reset();
  }

  /** The next message of the watch, and whatever else is due. */
  message(): void {
    this.#messages += 1;
    const changes: Change[] = [];
    const names = [...this.#assignments.keys()];
    for (let i = 0; i < batch / 2; i += 1) changes.push(this.#touch(names, i));
    for (let i = 0; i < batch / 4; i += 1) changes.push(...this.#happen());
    if (this.#isDue(every.rollout)) changes.push(...this.#replace(names));
    if (this.#isDue(every.service)) changes.push(...this.#buryService(), ...this.#bearService());
    this.changes += changes.length;
    this.#take({ kind: 'changes', changes, resourceVersion: String(1_000 + this.#messages) });
    if (this.#isDue(every.stats)) this.#take({ kind: 'stats', stats: demoStats(this.#messages) });
    if (this.#isDue(every.key)) this.#press();
    if (this.#isDue(every.failover)) this.#failOver();
    if (this.#isDue(every.paint)) this.#paint();
  }

  get #now(): Now {
    const ms = (this.#messages * batch * 1_000) / eachSecond;
    return { wallMs: demoMs + ms, monotonicMs: ms };
  }

  #isDue(messages: number): boolean {
    return this.#messages % messages === 0;
  }

  /** What a log writes comes as soon as it is open; revisions as soon as somebody asks. */
  #take(input: Input): void {
    for (const effect of this.#model.step(input, this.#now)) {
      if (effect.kind === 'logs.open') this.#stream = effect.stream;
      if (effect.kind === 'revisions') this.#take({ kind: 'revisions', service: effect.service, items: [] });
    }
  }

  #paint(): void {
    const canvas = this.#model.screen(this.#now);
    difference(this.#shown, canvas, '256');
    this.#shown = canvas;
  }

  #press(): void {
    const at = Math.floor(this.#messages / every.key);
    this.#take({ kind: 'key', key: present(walk[at % walk.length], 'the walk goes round') });
    const time = new Date(this.#now.wallMs).toISOString();
    const lines = Array.from({ length: 200 }, (_, i) => ({
      index: 0,
      time,
      line: `${at}: line ${i} of a log`,
    }));
    this.#take({ kind: 'log.lines', stream: this.#stream, lines });
  }

  /** The peer is gone, and the next one has forgotten where the screen was. */
  #failOver(): void {
    const peer = `http://10.0.0.${1 + (this.#messages % 3)}:6060`;
    this.#take({ kind: 'peer', event: { kind: 'trying', peer, reason: 'the stream ended' } });
    this.#take({ kind: 'peer', event: { kind: 'open', peer } });
    this.#reset();
  }

  #reset(): void {
    const nodes = Array.from({ length: nodeCount }, (_, i) => node(`node-${i}`));
    const services = this.#services.map((name) => serviceOf(name));
    const items = [...nodes, ...services, ...this.#assignments.values(), ...this.#events];
    this.#take({ kind: 'reset', items, resourceVersion: String(1_000 + this.#messages) });
  }

  /** A replica that reports. */
  #touch(names: readonly string[], i: number): Change {
    const name = present(names[(this.#messages * 7 + i * 131) % names.length], 'there are replicas');
    const known = present(this.#assignments.get(name), 'it is there');
    const object = structuredClone(known);
    this.#assignments.set(name, object);
    return { type: 'MODIFIED', object };
  }

  /** Something happened, and the oldest that did is dropped. */
  #happen(): readonly Change[] {
    const object = event(
      `event-${(this.#names += 1)}`,
      {
        about: ['Service', this.#services[0] ?? ''],
        type: 'Normal',
        reason: 'Updated',
        message: 'again',
        source: 'rollout',
      },
      { count: 1, first: 0, last: 0 },
    );
    this.#events.push(object);
    const dropped = this.#events.length > eventsKept ? this.#events.shift() : undefined;
    return [
      { type: 'ADDED', object },
      ...(dropped === undefined ? [] : [{ type: 'DELETED', object: dropped } as const]),
    ];
  }

  /** Some replicas make way for others. */
  #replace(names: readonly string[]): readonly Change[] {
    return names.slice(0, 5).flatMap((name): readonly Change[] => {
      const object = present(this.#assignments.get(name), 'it is there');
      this.#assignments.delete(name);
      if (object.kind !== 'Assignment') return [];
      return [{ type: 'DELETED', object }, this.#bear(object.spec.service, object.spec.index)];
    });
  }

  #bear(of: string, index: number): Change {
    const one = replica(of, index, { node: `node-${(this.#names += 1) % nodeCount}` });
    const object = { ...one, metadata: { ...one.metadata, name: `${of}-${index}-${this.#names}` } };
    this.#assignments.set(object.metadata.name, object);
    return { type: 'ADDED', object };
  }

  #bearService(): readonly Change[] {
    const name = `service-${(this.#names += 1)}`;
    this.#services.push(name);
    const replicas = Array.from({ length: replicasEach }, (_, index) => this.#bear(name, index));
    return [{ type: 'ADDED', object: serviceOf(name) }, ...replicas];
  }

  #buryService(): readonly Change[] {
    const name = present(this.#services.shift(), 'there are services');
    const own = [...this.#assignments.values()].filter(
      (one) => one.kind === 'Assignment' && one.spec.service === name,
    );
    for (const { metadata } of own) this.#assignments.delete(metadata.name);
    return [serviceOf(name), ...own].map((object) => ({ type: 'DELETED', object }));
  }
}

const serviceOf = (name: string): OrionObject =>
  service(name, { replicas: replicasEach, ready: replicasEach, running: replicasEach, revision: 1 });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
