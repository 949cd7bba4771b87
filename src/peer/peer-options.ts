// What a peer is made of: its place in cluster.toml, and the adapters behind its ports.

import type { RaftConfig } from '../../raft/config.ts';
import type { PeerId } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { CompactionBounds } from './compactor.ts';
import type { Doubts } from './doubts.ts';
import type { Incarnations } from './incarnations.ts';
import type { CommandCodec, LogStore, StateStore, Transport } from './ports.ts';

export interface PeerOptions {
  /** From cluster.toml. */
  readonly clusterName: string;
  readonly founders: readonly { readonly peerId: PeerId; readonly api: string; readonly raft: string }[];
  readonly peerId: PeerId;
  /** True: with an empty disk it waits to be added to a running cluster, and founds none. */
  readonly joins: boolean;
  readonly version: string;
  readonly raftConfig: RaftConfig;
  /** How much of its log it keeps. */
  readonly compaction: CompactionBounds;
  readonly log: LogStore;
  readonly incarnations: Incarnations;
  readonly stateStore: StateStore;
  /** Of the state in that store. */
  readonly doubts: Doubts;
  readonly codec: CommandCodec;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Seeds election time-outs. */
  readonly seed: number;
  /** A fresh request id: a random UUID. */
  readonly requestId: () => string;
  /** 128 bits in hex of a text. */
  readonly hash: (text: string) => string;
  readonly report: (fields: object, message: string) => void;
  /** The peer has stopped itself because it cannot go on; whoever runs it should end the process. */
  readonly onFatal: (error: unknown) => void;
}
