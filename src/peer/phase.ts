// The phases of a peer's life; what leads from one to the next stands in lifecycle.ts.

import type { Genesis } from '../../raft/types.ts';
import type { Core } from './core.ts';

export type Phase =
  | { readonly kind: 'founding'; readonly reason: string }
  | { readonly kind: 'foreign'; readonly reason: string }
  | { readonly kind: 'running'; readonly genesis: Genesis; readonly core: Core; caughtUp: boolean }
  | { readonly kind: 'stopped' };
