// One peer as a process: builds its parts, starts them in order, stops them in reverse.
// Owns: the order, and nothing else. Everything it knows comes from cluster.toml and its data directory.
//
// S1. Nothing listens before the disk has been judged, but what says that there is no room to do so; the API listens before
//     the peer has found a cluster, so that `/livez`, `/readyz` and `/api/cluster` can say why it has not.
// S2. A peer that cannot go on closes its sockets before it tells anybody else.

import { randomUUID } from 'node:crypto';
import { raftDefaults } from '../raft/config.ts';
import { asPeerId } from '../raft/types.ts';
import { type Api, buildApi } from './api/api.ts';
import { createBodies } from './api/bodies.ts';
import { buildWaitingApi } from './api/waiting.ts';
import { loadCluster } from './config/cluster.ts';
import { Control } from './control/control.ts';
import { EventRecorder } from './control/events.ts';
import { planTrial } from './control/trial.ts';
import { figuresOf } from './figures.ts';
import { createGateway } from './gateway/gateway.ts';
import { apiAddress } from './lib/address.ts';
import { present } from './lib/assert.ts';
import { systemClock } from './lib/clock.ts';
import { messageOf, OrionError } from './lib/errors.ts';
import { hash128, randomHex } from './lib/hash.ts';
import { eventLimits } from './lib/event-limits.ts';
import { limits } from './lib/limits.ts';
import { Prng } from './lib/prng.ts';
import { Metrics } from './observe/metrics.ts';
import { compactionDefaults } from './peer/compactor.ts';
import { Peer } from './peer/peer.ts';
import { version } from './protocol/version.ts';
import type { RowChange } from './state/view.ts';
import { openStorageOnceThereIsRoom } from './storage/open.ts';
import { createTcpTransport } from './transport/tcp-transport.ts';

export interface PeerProcess {
  /** Answers what it was asked, then stops deciding, serving, talking and writing, in that order; resolves when the disk is closed. */
  stop(): Promise<void>;
}

export interface PeerProcessOptions {
  /** File of the cluster's configuration. */
  readonly configFile: string;
  /** Which of its `[[peer]]` this process is. */
  readonly id: string;
  readonly dataDir: string;
  /** URLs of peers of a running cluster that this one waits to be added to: the order for that is printed with them. Empty for a founder. */
  readonly join: readonly string[];
  readonly log: (fields: object, message: string) => void;
  /** Aborts when the process is told to end: a start that waits for room on its disk ends then. */
  readonly signal: AbortSignal;
  /** The peer cannot go on (its disk failed, or an invariant broke) and has stopped: the process should end. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Starts one peer; resolves once its API listens. Throws `USAGE` (no such file), `CONFIG_INVALID`, `DIRECTORY_LOCKED`,
 * `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `DISK_FAILED`, or `DISK_FULL` once `signal` aborts, with everything closed again.
 */
export async function startPeer(options: PeerProcessOptions): Promise<PeerProcess> {
  const { log } = options;
  const config = loadCluster(options.configFile, { joins: options.join.length > 0 });
  const listed = config.peers.find((peer) => peer.id === options.id);
  if (listed === undefined) {
    const ids = config.peers.map((peer) => peer.id).join(', ');
    throw new OrionError(
      'CONFIG_INVALID',
      `${options.configFile} has no [[peer]] "${options.id}": it lists ${ids}`,
    );
  }
  const seed = Number.parseInt(randomHex(6), 16);
  const random = new Prng(seed);
  const peerId = asPeerId(listed.id);
  const storage = await openStorageOnceThereIsRoom({
    directory: options.dataDir,
    peerId,
    clock: systemClock,
    signal: options.signal,
    report: log,
    onWait: async (reason) => {
      const waiting = buildWaitingApi({
        clusterName: config.name,
        self: listed.id,
        peers: config.peers,
        version,
        reason,
        sinceMs: Math.floor(systemClock.wallMs()),
      });
      await listen(waiting, listed.api);
      return () => waiting.close();
    },
  });
  let hasFailed = false;
  const closers: (() => Promise<void>)[] = [() => storage.close()];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const transport = createTcpTransport({
      listen: listed.raft,
      peerId,
      clock: systemClock,
      random: () => random.fraction(),
      log,
    });
    const peer = await Peer.open({
      clusterName: config.name,
      founders: config.peers.map(({ id, api, raft }) => ({ peerId: asPeerId(id), api, raft })),
      peerId,
      joins: options.join.length > 0,
      version,
      raftConfig: {
        ...raftDefaults,
        tickMs: limits.tickMs,
        applyingMax: limits.applyPortionEntries,
        priority: listed.priority,
      },
      compaction: compactionDefaults,
      log: storage.log,
      incarnations: storage.incarnations,
      stateStore: storage.state,
      doubts: storage.doubts,
      codec: storage.codec,
      transport,
      clock: systemClock,
      seed,
      requestId: () => randomUUID(),
      hash: hash128,
      report: log,
      onFatal: (error) => {
        hasFailed = true;
        log({ error: messageOf(error) }, 'this peer cannot go on');
        options.onFatal(error);
      },
    });
    const control = new Control({
      view: peer.view,
      propose: (term, body) => peer.proposeAsLeader(term, body),
      nowMs: () => systemClock.monotonicMs(),
      onError: (error) => log({ error: messageOf(error) }, 'a controller failed'),
    });
    const recorder = new EventRecorder({
      self: listed.id,
      members: () => peer.cluster().peers.map(({ id, voter }) => ({ id, voter })),
      propose: (term, body) => peer.proposeAsLeader(term, body),
      nowMs: () => systemClock.monotonicMs(),
      wallMs: () => systemClock.wallMs(),
      isUnderLoad: () => {
        const { waitingProposals, unflushedRows } = peer.measures();
        return (
          waitingProposals > eventLimits.waitingProposalsMax || unflushedRows > eventLimits.unflushedRowsMax
        );
      },
      onDropped: (count) => log({ count }, 'events were dropped under load'),
      onError: (error) => log({ error: messageOf(error) }, 'events cannot be recorded'),
    });
    closers.push(followLeadership(peer, [control, recorder]));
    const gateway = createGateway({
      controlPlane: peer,
      liveness: control,
      clock: systemClock,
      log,
    });
    closers.push(() => gateway.close());
    const bodies = createBodies(new URL('./api/body-worker.js', import.meta.url));
    closers.push(() => bodies.close());
    const { app: api, drain } = buildApi({
      controlPlane: peer,
      bodies,
      metrics: new Metrics({
        about: { peer: listed.id, version },
        figures: figuresOf({ peer, log: storage.log, transport, gateway }),
      }),
      logs: gateway,
      plan: (changes) => {
        const mayControl = peer.controlTerm() !== undefined; // elsewhere nobody knows of sessions
        return planTrial(peer.view, changes, mayControl ? control.liveNodes : undefined);
      },
      allowedHosts: config.peers.map((one) => one.api),
      upgrades: { '/ws': gateway.upgrade },
      log,
    });
    closers.push(() => api.close());
    await listen(api, listed.api);
    closers.push(() => peer.stop());
    closers.push(() => (hasFailed ? Promise.resolve() : drain())); // who cannot go on answers nobody
    await peer.start();
    if (options.join.length > 0 && storage.log.identity.clusterId === undefined) {
      const flags = `--api ${listed.api} --raft ${listed.raft} --peers ${options.join.join(',')}`;
      log({ command: `orion cluster add ${listed.id} ${flags}` }, 'waiting to be added to the cluster');
    }
    log({ api: listed.api, raft: listed.raft, dataDir: options.dataDir }, 'peer started');
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function apiHost(url: string): { readonly host: string; readonly port: number } {
  const { host, port } = present(apiAddress(url), 'a configured api address is checked');
  return { host, port };
}

async function listen(api: Api['app'], url: string): Promise<void> {
  try {
    await api.listen(apiHost(url));
  } catch (error) {
    const message = `the API cannot listen at ${url} (${messageOf(error)}): is another peer running there? Otherwise change this peer's "api"`;
    throw new OrionError('CONFIG_INVALID', message, { cause: error });
  }
}

/** What works on the leader alone. */
interface LeaderPart {
  start(term: number): void;
  stop(): void;
  onChanges(changes: readonly RowChange[]): void;
  tick(): void;
}

/** Controllers work while this peer may control, and not a moment longer. */
function followLeadership(peer: Peer, parts: readonly LeaderPart[]): () => Promise<void> {
  const stop = (): void => parts.forEach((part) => part.stop());
  const unsubscribe = [
    peer.onControlTerm((term) => (term === undefined ? stop() : parts.forEach((part) => part.start(term)))),
    peer.onChanges((_index, changes) => parts.forEach((part) => part.onChanges(changes))),
  ];
  const timer = setInterval(() => parts.forEach((part) => part.tick()), limits.controlTickMs);
  return async () => {
    clearInterval(timer);
    for (const end of unsubscribe) end();
    stop();
  };
}
