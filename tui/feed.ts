// What the cluster tells, as inputs of the model: objects and figures by one watch, logs by one stream, revisions when
// somebody looks at them.
//
// F1. Nothing polls. What comes is what a peer sends; only while it sends no news of a leader, it is asked what it knows
//     itself.
// F2. A peer that has itself lost the leader is left for another one, from the last version on: what is on the screen stays.
// F3. Nothing here throws: what fails becomes an input, and is seen.

import { OrionClient } from '../src/client/index.ts';
import { unreachable } from '../src/lib/assert.ts';
import type { LogLine } from '../src/protocol/logs.ts';
import type { Stats } from '../src/protocol/watch.ts';
import type { Effect, Input, Write } from './model/messages.ts';
import { describeWrite } from './model/writes.ts';
import { failureText } from './failure-text.ts';

/** Of a peer without news of a leader, before another one is tried, in milliseconds. */
const patienceMs = 5_000;
/** Without a leader's figures for this long, what the peer itself knows is asked for, in milliseconds. */
const lookMs = 3_000;
/** Lines of logs are handed on together, this often, in milliseconds. */
const logBatchMs = 50;

export interface FeedOptions {
  /** URLs of peers. */
  readonly peers: readonly string[];
  readonly onInput: (input: Input) => void;
}

export class Feed {
  readonly #onInput: (input: Input) => void;
  readonly #logs = new Map<number, AbortController>();
  readonly #stop = new AbortController();
  #peers: readonly string[];
  #client: OrionClient;
  #watch = new AbortController();
  #peer: string | undefined;
  #version: string | undefined;
  /** The cluster that the version is of. */
  #clusterId: string | undefined;
  /** Since when the peer has had no news of a leader, by the monotonic clock. */
  #lostSinceMs: number | undefined;
  /** When a leader's figures came last. */
  #freshMs = performance.now();
  #isLooking = false;

  constructor(options: FeedOptions) {
    this.#onInput = options.onInput;
    this.#peers = options.peers;
    this.#client = new OrionClient({ peers: this.#peers });
  }

  /** Resolves once {@link stop} was called. */
  async run(): Promise<void> {
    const looking = setInterval(() => this.#look(), 1_000);
    this.#stop.signal.addEventListener('abort', () => clearInterval(looking), { once: true });
    while (!this.#stop.signal.aborted) {
      this.#watch = new AbortController();
      try {
        await this.#follow(AbortSignal.any([this.#stop.signal, this.#watch.signal]));
      } catch (error) {
        this.#onInput({ kind: 'failed', what: 'watch', error: failureText(error) }); // F3
        this.#version = undefined;
        await pause(1_000, this.#stop.signal);
      }
    }
  }

  stop(): void {
    this.#stop.abort();
    for (const stream of this.#logs.values()) stream.abort();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const updates = this.#client.watch({
      from: this.#version,
      cluster: this.#clusterId,
      stats: true,
      signal,
      onPeer: (event) => {
        if (event.kind === 'open') {
          this.#peer = event.peer;
          this.#clusterId = this.#client.clusterId ?? undefined;
        }
        this.#onInput({ kind: 'peer', event });
      },
    });
    for await (const update of updates) {
      switch (update.type) {
        case 'RESET':
          this.#version = update.resourceVersion;
          this.#onInput({ kind: 'reset', items: update.items, resourceVersion: update.resourceVersion });
          break;
        case 'CHANGE':
          this.#version = update.resourceVersion;
          this.#onInput({
            kind: 'changes',
            changes: update.changes,
            resourceVersion: update.resourceVersion,
          });
          break;
        case 'STATS':
          this.#onInput({ kind: 'stats', stats: update.stats });
          this.#judge(update.stats);
          break;
        case 'BOOKMARK':
          this.#version = update.resourceVersion;
          break;
        default:
          unreachable(update);
      }
    }
  }

  /** F2. */
  #judge({ cluster, ageMs }: Stats): void {
    const nowMs = performance.now();
    const isLost = cluster.leader === null || ageMs > lookMs;
    if (!isLost) this.#freshMs = nowMs;
    if (!isLost) this.#lostSinceMs = undefined;
    else this.#lostSinceMs ??= nowMs;
    if (this.#lostSinceMs === undefined || nowMs - this.#lostSinceMs < patienceMs) return;
    this.#lostSinceMs = nowMs;
    const others = new Set([...this.#peers, ...cluster.peers.map((peer) => peer.api)]);
    const urls = [...others].map((url) => url.replace(/\/+$/, '')).filter((url) => url !== this.#peer);
    if (urls.length === 0) return;
    this.#peers = [...urls, ...(this.#peer === undefined ? [] : [this.#peer])];
    this.#client = new OrionClient({ peers: this.#peers });
    const reason = `${this.#peer} has no news of a leader`;
    this.#onInput({ kind: 'peer', event: { kind: 'trying', peer: urls[0] ?? '', reason } });
    this.#watch.abort();
  }

  /** F1. */
  #look(): void {
    if (this.#isLooking || performance.now() - this.#freshMs < lookMs) return;
    this.#isLooking = true;
    this.#client.cluster().then(
      (cluster) => {
        this.#isLooking = false;
        if (cluster.leader === null) this.#onInput({ kind: 'view', cluster });
      },
      () => (this.#isLooking = false), // the watch tells that nobody answers
    );
  }

  openLogs({ stream, service, replica, follow, tail }: Extract<Effect, { kind: 'logs.open' }>): void {
    const stop = new AbortController();
    this.#logs.set(stream, stop);
    const lines = this.#client.logs(service, { follow, tail, replica, signal: stop.signal });
    void this.#passLines(stream, lines).then((error) => {
      this.#logs.delete(stream);
      if (!stop.signal.aborted) this.#onInput({ kind: 'log.end', stream, error });
    });
  }

  closeLogs(stream: number): void {
    this.#logs.get(stream)?.abort();
    this.#logs.delete(stream);
  }

  /** Resolves with the error that ended the lines. */
  async #passLines(stream: number, lines: AsyncIterable<LogLine>): Promise<string | undefined> {
    let batch: LogLine[] = [];
    const flush = (): void => {
      if (batch.length > 0) this.#onInput({ kind: 'log.lines', stream, lines: batch });
      batch = [];
    };
    const timer = setInterval(flush, logBatchMs);
    try {
      for await (const line of lines) batch.push(line);
      return undefined;
    } catch (error) {
      return failureText(error);
    } finally {
      clearInterval(timer);
      flush();
    }
  }

  askRevisions(service: string): void {
    this.#client.revisions(service).then(
      ({ items }) => this.#onInput({ kind: 'revisions', service, items }),
      (error: unknown) =>
        this.#onInput({ kind: 'failed', what: `revisions of ${service}`, error: failureText(error) }),
    );
  }

  write(write: Write): void {
    this.#send(write).then(
      (outcome) => this.#onInput({ kind: 'written', write, outcome }),
      (error: unknown) =>
        this.#onInput({ kind: 'failed', what: describeWrite(write), error: failureText(error) }),
    );
  }

  /** Resolves with what came of it. */
  async #send(write: Write): Promise<string> {
    const client = this.#client;
    switch (write.kind) {
      case 'scale':
        await client.scale(write.service, write.replicas);
        return 'accepted';
      case 'restart':
        return `revision ${(await client.restart(write.service)).status.revision}`;
      case 'undo': {
        const service = await client.undo(
          write.service,
          write.revision === undefined ? {} : { revision: write.revision },
        );
        return `revision ${service.status.revision}`;
      }
      case 'delete':
        await client.delete(write.collection, write.name);
        return 'done';
      case 'transfer':
        return `${(await client.transferLeadership(write.to)).leader} leads`;
      case 'promote': {
        const { tolerance } = await client.promotePeer(write.peer);
        return `done, can lose ${tolerance.after}`;
      }
      case 'remove': {
        const { tolerance } = await client.removePeer(write.peer);
        return `done, can lose ${tolerance.after}; stop it now`;
      }
      default:
        return unreachable(write);
    }
  }
}

function pause(delayMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', settle);
      resolve();
    };
    const timer = setTimeout(settle, delayMs);
    stop.addEventListener('abort', settle);
  });
}
