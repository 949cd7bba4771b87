// What callers of the client may ask for, beside what a request is about.

import type { DocumentFormat } from '../protocol/document.ts';

export interface ReadOptions {
  /** The object as it was at this resourceVersion, as far back as the cluster remembers; else EXPIRED. */
  readonly at?: string | undefined;
  /**
   * `stale`: what the asked peer has, at once and also without a quorum. Default: linearizable, nothing acknowledged
   * before is missing.
   */
  readonly consistency?: 'stale' | undefined;
}

export interface ListOptions extends ReadOptions {
  /** Items of one answer, 1 to 500. Default: all of them. */
  readonly limit?: number | undefined;
  /** From the answer before: goes on where that was cut off, as of the same resourceVersion. */
  readonly continue?: string | undefined;
  /** As `a=b,c!=d,e in (x,y),!f`. */
  readonly labelSelector?: string | undefined;
  /** As `spec.node=pi-1,status.state!=running`. */
  readonly fieldSelector?: string | undefined;
}

export interface WriteOptions {
  /** The resourceVersion that the object must have still, or `*`: it must exist. */
  readonly ifMatch?: string | undefined;
  /**
   * Names this write, so that it is done once however often it is sent: 1 to 128 visible ASCII characters. Default: a
   * new one, under which the client itself sends it again when it gets no answer. A key of your own is for a program
   * that may start again in between.
   */
  readonly idempotencyKey?: string | undefined;
}

export interface PutOptions extends WriteOptions {
  /** The object must not exist. */
  readonly ifNoneMatch?: boolean | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly format: DocumentFormat;
  /** Tells what would change, and changes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Deletes what the same owner applied before and no longer lists. Default false. */
  readonly prune?: boolean;
}

export interface UndoOptions extends WriteOptions {
  /** Which revision shall run again. Default: the one before the current one. */
  readonly revision?: number | undefined;
}

export interface AddPeerOptions {
  readonly id: string;
  /** URL of its API. */
  readonly api: string;
  /** `host:port` of its Raft transport. */
  readonly raft: string;
  /** Default `voter`. */
  readonly as?: 'voter' | 'learner';
  /** It takes the place of the peer of that id, whose disk is lost. Default false. */
  readonly replace?: boolean;
}
