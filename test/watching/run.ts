// Watch torture: many watchers over three peers, by server-sent events and WebSockets, while settings are written, leaders are
// killed, peers sleep, and one comes back so late that it takes over the whole state. Each of them must have heard every
// change behind its beginning: those of the log, once, in order.

import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from '../e2e/cluster.ts';
import { request } from '../e2e/http.ts';
import type { Peer } from '../e2e/peer.ts';
import { largeManifest } from '../e2e/services.ts';
import { changesBetween, openEvents, openSocket } from './streams.ts';
import { Heard, Watcher } from './watcher.ts';

/** What all watch; what fills the log is of another kind. */
const target = '/api/watch?kind=Setting&stats=false';
const keys = 20;
const writers = 2;
const writePauseMs = 100;
const awayMs = { from: 50, to: 1_500 };
const waitMs = 60_000;
/** One watcher in so many uses a WebSocket. */
const socketEvery = 4;

export interface TortureReport {
  readonly watchers: number;
  readonly changes: number;
  /** Changes heard, by all together. */
  readonly heard: number;
  readonly kills: number;
  readonly installs: number;
  /** Streams that ended and were taken up elsewhere. */
  readonly resumed: number;
  readonly failures: readonly string[];
}

/** Ends after `seconds`, and at least one killed leader and one taken-over state. */
export async function runTorture(options: {
  readonly watchers: number;
  readonly seconds: number;
  readonly seed: number;
}): Promise<TortureReport> {
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  try {
    return await new Torture(cluster, options.seed).run(options);
  } finally {
    await cluster.stop();
  }
}

class Torture {
  readonly #cluster: Cluster;
  readonly #prng: Prng;
  readonly #heard = new Heard();
  /** By version: the setting that was acknowledged as that. */
  readonly #written = new Map<number, string>();
  /** Versions that changed settings, up to `#readUpTo`. */
  readonly #log: number[] = [];
  #readUpTo = 0;
  #bulk = 0;
  #kills = 0;
  #stopped = false;

  constructor(cluster: Cluster, seed: number) {
    this.#cluster = cluster;
    this.#prng = new Prng(seed);
  }

  async run({ watchers: count, seconds }: { watchers: number; seconds: number }): Promise<TortureReport> {
    const apis = this.#cluster.peerUrls();
    const heard = this.#heard;
    const { appliedIndex } = await this.#cluster.clusterView(this.#cluster.peers[0]!);
    this.#readUpTo = appliedIndex;
    const watchers = Array.from({ length: count }, (_, i) => {
      const open = i % socketEvery === 0 ? openSocket : openEvents;
      return new Watcher({ name: `watcher ${i}`, apis, first: i, target, open, heard });
    });
    await this.#cluster.until('all watch', () => watchers.every(({ start }) => start !== undefined));
    const writing = Array.from({ length: writers }, (_, i) => this.#write(i));
    const endMs = performance.now() + seconds * 1_000;
    do {
      await this.#killLeader();
      await this.#haveStateTakenOver();
      await this.#pauseOne();
      await this.#readLog(); // before the window forgets it
    } while (performance.now() < endMs);
    this.#stopped = true;
    await Promise.all(writing);
    const last = await this.#readLog();
    await this.#cluster.until(
      'everybody has heard the last',
      () => {
        const late = watchers.filter(({ position = 0 }) => position < last);
        if (late.length === 0) return true;
        throw new Error(`${late.length} stand before ${last}, as ${late[0]?.position}`);
      },
      waitMs,
    );
    for (const watcher of watchers) watcher.stop();
    this.#judge(watchers);
    const sum = (of: (watcher: Watcher) => number): number => watchers.reduce((all, one) => all + of(one), 0);
    return {
      watchers: count,
      changes: this.#log.length,
      heard: sum((one) => one.count),
      kills: this.#kills,
      installs: this.#installs(),
      resumed: sum((one) => one.ends),
      failures: this.#heard.failures,
    };
  }

  // ── What happens ───────────────────────────────────────────────────────────────────────────────────────

  async #write(writer: number): Promise<void> {
    for (let number = 0; !this.#stopped; number += 1) {
      const data = `${writer}.${number}`;
      const api = this.#pick(this.#cluster.peerUrls());
      const url = `${api}/api/settings/k${this.#prng.int({ from: 0, to: keys })}`;
      const isDelete = this.#prng.chance(0.1);
      try {
        const answer = await request<Setting>(
          url,
          isDelete ? { method: 'DELETE' } : { method: 'PUT', body: { data } },
        );
        if (!isDelete && answer.status < 300)
          this.#written.set(Number(answer.body.metadata.resourceVersion), data);
      } catch {
        // Its peer is gone: what became of it the log tells.
      }
      await sleep(writePauseMs);
    }
  }

  async #killLeader(): Promise<void> {
    const leader = await this.#cluster.leader();
    await leader.kill();
    this.#kills += 1;
    await sleep(this.#prng.int(awayMs));
    leader.start();
    await this.#cluster.ready();
  }

  async #pauseOne(): Promise<void> {
    const peer = this.#pick(this.#cluster.peers);
    peer.pause();
    await sleep(this.#prng.int(awayMs));
    peer.resume();
  }

  /** A follower sleeps while another leads that never heard it, and so keeps no log for it. */
  async #haveStateTakenOver(): Promise<void> {
    const leader = await this.#cluster.leader();
    const [sleeper, other] = (await this.#cluster.followers()) as [Peer, Peer];
    const before = this.#installsOf(sleeper);
    const { lastIndex } = (await this.#cluster.clusterView(sleeper)).log;
    sleeper.pause();
    await this.#cluster.until('another leads', async () => {
      const { status } = await request(`${leader.api}/api/cluster/transfer`, {
        method: 'POST',
        body: { to: other.id },
      });
      return status === 200;
    });
    await this.#cluster.until(
      'the log is cut behind what the sleeper has',
      async () => {
        await this.#fillLog(other.api);
        return (await this.#cluster.clusterView(other)).log.base > lastIndex;
      },
      waitMs,
    );
    sleeper.resume();
    await this.#cluster.until(
      'the sleeper has taken over the state',
      () => this.#installsOf(sleeper) > before,
      waitMs,
    );
    await this.#cluster.ready();
  }

  /** Some megabytes of what nobody here watches: services that never run. */
  async #fillLog(api: string): Promise<void> {
    for (let i = 0; i < 8; i += 1) {
      this.#bulk += 1;
      await request(`${api}/api/apply`, { method: 'POST', body: largeManifest(`bulk-${this.#bulk}`) });
    }
  }

  async #putMarker(): Promise<number> {
    const answer = await this.#cluster.until('the last is written', async () => {
      const url = `${this.#pick(this.#cluster.peerUrls())}/api/settings/last`;
      const answer = await request<Setting>(url, {
        method: 'PUT',
        body: { data: `behind ${this.#readUpTo}` },
      });
      return answer.status < 300 && answer;
    });
    return Number(answer.body.metadata.resourceVersion);
  }

  // ── What must be so ────────────────────────────────────────────────────────────────────────────────────

  /**
   * Reads what changed settings since the last time, as each peer's window has it: all must say the same. The answer is the
   * version up to which it was read.
   */
  async #readLog(): Promise<number> {
    const from = this.#readUpTo;
    const to = await this.#putMarker();
    const logs: string[] = [];
    for (const { id, api } of this.#cluster.peers) {
      const all = await this.#cluster.until(`the log of ${id} is read`, () =>
        changesBetween({ api, target, from, to }),
      );
      const told = all.filter(([version]) => version <= to);
      for (const [version, text] of told) this.#heard.tell(id, version, text);
      if (logs.length === 0) this.#log.push(...told.map(([version]) => version));
      logs.push(told.map(([version]) => version).join());
    }
    if (new Set(logs).size > 1) this.#heard.fail('the peers tell different logs');
    this.#readUpTo = to;
    return to;
  }

  #judge(watchers: readonly Watcher[]): void {
    const log = this.#log;
    const known = new Set(log);
    for (const version of this.#written.keys()) {
      if (!known.has(version)) this.#heard.fail(`version ${version} was acknowledged, and is not in the log`);
    }
    for (const version of this.#heard.versions) {
      if (!known.has(version)) this.#heard.fail(`version ${version} was heard, and is not in the log`);
    }
    for (const [i, { start, position, count }] of watchers.entries()) {
      const [from, to] = [present(start, 'it began'), present(position, 'it began')];
      const owed = log.filter((version) => version > from && version <= to).length;
      // Rising, all of the log, and as many as there are: every one of them.
      if (count !== owed) this.#heard.fail(`watcher ${i} heard ${count} of ${owed} changes`);
    }
  }

  #installs(): number {
    return this.#cluster.peers.reduce((sum, peer) => sum + this.#installsOf(peer), 0);
  }

  #installsOf(peer: Peer): number {
    return peer.log().split('"a snapshot took the place of the state"').length - 1;
  }

  #pick<T>(among: readonly T[]): T {
    return present(among[this.#prng.int({ from: 0, to: among.length })], 'there is one');
  }
}
