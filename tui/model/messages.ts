// What the model takes and what it asks for: the whole of its dealings with the outside.

import type { ClusterView, RevisionView } from '../../src/protocol/api.ts';
import type { LogLine } from '../../src/protocol/logs.ts';
import type { OrionObject } from '../../src/protocol/objects.ts';
import type { Stats } from '../../src/protocol/watch.ts';
import type { PeerEvent } from './freshness.ts';
import type { Memory } from './memory.ts';
import type { Change } from './world.ts';

/** A key as people name it: `a`, `S`, `enter`, `escape`, `up`, `pagedown`, `ctrl-d`, `shift-left`, `space`; pasted text is many. */
export type Key = string;

export interface Mouse {
  readonly action: 'press' | 'wheelup' | 'wheeldown';
  readonly x: number;
  readonly y: number;
}

/** Two clocks, in milliseconds: the wall clock for ages of objects, the monotonic one for everything that has to wait. */
export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'mouse'; readonly mouse: Mouse }
  | { readonly kind: 'resize'; readonly width: number; readonly height: number }
  | { readonly kind: 'peer'; readonly event: PeerEvent }
  | { readonly kind: 'reset'; readonly items: readonly OrionObject[]; readonly resourceVersion: string }
  | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly resourceVersion: string }
  | { readonly kind: 'stats'; readonly stats: Stats }
  /** What a peer without news of a leader knows itself. */
  | { readonly kind: 'view'; readonly cluster: ClusterView }
  | { readonly kind: 'log.lines'; readonly stream: number; readonly lines: readonly LogLine[] }
  /** `error` undefined: everything that was asked for was sent. */
  | { readonly kind: 'log.end'; readonly stream: number; readonly error: string | undefined }
  | { readonly kind: 'revisions'; readonly service: string; readonly items: readonly RevisionView[] }
  | { readonly kind: 'written'; readonly write: Write; readonly outcome: string }
  | { readonly kind: 'failed'; readonly what: string; readonly error: string };

/** One write to the cluster. */
export type Write =
  | { readonly kind: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly kind: 'restart'; readonly service: string }
  /** `revision` undefined: the one before the current. */
  | { readonly kind: 'undo'; readonly service: string; readonly revision: number | undefined }
  | { readonly kind: 'delete'; readonly collection: 'services' | 'settings' | 'nodes'; readonly name: string }
  /** `to` undefined: to the voter that holds most. */
  | { readonly kind: 'transfer'; readonly to: string | undefined }
  | { readonly kind: 'promote'; readonly peer: string }
  | { readonly kind: 'remove'; readonly peer: string };

export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'revisions'; readonly service: string }
  /** The user's editor takes the terminal for a while. */
  | { readonly kind: 'edit'; readonly service: string }
  | {
      readonly kind: 'logs.open';
      readonly stream: number;
      readonly service: string;
      readonly replica: number | undefined;
      readonly follow: boolean;
      readonly tail: number;
    }
  | { readonly kind: 'logs.close'; readonly stream: number }
  | { readonly kind: 'remember'; readonly memory: Memory };
