// Bytes for raw sockets: HTTP that is broken somewhere, and frames of WebSockets that nobody should send.

import * as fc from 'fast-check';
import type { OpenApiDocument } from '../../src/api/openapi.ts';

/** Paths that take a WebSocket. */
const upgrades = ['/ws', '/api/watch'];

/** Requests for every path, with one to three places in which bytes are lost, doubled or replaced. */
export function bytesOf(document: OpenApiDocument): fc.Arbitrary<Uint8Array> {
  const targets = [
    ...Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, 'a')),
    ...upgrades,
  ];
  const whole = fc
    .record({
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'BREW'),
      target: fc.oneof(
        fc.constantFrom(...targets),
        fc.constantFrom('*', '//', '/%', '/%ff%fe', 'http://x/y', ''),
      ),
      version: fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9'),
      length: fc.constantFrom(
        '',
        'content-length: 2\r\n',
        'content-length: -1\r\n',
        'content-length: 99999999999\r\n',
      ),
      coding: fc.constantFrom(
        '',
        '',
        'transfer-encoding: chunked\r\n',
        'transfer-encoding: x\r\n',
        'expect: 100-continue\r\n',
      ),
      body: fc.constantFrom('', '{}', '2\r\n{}\r\n0\r\n\r\n', 'ffffffffff\r\n', '{"data":'),
    })
    .map(({ method, target, version, length, coding, body }) =>
      Buffer.from(
        `${method} ${target} ${version}\r\nhost: localhost\r\ncontent-type: application/json\r\n${length}${coding}\r\n${body}`,
      ),
    );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(whole, fc.array(harm, { maxLength: 3 }))
        .map(([bytes, harms]) => harmed(bytes, harms)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }) },
  );
}

interface Harm {
  readonly at: number;
  readonly kind: 'cut' | 'double' | 'replace';
  readonly byte: number;
}
const harm: fc.Arbitrary<Harm> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('cut', 'double', 'replace'),
  byte: fc.nat(255),
});

function harmed(bytes: Uint8Array, harms: readonly Harm[]): Uint8Array {
  return harms.reduce<Uint8Array>((now, { at, kind, byte }) => {
    const place = at % Math.max(1, now.length);
    if (kind === 'cut') return now.slice(0, place);
    const middle = kind === 'replace' ? Buffer.from([byte]) : now.slice(place, place + 8);
    const rest = now.slice(kind === 'replace' ? place + 1 : place);
    return Buffer.concat([now.slice(0, place), middle, rest]);
  }, bytes);
}

/** A handshake that is taken, and frames behind it: of any kind, length and content. */
export function framesOf(): fc.Arbitrary<Uint8Array> {
  const handshake = fc
    .constantFrom(...upgrades)
    .map((path) =>
      Buffer.from(
        [
          `GET ${path} HTTP/1.1`,
          'host: localhost',
          'connection: upgrade',
          'upgrade: websocket',
          'sec-websocket-version: 13',
          'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
          '',
          '',
        ].join('\r\n'),
      ),
    );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 125 }),
    fc.constantFrom(...messages).map((text) => Buffer.from(text)),
  );
  const frame = fc
    .record({ head: fc.oneof(fc.constant(0x81), fc.nat(255)), length: fc.option(fc.nat(127)), payload })
    .map(({ head, length, payload }) =>
      Buffer.concat([Buffer.from([head, 0x80 | (length ?? payload.length), 0, 0, 0, 0]), payload]),
    );
  return fc
    .tuple(handshake, fc.array(frame, { maxLength: 4 }))
    .map(([first, frames]) => Buffer.concat([first, ...frames]));
}

/** As an agent might say them, and as it must not. */
const messages = [
  '{}',
  '[]',
  'null',
  '{"type":"hello"}',
  '{"type":"heartbeat","timestamp":1,"metrics":{"cpu":0,"memory":0}}',
  '{"type":"status","assignmentId":"a","sequence":1,"state":"running","ports":{},"restarts":0}',
  '{"type":"logs.chunk","streamId":1,"lines":[],"end":true}',
  '{"type":"goodbye"}',
  '{"type":"__proto__"}',
];
