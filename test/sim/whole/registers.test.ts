// The judge of what clients see, on made-up histories.

import { beforeEach, describe, expect, test } from 'vitest';
import { Registers } from './registers.ts';

describe('registers', () => {
  let registers = new Registers();

  /** A write that was acknowledged as `version`. */
  function written(value: string, version: number, key = 'k'): void {
    registers.acknowledged(registers.beginWrite(key, value), { value, version });
  }

  /** A read that saw `value` at `version`. */
  function read(value: string, version: number, key = 'k'): void {
    registers.served(registers.beginRead(key), { value, version });
  }

  beforeEach(() => {
    registers = new Registers();
  });

  test('a read sees the last write, or a later one', () => {
    written('a', 3);
    registers.beginWrite('k', 'b');
    read('a', 3);
    expect(() => read('b', 4)).not.toThrow();
  });

  test('a read that began before a write ended may miss it', () => {
    const begun = registers.beginRead('k');
    written('a', 3);
    expect(() => registers.served(begun, undefined)).not.toThrow();
  });

  test('a read that misses what was acknowledged before it began is stale', () => {
    written('a', 3);
    written('b', 5);
    expect(() => read('a', 3)).toThrow('sees version 3, 5 was seen before it');
    expect(() => registers.served(registers.beginRead('k'), undefined)).toThrow('sees version none');
  });

  test('a read that misses what another read saw before it began is stale', () => {
    written('a', 3);
    registers.beginWrite('k', 'b');
    read('b', 4);
    expect(() => read('a', 3)).toThrow('registers');
  });

  test('keys are judged apart', () => {
    written('a', 3, 'k');
    expect(() => registers.served(registers.beginRead('other'), undefined)).not.toThrow();
  });

  test('a write is ordered behind all that ended before it began', () => {
    written('a', 3);
    const begun = registers.beginWrite('k', 'b');
    expect(() => registers.acknowledged(begun, { value: 'b', version: 3 })).toThrow('is version 3, behind 3');
  });

  test('a write of unknown outcome may be seen later, or never', () => {
    registers.beginWrite('k', 'lost');
    registers.beginWrite('k', 'late');
    written('a', 3);
    expect(() => read('late', 9)).not.toThrow();
  });

  test('a write of unknown outcome is ordered behind all that ended before it began, too', () => {
    const early = registers.beginRead('k');
    written('a', 7);
    registers.beginWrite('k', 'late');
    expect(() => registers.served(early, { value: 'late', version: 5 })).toThrow(
      'late of k is version 5, behind 7',
    );
  });

  test('a refused write is never seen, before or after the refusal', () => {
    registers.beginWrite('k', 'a');
    registers.refused('a');
    expect(() => read('a', 3)).toThrow('a of k is seen, and was refused');
    registers.beginWrite('k', 'b');
    read('b', 4);
    expect(() => registers.refused('b')).toThrow('b was refused, and seen');
  });

  test('a refused write is never committed, before or after the refusal', () => {
    registers.beginWrite('k', 'a');
    registers.refused('a');
    expect(() => registers.committed('a')).toThrow('a is committed, and was refused');
    registers.beginWrite('k', 'b');
    registers.committed('b');
    expect(() => registers.refused('b')).toThrow('b was refused, and committed');
  });

  test('a value that nobody wrote is not seen', () => {
    expect(() => read('x', 3)).toThrow('never written');
  });

  test('a version has one value, and a value one version', () => {
    registers.beginWrite('k', 'b');
    written('a', 3);
    expect(() => read('b', 3)).toThrow('version 3 of k is a and b');
    expect(() => read('a', 4)).toThrow('a was written twice, as 3 and 4');
  });
});
