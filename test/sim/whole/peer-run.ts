// One process of a whole peer: the product's Peer and controllers on what stands on its drive, from its start to its end.
// Owns: how it is put together, what the invariants are told of its disk. Does not own: when it ends (WholePeer).

import { raftDefaults } from '../../../raft/config.ts';
import { asIndex } from '../../../raft/types.ts';
import type { Control } from '../../../src/control/control.ts';
import { hash128 } from '../../../src/lib/hash.ts';
import { Peer } from '../../../src/peer/peer.ts';
import type { Incarnations } from '../../../src/peer/incarnations.ts';
import type { LoadedState, RestoredLog, StoreIdentity } from '../../../src/peer/ports.ts';
import { emptyStateHash } from '../../../src/state/state-hash.ts';
import { createCommandCodec } from '../../../src/storage/codec.ts';
import type { Disk } from '../../../src/storage/disk.ts';
import { runControllers } from './controllers.ts';
import type { Drive } from './drive.ts';
import { hashNumber } from './judge.ts';
import type { SimProcess } from './process.ts';
import { openWatchedStores, type WatchedStores } from './stores.ts';
import type { WholePeerOptions } from './whole-peer-options.ts';

export interface RunOptions extends WholePeerOptions {
  readonly process: SimProcess;
  readonly drive: Drive;
  /** How the process uses the drive. */
  readonly disk: Disk;
  /** As by `--join`. */
  readonly joins: boolean;
  /** Of the runs of its machine. */
  readonly number: number;
  readonly note: (what: string, ...fields: (string | number | undefined)[]) => void;
  /** It cannot go on. */
  readonly onFatal: (error: unknown) => void;
}

export class Run {
  readonly process: SimProcess;
  /** Absent while it starts. */
  peer: Peer | undefined;
  control: Control | undefined;
  /** As its disk says now. */
  identity: () => StoreIdentity | undefined = () => undefined;
  logBase: () => number | undefined = () => undefined;
  /** Of other stores, as it remembers them. */
  incarnations: Incarnations | undefined;
  /** A write of its log is under way. */
  isWriting = false;
  /** The beginning of its log is being cut off. */
  isCutting = false;
  isStopping = false;
  readonly #options: RunOptions;
  #requests = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.process = options.process;
  }

  async boot(): Promise<void> {
    try {
      await this.#open(await this.#openStores());
    } catch (error) {
      if (!this.process.ended) this.#options.onFatal(error);
    }
  }

  /** A drive that has gone back is nobody's business but its own: others know better. */
  #openStores(): Promise<WatchedStores> {
    const { drive, disk, self, process, situations, observe, note } = this.#options;
    return openWatchedStores({
      drive,
      disk,
      peerId: self.peerId,
      clock: process.clock,
      watch: {
        opened: (log, state) => this.#onOpened(log, state),
        issued: (operation) => {
          this.isWriting = true;
          if (!drive.isOutdated) observe({ kind: 'issued', peer: drive.storeId, operation });
        },
        synced: (operation) => {
          this.isWriting = false;
          note('synced', operation.operation, operation.entries.length);
          if (!drive.isOutdated) observe({ kind: 'synced', peer: drive.storeId, operation });
          if (operation.mended) situations.add('disks mended');
        },
        cutting: () => (this.isCutting = true),
        cutEnded: () => (this.isCutting = false),
        cut: () => situations.add('logs cut'),
      },
    });
  }

  async #open({ log, state, incarnations, doubts }: WatchedStores): Promise<void> {
    const { self, founders, joins, parts, links, plan, prng, process } = this.#options;
    const { drive, onRun, onChanges, onReset, onFatal } = this.#options;
    if (!drive.isOutdated) onRun(drive.storeId, log.identity.incarnation);
    const peer = await Peer.open({
      clusterName: 'sim',
      founders,
      peerId: self.peerId,
      joins,
      version: '0.0.0',
      raftConfig: { ...raftDefaults, ...plan.raft },
      compaction: plan.cuts,
      log: parts.log(log),
      incarnations,
      doubts,
      stateStore: parts.stateStore(state),
      codec: createCommandCodec(),
      transport: parts.transport(links.transport(self.peerId, process)),
      clock: process.clock,
      seed: prng.next(),
      requestId: () => this.#nextRequest(),
      hash: hash128,
      report: () => undefined,
      onFatal,
    });
    peer.onChanges((index, changes) => onChanges(peer.view, index, changes));
    peer.onReset((index) => onReset(peer.view, index));
    this.peer = peer;
    this.identity = () => log.identity;
    this.logBase = () => log.base;
    this.incarnations = incarnations;
    this.control = this.#runControllers(peer);
    await peer.start();
  }

  #runControllers(peer: Peer): Control {
    const { process, situations, note, onBroken } = this.#options;
    return runControllers({
      peer,
      process,
      onTerm: (term) => {
        note('control', term);
        if (term !== undefined) situations.add('leaders that may control');
      },
      onError: onBroken,
    });
  }

  #nextRequest(): string {
    const { self, number } = this.#options;
    this.#requests += 1;
    return `${self.peerId}-${number}-${this.#requests}`;
  }

  /** Tells what the disk holds. The log may be given only in part: what was applied is read again when it is needed. */
  #onOpened(
    { hardState, base: { index: base }, tail: log, lastIndex, impaired }: RestoredLog,
    { snapshot, installed }: LoadedState,
  ): { tail: number } {
    const { drive, situations, observe, prng } = this.#options;
    const applied = snapshot?.index ?? asIndex(0);
    if (applied < drive.appliedEver) situations.add('restarts that apply entries again');
    if (installed) situations.add('restarts from a state of another peer');
    if (base > 0) situations.add('restarts with a log cut short');
    if (impaired) situations.add('restarts of peers that lost entries');
    const stateHash = hashNumber(snapshot?.hash ?? emptyStateHash);
    const held = { hardState, base, log, applied, stateHash, impaired };
    if (!drive.isOutdated) observe({ kind: 'started', peer: drive.storeId, ...held });
    const given = prng.chance(0.5) ? Number.POSITIVE_INFINITY : prng.int({ from: 1, to: 20 });
    if (given < lastIndex) situations.add('restarts with a log read only in part');
    return { tail: given };
  }
}
