// Paths, queries, headers and bodies of requests, from what callers ask for.

import type { Collection } from '../protocol/api.ts';
import type { PutOptions, WriteOptions } from './options.ts';

export const objectPath = (collection: Collection, name: string): string =>
  `/api/${collection}/${encodeURIComponent(name)}`;

/** `?a=1&b=x`, without what is undefined or false; empty when nothing is left. */
export function queryText(values: Readonly<Record<string, string | boolean | number | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === false ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

export function conditions({ ifMatch, ifNoneMatch }: PutOptions): Record<string, string> {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
    ...(ifNoneMatch === true ? { 'if-none-match': '*' } : {}),
  };
}

/** Of a write that the cluster knows by its key. */
export const keyOf = ({ idempotencyKey }: WriteOptions): { readonly key: string } => ({
  key: idempotencyKey ?? 'new',
});

export function jsonBody(
  value: object,
  options: PutOptions = {},
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return {
    headers: { 'content-type': 'application/json', ...conditions(options) },
    body: JSON.stringify(value),
  };
}
