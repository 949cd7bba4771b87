// A real cluster for end-to-end tests and benchmarks: built peers and agents as processes, in a temporary folder.
// Owns: the folder, the processes, and the services that the agents leave behind; `stop` ends all of them.
//
// E1. Nothing sleeps: every wait is on a condition, and a wait that fails shows the end of every log.
// E2. Only processes that this cluster (or its agents) started are ever signalled.

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present } from '../../src/lib/assert.ts';
import { messageOf } from '../../src/lib/errors.ts';
import type { ClusterView } from '../../src/peer/control-plane.ts';
import type { Assignment, Node, OrionObject, Service } from '../../src/protocol/objects.ts';
import { request, type Answer } from './http.ts';
import { killHard, pidsWritingBelow } from './leftovers.ts';
import { freePorts } from './ports.ts';
import { configFileOf, configOf, makePeer, type Peer } from './peer.ts';
import { Program } from './program.ts';
import { until } from './until.ts';

export interface ClusterOptions {
  /** Default 3. */
  readonly peers?: number;
  /** Default 1. */
  readonly agents?: number;
}

/** A service's manifest entry that runs `script` (an ES module given as text) under node. */
export interface ScriptService {
  readonly name: string;
  readonly script: string;
  readonly replicas?: number;
  readonly ports?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: readonly { readonly setting: string; readonly path: string }[];
}

interface List<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export class Cluster {
  /** Its temporary folder: cluster.toml, one folder a member, `logs/`. */
  readonly folder: string;
  readonly configFile: string;
  readonly peers: Peer[];
  readonly agents: Program[] = [];
  /** Called by `stop` once every process has ended, before the folder is removed. */
  readonly closers: (() => void)[] = [];

  private constructor(folder: string, peers: Peer[]) {
    this.folder = folder;
    this.configFile = join(folder, 'cluster.toml');
    this.peers = peers;
  }

  /** Starts everything and resolves once every peer and every node is ready. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = await Cluster.create(options);
    try {
      await cluster.startAll();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** What {@link create} wrote, started; resolves once every peer and every node is ready. */
  async startAll(): Promise<void> {
    for (const peer of this.peers) peer.start();
    for (const agent of this.agents) agent.start();
    await this.ready();
  }

  /** Writes the folder and the configuration; nothing runs yet. */
  static async create(options: ClusterOptions = {}): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'orion-e2e-'));
    mkdirSync(join(folder, 'logs'));
    const count = options.peers ?? 3;
    const ports = await freePorts(count * 2);
    const peers = Array.from({ length: count }, (_, i) =>
      makePeer({ folder, id: `peer-${i + 1}`, ports: [ports[i * 2], ports[i * 2 + 1]], join: [] }),
    );
    const cluster = new Cluster(folder, peers);
    writeFileSync(cluster.configFile, configOf(peers));
    for (let i = 0; i < (options.agents ?? 1); i += 1) cluster.addAgent();
    return cluster;
  }

  /** One more agent, `node-N`, with `labels`; not started. */
  addAgent(labels: Readonly<Record<string, string>> = {}): Program {
    const id = `node-${this.agents.length + 1}`;
    const dataDir = join(this.folder, id);
    const args = [
      'agent',
      'start',
      '--peers',
      this.peerUrls().join(','),
      '--node-id',
      id,
      '--data-dir',
      dataDir,
    ];
    for (const [key, value] of Object.entries(labels)) args.push('--label', `${key}=${value}`);
    const agent = new Program({ id, args, dataDir, logFile: join(this.folder, 'logs', `${id}.log`) });
    this.agents.push(agent);
    return agent;
  }

  /** One more peer, with an empty disk, that joins; not started, and not added to the cluster. */
  async addPeer(): Promise<Peer> {
    const id = `peer-${this.peers.length + 1}`;
    const peer = makePeer({ folder: this.folder, id, ports: await freePorts(2), join: this.peerUrls() });
    this.peers.push(peer);
    writeFileSync(configFileOf(this.folder, id), configOf(this.peers));
    return peer;
  }

  peerUrls(): string[] {
    return this.peers.map((peer) => peer.api);
  }

  /** Resolves once every running peer is ready and the node of every running agent is. */
  async ready(): Promise<void> {
    for (const peer of this.peers.filter((peer) => peer.running)) {
      await this.until(`${peer.id} is ready`, async () => {
        const answer = await request(`${peer.api}/ready`);
        if (answer.status === 200) return true;
        throw new Error(JSON.stringify(answer.body));
      });
    }
    for (const agent of this.agents.filter((agent) => agent.running)) {
      await this.until(`${agent.id} is a ready node`, async () => {
        const { body } = await this.get<Node>(`/api/nodes/${agent.id}`);
        if (body.status.state === 'ready') return true;
        throw new Error(`its state is ${body.status.state}`);
      });
    }
  }

  /** As {@link until}, with the end of every log in the error. */
  async until<T>(
    what: string,
    probe: () => Promise<T | undefined | false> | T | undefined | false,
    timeoutMs?: number,
  ): Promise<T> {
    try {
      return await until(what, probe, timeoutMs);
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${this.logs()}`, { cause: error });
    }
  }

  /** The running peer that a majority of peers names as leader of the newest term. */
  async leader(): Promise<Peer> {
    return this.until('a leader is known to a majority', async () => {
      const views = await Promise.all(this.#running().map((peer) => this.clusterView(peer)));
      const term = Math.max(...views.map((view) => view.term));
      const votes = views.filter((view) => view.term === term && view.leader !== null);
      const named = this.peers.find((peer) => peer.running && peer.id === votes[0]?.leader);
      if (named !== undefined && votes.length * 2 > this.peers.length) return named;
      throw new Error(
        views.map((view) => `${view.self}: term ${view.term}, leader ${view.leader}`).join('; '),
      );
    });
  }

  async followers(): Promise<Peer[]> {
    const leader = await this.leader();
    return this.#running().filter((peer) => peer !== leader);
  }

  async clusterView(peer: Peer): Promise<ClusterView> {
    return (await request<ClusterView>(`${peer.api}/api/cluster`)).body;
  }

  /** GET from the first running peer that answers 200; throws with the last answer when none does. */
  async get<T>(path: string): Promise<Answer<T>> {
    let last = 'no peer runs';
    for (const peer of this.#running()) {
      try {
        const answer = await request<T>(`${peer.api}${path}`);
        if (answer.status === 200) return answer;
        last = `${peer.id} answered ${answer.status} ${JSON.stringify(answer.body)}`;
      } catch (error) {
        last = `${peer.id}: ${messageOf(error)}`;
      }
    }
    throw new Error(`GET ${path}: ${last}`);
  }

  async list<T extends OrionObject>(resource: string): Promise<readonly T[]> {
    return (await this.get<List<T>>(`/api/${resource}`)).body.items;
  }

  /** Assignments of `service` that were last reported running, by replica index. */
  async running(service: string): Promise<readonly Assignment[]> {
    const all = await this.list<Assignment>('assignments');
    return all
      .filter((one) => one.spec.service === service && one.status.state === 'running')
      .sort((a, b) => a.spec.index - b.spec.index);
  }

  /** Waits until exactly `replicas` of `service` run and its status says the same. */
  async untilRuns(service: string, replicas: number, timeoutMs?: number): Promise<readonly Assignment[]> {
    return this.until(
      `${service} runs ${replicas} times`,
      async () => {
        const running = await this.running(service);
        const { status } = (await this.get<Service>(`/api/services/${service}`)).body;
        if (running.length === replicas && status.ready === replicas) return running;
        throw new Error(`${running.length} run; status ${JSON.stringify(status)}`);
      },
      timeoutMs,
    );
  }

  /** A manifest, as JSON text, of services that run the given scripts from files in this cluster's folder. */
  manifest(owner: string, services: readonly ScriptService[]): object {
    return {
      apiVersion: 'orion/v1',
      kind: 'Config',
      metadata: { name: owner },
      spec: { services: services.map((service) => this.#scriptService(service)) },
    };
  }

  #scriptService(service: ScriptService): object {
    const path = join(this.folder, 'services', service.name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'main.mjs'), service.script);
    return {
      name: service.name,
      path,
      runtime: 'node',
      entry: 'main.mjs',
      replicas: service.replicas ?? 1,
      ports: (service.ports ?? []).map((name) => ({ name })),
      env: service.env ?? {},
      files: service.files ?? [],
    };
  }

  /** Pids of service processes that agents of this cluster (or the one given) started and that live. */
  servicePids(agent?: Program): number[] {
    return (agent === undefined ? this.agents : [agent]).flatMap((one) => pidsWritingBelow(one.dataDir));
  }

  /** The end of every member's log, for an error message. */
  logs(): string {
    const members: readonly Program[] = [...this.peers, ...this.agents];
    return members.map((one) => `--- ${one.id}\n${one.logTail()}`).join('\n');
  }

  /** Kills every process of this cluster, services included, and removes its folder. */
  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.kill()));
    await Promise.all(this.peers.map((peer) => peer.kill()));
    await until('no service is left', () => {
      const pids = this.servicePids();
      for (const pid of pids) killHard(pid);
      return pids.length === 0;
    });
    for (const close of this.closers.splice(0)) close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The peer called `id`. */
  peer(id: string): Peer {
    return present(
      this.peers.find((peer) => peer.id === id),
      `${id} is a peer of this cluster`,
    );
  }

  #running(): readonly Peer[] {
    return this.peers.filter((peer) => peer.running);
  }
}
