// The first frames of a connection: who is there, and whether both sides want to talk.
//   dialer → hello      acceptor → hello (which accepts) or refused      dialer → accept or refused
// H1. A connection carries messages only after both sides have judged the identity of the other.
// H2. The protocol range is read before anything else of a hello: an identity of another version may look different.

import { limits } from '../lib/limits.ts';
import type { PeerIdentity } from '../peer/ports.ts';
import { asFields, isCount, isText, parseIdentity } from './shapes.ts';

/** Protocol versions that this build speaks. */
export const protocol = { min: 4, max: 4 } as const;

/**
 * `control` is for what must never wait behind entries, `data` for everything that may be large, `snapshot` for whole
 * states, behind which no entry may wait either.
 */
export const purposes = ['control', 'data', 'snapshot'] as const;

export type Purpose = (typeof purposes)[number];

export const queueBytesMax: Readonly<Record<Purpose, number>> = {
  control: limits.controlQueueBytesMax,
  data: limits.dataQueueBytesMax,
  snapshot: limits.snapshotQueueBytesMax,
};

export interface Hello {
  readonly kind: 'hello';
  readonly protocol: { readonly min: number; readonly max: number };
  readonly purpose: Purpose;
  /** Rises with every try within one run of the dialer: pairs two connections, and tells new from old. */
  readonly attempt: number;
  readonly identity: PeerIdentity;
}

export type HandshakeFrame =
  | Hello
  | { readonly kind: 'accept' }
  /** `identity`: of the side that refuses, who said nothing of itself before when it was dialled. */
  | { readonly kind: 'refused'; readonly reason: string; readonly identity: PeerIdentity | undefined };

/** What arrived: also a hello of a protocol that this build does not speak. */
export type ParsedHandshake = HandshakeFrame | { readonly kind: 'incompatible'; readonly reason: string };

/** Undefined when it is no frame of a handshake. */
export function parseHandshake(value: unknown): ParsedHandshake | undefined {
  const it = asFields(value);
  switch (it?.['kind'] as HandshakeFrame['kind'] | undefined) {
    case 'hello':
      return parseHello(it ?? {});
    case 'accept':
      return { kind: 'accept' };
    case 'refused':
      if (!isText(it?.['reason'])) return undefined;
      return { kind: 'refused', reason: it['reason'], identity: parseIdentity(it['identity']) };
    default:
      return undefined;
  }
}

function parseHello(it: Readonly<Record<string, unknown>>): ParsedHandshake | undefined {
  const { min, max } = asFields(it['protocol']) ?? {};
  if (!isCount(min) || !isCount(max)) return undefined;
  if (min > protocol.max || max < protocol.min) {
    const reason = `protocols ${min} to ${max} and ${protocol.min} to ${protocol.max} have none in common: upgrade the older peer`;
    return { kind: 'incompatible', reason };
  }
  const { attempt } = it;
  const purpose = purposes.find((known) => known === it['purpose']);
  const identity = parseIdentity(it['identity']);
  if (purpose === undefined || !isCount(attempt) || identity === undefined) return undefined;
  return { kind: 'hello', protocol: { min, max }, purpose, attempt, identity };
}
