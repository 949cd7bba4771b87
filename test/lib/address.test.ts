// Addresses as text: what is one, and which ones only this machine reaches.

import { expect, test } from 'vitest';
import { formatAddress, isLoopback, isWildcard, parseAddress } from '../../src/lib/address.ts';

test.each([
  ['127.0.0.1:7060', { host: '127.0.0.1', port: 7060 }],
  ['Pi-1.lan:1', { host: 'pi-1.lan', port: 1 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
])('%s is an address', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(address)).toBe(text.toLowerCase());
});

test.each(['', ':1', 'a', 'a:', 'a:-1', 'a:65536', 'a:1:2', '::1:7', '[::1]', 'a/b:1', 'a:1 '])(
  '"%s" is not an address',
  (text) => {
    expect(parseAddress(text)).toBeUndefined();
  },
);

test('loopback is this machine alone, and a name that only begins like it is not', () => {
  expect(['localhost', '127.0.0.1', '127.255.0.9', '::1'].every(isLoopback)).toBe(true);
  expect(['127.0.0.1.example', '10.0.0.1', '0.0.0.0', '::', 'localhost.lan'].some(isLoopback)).toBe(false);
});

test('wildcards are every interface', () => {
  expect(['0.0.0.0', '::'].every(isWildcard)).toBe(true);
  expect(isWildcard('127.0.0.1')).toBe(false);
});
