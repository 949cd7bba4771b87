// Requests of every operation of the API, sound and unsound, made from its document.

import * as fc from 'fast-check';
import type { OpenApiDocument, Operation } from '../../src/api/openapi.ts';
import type { WireRequest } from '../contract/wire.ts';
import { soundValue, spoiledText } from './values.ts';

export interface FuzzRequest {
  /** Of the operation, as `method path`. */
  readonly name: string;
  readonly request: WireRequest;
}

/** Names of what is there, or may be by now. No peer's: a fuzz test that removes its cluster finds nothing more. */
const names = ['a', 'b', 'motd', 'node-1', 'absent'];

export function requestOf(document: OpenApiDocument): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ofOperation(document, { method, path, operation })),
  );
  return fc.oneof(...operations);
}

function ofOperation(
  document: OpenApiDocument,
  { method, path, operation }: { method: string; path: string; operation: Operation },
): fc.Arbitrary<FuzzRequest> {
  const { schemas } = document.components;
  const parametersIn = (place: 'path' | 'query' | 'header'): fc.Arbitrary<Record<string, unknown>> => {
    const mine = operation.parameters.filter((parameter) => parameter.in === place);
    const sound = mine.map(({ name, schema }) => [name, soundValue(schema, schemas)] as const);
    return fc.record(Object.fromEntries(sound), { requiredKeys: [], noNullPrototype: true });
  };
  const body = operation.requestBody === undefined ? fc.constant(undefined) : bodyOf(operation, document);
  return fc
    .record({
      param: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.string({ minLength: 1, unit: 'grapheme' }) },
      ),
      query: fc.oneof(
        { weight: 8, arbitrary: parametersIn('query').map(queryText) },
        { weight: 1, arbitrary: fc.webQueryParameters() },
      ),
      headers: fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        { weight: 2, arbitrary: parametersIn('header').map(headerTexts) },
        { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...oddHeaders), headerValue, { maxKeys: 3 }) },
      ),
      type: fc.constantFrom(...Array<string>(8).fill('application/json'), 'application/yaml', 'text/plain'),
      body: fc.option(body, { nil: undefined, freq: 8 }),
    })
    .map(({ param, query, headers, type, body }) => {
      const target = path.replaceAll(/\{\w+\}/g, percentEncoded(param));
      return {
        name: `${method} ${path}`,
        request: {
          method: method.toUpperCase(),
          target: query === '' ? target : `${target}?${query}`,
          headers: body === undefined ? headers : { 'content-type': type, ...headers },
          ...(body === undefined ? {} : { body }),
          headOfStreams: true,
        },
      };
    });
}

function bodyOf({ requestBody }: Operation, document: OpenApiDocument): fc.Arbitrary<string | Uint8Array> {
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema ?? {};
  const sound = soundValue(schema, document.components.schemas);
  return fc.oneof(
    { weight: 8, arbitrary: sound.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: spoiledText(sound) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileYaml) },
  );
}

/** Aliases that multiply, deep nesting, tags, merge keys, several documents. */
const hostileYaml = [
  'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  '!!js/function "x"',
  '<<: {a: 1}\n__proto__: {b: 2}',
  '--- a\n--- b\n--- c',
  '? [1, 2]\n: x\n? {a: b}\n: y',
];

const oddHeaders = [
  'if-match',
  'if-none-match',
  'idempotency-key',
  'accept',
  'range',
  'x-orion-forwarded',
  'last-event-id',
];
const headerValue = fc.oneof(
  fc.stringMatching(/^[!-~]{0,12}$/),
  fc.constantFrom('*', '"1"', 'W/"1"', '"', 'rv:1:abc', 'rv:99999999999999:x', '1', 'text/event-stream'),
);

const queryText = (query: Record<string, unknown>): string =>
  Object.entries(query)
    .map(([key, value]) => `${key}=${percentEncoded(String(value))}`)
    .join('&');

/** A header is ASCII on one line. */
const headerTexts = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key, String(value).replaceAll(/[^ -~]/g, '?')]),
  );

/** Half of a surrogate pair has no encoding of its own. */
const percentEncoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
