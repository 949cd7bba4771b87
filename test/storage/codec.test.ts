import * as fc from 'fast-check';
import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import type { Command } from '../../src/protocol/command.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const words = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  text,
  { maxKeys: 5 },
);
const count = fc.nat(2 ** 40);

const bodies = fc.oneof(
  fc.record(
    {
      kind: fc.constant('setting.put'),
      name: text,
      data: fc.string({ unit: 'binary', maxLength: 3_000 }),
      ifMatch: text,
      ifNoneMatch: fc.boolean(),
    },
    { requiredKeys: ['kind', 'name', 'data'] },
  ),
  fc.record({ kind: fc.constant('service.scale'), name: text, replicas: count }),
  fc.record({
    kind: fc.constant('node.register'),
    fence: fc.record({ term: count }),
    node: text,
    address: text,
    labels: words,
    capacity: fc.record({ cpu: fc.double({ min: 0, max: 1_000, noNaN: true }), memory: count }),
    runtimes: fc.subarray(['node', 'bun', 'deno', 'command']),
    running: fc.array(text),
  }),
);

const commands = fc
  .tuple(bodies, text)
  .map(([body, requestId]) => Object.assign({ schema: 1, requestId }, body) as unknown as Command);

/** The same value, with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

/** In hex, so that how a buffer came about makes no difference. */
const hexOf = (command: Command): string => Buffer.from(createCommandCodec().encode(command)).toString('hex');

test('a command comes back as it was', () => {
  const codec = createCommandCodec();
  fc.assert(
    fc.property(commands, (command) => {
      expect(codec.decode(codec.encode(command))).toEqual(command);
    }),
  );
});

test('the same command gives the same bytes, whoever built it in whatever order', () => {
  const codec = createCommandCodec();
  fc.assert(
    fc.property(commands, (command) => {
      expect(hexOf(reversed(command) as Command)).toBe(hexOf(command));
      expect(hexOf(codec.decode(codec.encode(command)))).toBe(hexOf(command));
    }),
  );
});

test('a field that is undefined is a field that is absent', () => {
  const command = { schema: 1, requestId: 'r', kind: 'setting.delete', name: 'a' } as const;
  expect(hexOf({ ...command, ifMatch: undefined })).toBe(hexOf(command));
});

test('bytes that were encoded stay as they are when the next command is encoded', () => {
  const codec = createCommandCodec();
  const encode = (name: string): Uint8Array =>
    codec.encode({ schema: 1, requestId: 'r', kind: 'setting.delete', name });
  const first = encode('a');
  const before = Uint8Array.from(first);
  for (let i = 0; i < 2_000; i += 1) encode(`other-${i}`);
  expect(Uint8Array.from(first)).toEqual(before);
});

test.each([
  ['a newer schema', { schema: 2, requestId: 'r', kind: 'setting.delete', name: 'a' }],
  ['no schema', { requestId: 'r', kind: 'setting.delete', name: 'a' }],
  ['an unknown kind', { schema: 1, requestId: 'r', kind: 'setting.rename', name: 'a' }],
  ['the name of an object method as its kind', { schema: 1, requestId: 'r', kind: 'toString' }],
  ['no map', 7],
])('a command with %s stops the peer, and is never skipped', (_, value) => {
  const bytes = new Packr({ useRecords: false }).pack(value);
  expect(() => createCommandCodec().decode(bytes)).toThrow(
    expect.objectContaining({ code: 'FORMAT_TOO_NEW' }),
  );
});

test('bytes that are no msgpack stop the peer, too', () => {
  for (const bytes of [[], [0xc1], [0x81, 0xa4, 0x6b]]) {
    expect(() => createCommandCodec().decode(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'FORMAT_TOO_NEW' }),
    );
  }
});
