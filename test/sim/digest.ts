// Short hashes of plain values, for comparing logs, states and whole runs. Not for secrets: 32 bits, no key.

import type { Entry } from '../../raft/types.ts';
import { unreachable } from '../../src/lib/assert.ts';

export const emptyDigest = 0x811c9dc5;

/** The digest of what `digest` stood for, followed by `value` (its low 53 bits). */
export function mix(digest: number, value: number): number {
  const low = Math.imul(digest ^ (value | 0), 0x01000193);
  const both = Math.imul(low ^ Math.floor(value / 0x1_0000_0000), 0x85ebca6b);
  return (both ^ (both >>> 13)) >>> 0;
}

function mixBytes(digest: number, bytes: Uint8Array): number {
  let mixed = mix(digest, bytes.length);
  for (const byte of bytes) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mixed >>> 0;
}

function mixText(digest: number, text: string): number {
  let mixed = mix(digest, text.length);
  for (let i = 0; i < text.length; i += 1) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193);
  return mixed >>> 0;
}

/** By text: traces and keys say the same few words again and again. */
const words = new Map<string, number>();
/** A longer text is hardly ever said twice. */
const wordLengthMax = 40;

/** The digest of a text by itself. */
export function digestOfText(text: string): number {
  const known = words.get(text);
  if (known !== undefined) return known;
  const digest = mixText(emptyDigest, text);
  if (text.length <= wordLengthMax) words.set(text, digest);
  return digest;
}

/** By entry: entries never change, and the same one is seen many times. */
const digests = new WeakMap<Entry, number>();

/** Everything that an entry says: two entries with one digest are taken to be the same. */
export function digestOf(entry: Entry): number {
  const known = digests.get(entry);
  if (known !== undefined) return known;
  const digest = digestAnew(entry);
  digests.set(entry, digest);
  return digest;
}

function digestAnew(entry: Entry): number {
  const head = mix(mix(mix(emptyDigest, entry.index), entry.term), entry.time);
  switch (entry.payload.kind) {
    case 'genesis':
      return mixText(head, entry.payload.genesis.clusterId);
    case 'noop':
      return mix(head, 1);
    case 'configuration':
      return mixText(mix(head, 3), JSON.stringify(entry.payload.membership));
    case 'command':
      return mixBytes(mix(head, 2), entry.payload.data);
    default:
      return unreachable(entry.payload);
  }
}
