// Hashes and random identities, in hex.

import { createHash, hash, type Hash, randomBytes, randomUUID } from 'node:crypto';

/** The first 128 bits of SHA-256 of a text: 32 hex digits. */
export function hash128(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The first 128 bits of SHA-256 of a text, as a number. */
export function digest128(text: string): bigint {
  return BigInt(`0x${hash('sha256', text, 'hex').slice(0, 32)}`);
}

/** `bytes` random bytes from the system's generator, in hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** A random id: 32 hex digits of which 122 bits are random. Many at once cost little. */
export function randomId(): string {
  return randomUUID().replaceAll('-', '');
}

/** SHA-256 over what comes in pieces. */
export class Sha256 {
  readonly #hash: Hash;

  constructor(hash: Hash = createHash('sha256')) {
    this.#hash = hash;
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Goes on by itself from here. */
  copy(): Sha256 {
    return new Sha256(this.#hash.copy());
  }

  /** 32 bytes. Nothing comes after it. */
  digest(): Buffer {
    return this.#hash.digest();
  }
}
