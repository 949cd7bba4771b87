// Records: what the cluster remembers beside its objects. They are replicated, hashed, backed up and sent to other peers
// like objects, but they have no metadata, and no watch tells of them.

import type { ErrorCode } from '../lib/errors.ts';
import type { ObjectChange } from './command.ts';
import type { Metadata, OrionObject, ServiceSpec } from './objects.ts';

/** A user's write that was applied, or refused by what it was applied to: audit, idempotency and operations in one. */
export interface OperationRow {
  readonly kind: 'Operation';
  /** The request id, or a digest of actor, method, path and `Idempotency-Key`. */
  readonly id: string;
  /** Log index at which it was applied. */
  readonly index: number;
  /** RFC 3339. */
  readonly time: string;
  /** Who asked. */
  readonly actor: string;
  readonly method: string;
  readonly path: string;
  /** Remote address of whoever asked. */
  readonly from: string;
  /** Their User-Agent. */
  readonly agent: string;
  readonly bodyDigest?: string;
  /** `OK`, or why it was refused. */
  readonly code: 'OK' | ErrorCode;
  /** Over HTTP. */
  readonly status: number;
  /** Why it was refused, or what was done where nothing else says so. */
  readonly message?: string;
  readonly object?: Pick<Metadata, 'name' | 'uid' | 'resourceVersion'> & {
    readonly kind: OrionObject['kind'];
  };
  readonly changes?: readonly ObjectChange[];
  /** Of a change of members: who they were, and who they are once it has ended. */
  readonly members?: { readonly before: MemberNames; readonly after: MemberNames };
  /** Of a transfer: ids of who led, and of who led then. */
  readonly leader?: { readonly before: string; readonly after: string };
}

/** Ids of peers. */
export interface MemberNames {
  readonly learners: readonly string[];
  readonly voters: readonly string[];
}

/** One version of a service's workload, as it was asked for. */
export interface RevisionRow {
  readonly kind: 'Revision';
  readonly service: string;
  readonly serviceUid: string;
  /** From 1. */
  readonly revision: number;
  /** Log index of the entry that made it. */
  readonly index: number;
  /** RFC 3339. */
  readonly time: string;
  /** Who asked for it. */
  readonly actor: string;
  readonly spec: ServiceSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly result: 'progressing' | 'complete' | 'failed' | 'superseded';
  /** The revision that first asked for this workload, where this one runs it again: an undo, a restart, a changed setting. */
  readonly repeats?: number;
}
