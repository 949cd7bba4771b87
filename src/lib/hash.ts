// Hashes and random identities, in hex.

import { createHash, randomBytes } from 'node:crypto';

/** The first 128 bits of SHA-256 of a text: 32 hex digits. */
export function hash128(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** `bytes` random bytes from the system's generator, in hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
