// The agent of one node: puts its parts together, starts them in order, stops them in reverse.

import { randomInt } from 'node:crypto';
import * as os from 'node:os';
import { resolve } from 'node:path';
import { isLoopback } from '../src/lib/address.ts';
import { OrionError } from '../src/lib/errors.ts';
import { limits } from '../src/lib/limits.ts';
import { Prng } from '../src/lib/prng.ts';
import { agentProtocolVersion, type AgentUp } from '../src/protocol/agent.ts';
import { labelsSchema, nameSchema, type Resources, type Runtime } from '../src/protocol/objects.ts';
import { Acceptance } from './acceptance.ts';
import { DesiredSet } from './desired.ts';
import { openDirectory, type AgentDirectory } from './directory.ts';
import type { AgentLog } from './log.ts';
import { LogStreams } from './log-streams.ts';
import { Logs } from './logs.ts';
import { capacityOf, createLoadMeter, findRuntimes } from './node-facts.ts';
import { PeerBook } from './peers.ts';
import { PortBook } from './ports.ts';
import { hasProc } from './process-table.ts';
import { Records } from './records.ts';
import { Session } from './session.ts';
import { createSequence, type Status } from './status.ts';
import { Supervisor } from './supervisor.ts';
import { defaultTiming, type AgentTiming } from './timing.ts';

export interface AgentOptions {
  /** URLs of peers; one that answers is enough, it names the others. */
  readonly peers: readonly string[];
  /** A DNS label, the node's name in the cluster. */
  readonly nodeId: string;
  /** Created when it is not there. */
  readonly dataDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where the services of this node are reached; default the host's name, or `127.0.0.1` with all peers on this machine. */
  readonly address?: string;
  /** For people; default the host's name. */
  readonly name?: string;
  /** Default: all that the machine has. */
  readonly capacity?: Resources;
  /** Speak to peers on other machines, though nothing is encrypted yet. Default false. */
  readonly insecure?: boolean;
  /** Id of a cluster that this agent may move to, whatever it belonged to. */
  readonly acceptCluster?: string;
  readonly timing?: Partial<AgentTiming>;
  /** Bound of one log file in bytes; default `limits.logFileBytesMax`. */
  readonly logFileBytesMax?: number;
  readonly log: AgentLog;
}

export interface Agent {
  /** Ends the agent; its services live on. */
  stop(): Promise<void>;
  /** Ends the agent and its services; the next start runs them again. */
  stopAll(): Promise<void>;
}

/**
 * Starts the agent; resolves when its replicas are found again and it looks for the leader. Throws USAGE, FORBIDDEN,
 * DIRECTORY_LOCKED or CONFIG_INVALID.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  checkNames(options);
  const directory = openDirectory(resolve(options.dataDir));
  try {
    return compose(options, directory, await findRuntimes());
  } catch (error) {
    directory.release();
    throw error;
  }
}

function compose(options: AgentOptions, directory: AgentDirectory, runtimes: readonly Runtime[]): Agent {
  const { log, nodeId, insecure = false } = options;
  const { agentId, start } = directory.identity;
  const prng = new Prng(randomInt(2 ** 32));
  const timing = { ...defaultTiming, ...options.timing };
  if (!hasProc) log({}, 'no /proc here: what started as an earlier agent died is not found again');
  const peers = new PeerBook({ configured: options.peers, directory: directory.path, insecure, prng, log });
  const desired = new DesiredSet(directory.path, options.acceptCluster);
  const fileBytesMax = options.logFileBytesMax ?? limits.logFileBytesMax;
  const logs = new Logs({ directory: directory.path, fileBytesMax, pollMs: timing.logPollMs, log });
  const nextSequence = createSequence(start);
  const onStatus = (status: Status): void => void session.send(status);
  const supervisor = new Supervisor({
    agentId,
    nodeId,
    timing,
    prng,
    ports: new PortBook(),
    logs,
    records: new Records(directory.path, log),
    nextSequence,
    onStatus,
    log,
  });
  const acceptance = new Acceptance({
    desired,
    run: (set) => supervisor.apply(set),
    nextSequence,
    onStatus,
    retryMs: timing.saveRetryMs,
    log,
  });
  const streams = new LogStreams({
    logs,
    indexOf: (assignmentId) => supervisor.indexOf(assignmentId),
    send: (chunk) => session.send(chunk),
    hasRoom: () => session.hasRoom,
  });
  const measure = createLoadMeter();
  const session = new Session({
    peers,
    hello: () => helloOf({ options, agentId, runtimes, supervisor, desired }),
    heartbeat: () => ({ type: 'heartbeat', timestamp: Date.now(), metrics: measure() }),
    onWelcome: ({ clusterId }) => {
      const reason = desired.refuseCluster(clusterId);
      if (reason !== undefined) return reason;
      for (const status of supervisor.statuses) session.send(status);
      return undefined;
    },
    onMessage: (message) => {
      if (message.type === 'assignments') return acceptance.onSet(message);
      streams.onMessage(message);
      return undefined;
    },
    onClosed: () => streams.clear(),
    log,
  });
  supervisor.start(desired.set);
  logs.start(() => streams.pump());
  session.start();
  const close = (): void => {
    acceptance.close();
    supervisor.close();
    logs.stop();
    directory.release();
  };
  return {
    stop: async () => {
      await session.stop();
      close();
    },
    stopAll: async () => {
      await session.stop();
      await supervisor.stopAll();
      close();
    },
  };
}

function helloOf(parts: {
  readonly options: AgentOptions;
  readonly agentId: string;
  readonly runtimes: readonly Runtime[];
  readonly supervisor: Supervisor;
  readonly desired: DesiredSet;
}): AgentUp {
  const { options, agentId, runtimes, supervisor, desired } = parts;
  return {
    type: 'hello',
    protocol: agentProtocolVersion,
    agentId,
    nodeId: options.nodeId,
    name: options.name ?? os.hostname(),
    address: options.address ?? (hasOnlyLocalPeers(options.peers) ? '127.0.0.1' : os.hostname()),
    labels: { ...options.labels },
    capacity: options.capacity ?? capacityOf(),
    runtimes: [...runtimes],
    running: supervisor.statuses.flatMap(({ assignmentId, pid, startedAt }) =>
      pid === undefined || startedAt === undefined ? [] : [{ assignmentId, pid, startedAt }],
    ),
    ...(desired.version === undefined ? {} : { lastVersion: desired.version }),
  };
}

const hasOnlyLocalPeers = (urls: readonly string[]): boolean =>
  urls.every((url) => isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')));

function checkNames({ nodeId, labels }: AgentOptions): void {
  const checked = [nameSchema.safeParse(nodeId), labelsSchema.safeParse(labels)];
  for (const { error } of checked) {
    if (error !== undefined) {
      throw new OrionError(
        'USAGE',
        `node id or label: ${error.issues.map(({ message }) => message).join('; ')}`,
      );
    }
  }
}
