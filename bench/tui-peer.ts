// A peer that is none: it serves lists and a watch of a simulated cluster, as large and as busy as the screen is measured
// with. It runs in the bench's own process, so that what is measured is the screen alone.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { present } from '../src/lib/assert.ts';
import type { Assignment, OrionObject } from '../src/protocol/objects.ts';
import type { WatchMessage } from '../src/protocol/watch.ts';
import { demoStats } from '../test/tui/demo-cluster.ts';
import { node, replica, service } from '../test/tui/demo.ts';

const nodeCount = 100;
const serviceCount = 40;
const replicasEach = 50;

const kindsByRoute: Readonly<Record<string, OrionObject['kind']>> = {
  services: 'Service',
  nodes: 'Node',
  assignments: 'Assignment',
  settings: 'Setting',
  events: 'Event',
};

export class SimulatedPeer {
  readonly #server: Server;
  readonly #objects = new Map<string, OrionObject>();
  readonly #assignments: string[] = [];
  readonly #watchers = new Set<ServerResponse>();
  readonly #timers: NodeJS.Timeout[] = [];
  #version = 1_000;

  private constructor(server: Server) {
    this.#server = server;
    const facts = { replicas: replicasEach, ready: replicasEach, running: replicasEach, revision: 1 };
    for (let i = 0; i < nodeCount; i += 1) this.#add(node(`node-${i}`, { labels: { zone: `z${i % 4}` } }));
    for (let i = 0; i < serviceCount; i += 1) {
      const name = `service-${i}`;
      this.#add(service(name, facts));
      for (let index = 0; index < replicasEach; index += 1) {
        const one = replica(name, index, { node: `node-${(i * replicasEach + index) % nodeCount}` });
        this.#add(one);
        this.#assignments.push(one.metadata.name);
      }
    }
  }

  static async start(): Promise<SimulatedPeer> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const peer = new SimulatedPeer(server);
    server.on('request', (request, response) => peer.#answer(request.url ?? '/', response));
    peer.#timers.push(setInterval(() => peer.#tell(peer.#stats()), 1_000));
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on so many changes a second, each an index of its own with one replica. */
  change(perSecond: number): void {
    const everyMs = 50;
    let due = 0;
    this.#timers.push(
      setInterval(() => {
        for (due += (perSecond * everyMs) / 1_000; due >= 1; due -= 1) this.#changeOne();
      }, everyMs),
    );
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #add(object: OrionObject): void {
    this.#objects.set(`${object.kind}/${object.metadata.name}`, object);
  }

  #changeOne(): void {
    this.#version += 1;
    const name = present(this.#assignments[(this.#version * 7) % this.#assignments.length], 'a replica');
    const before = this.#objects.get(`Assignment/${name}`) as Assignment;
    const object: Assignment = {
      ...before,
      metadata: { ...before.metadata, resourceVersion: String(this.#version) },
      status: { ...before.status, restarts: before.status.restarts + 1 },
    };
    this.#add(object);
    const resourceVersion = String(this.#version);
    this.#tell({
      event: 'change',
      id: resourceVersion,
      data: { resourceVersion, changes: [{ type: 'MODIFIED', object }] },
    });
  }

  #tell(message: WatchMessage): void {
    const id = 'id' in message ? `id: ${message.id}\n` : '';
    const text = `event: ${message.event}\n${id}data: ${JSON.stringify(message.data)}\n\n`;
    for (const watcher of this.#watchers) watcher.write(text);
  }

  #stats(): WatchMessage {
    const cluster = { leader: 'pi-2', self: 'pi-2', commitIndex: this.#version, appliedIndex: this.#version };
    const stats = demoStats(this.#version, cluster);
    const nodes = Object.fromEntries(
      Array.from({ length: nodeCount }, (_, i) => [
        `node-${i}`,
        { cpu: (i % 40) / 10, memory: 2 ** 31, atMs: 0 },
      ]),
    );
    // One peer alone: there is no other to go to.
    return { event: 'stats', data: { ...stats, nodes, cluster: { ...stats.cluster, peers: [] } } };
  }

  #answer(url: string, response: ServerResponse): void {
    const route = new URL(url, 'http://peer').pathname.replace('/api/', '');
    if (route === 'watch') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      this.#watchers.add(response);
      response.on('close', () => this.#watchers.delete(response));
      return;
    }
    const kind = kindsByRoute[route];
    const items = [...this.#objects.values()].filter((object) => object.kind === kind);
    const stats = this.#stats();
    const body =
      route === 'cluster' && stats.event === 'stats'
        ? stats.data.cluster
        : { items, resourceVersion: String(this.#version) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  }
}
