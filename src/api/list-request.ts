// What a list asks for: which objects, of which version, from where on and how many.
//
// `continue` is opaque to clients: the version that the first page was of, what was selected, and the last name that was given.

import { OrionError } from '../lib/errors.ts';
import { hash128 } from '../lib/hash.ts';
import { servingLimits } from '../lib/serving-limits.ts';
import type { Collection } from '../protocol/api.ts';
import type { View } from '../state/view.ts';
import type { Query } from './request.ts';
import { fieldSelector, labelSelector, type Selector } from './selectors.ts';
import { fellBehind } from './watcher.ts';

export const listKeys = ['consistency', 'limit', 'continue', 'labelSelector', 'fieldSelector', 'at'] as const;

export interface ListRequest {
  /** Undefined: as of now. */
  readonly at: number | undefined;
  /** Names behind this one are given. */
  readonly after: string;
  /** Undefined: all. */
  readonly limit: number | undefined;
  /** Undefined: every object is selected. */
  readonly selects: Selector | undefined;
  /** What the next page is asked for with. */
  continueAfter(name: string, index: number): string;
}

/** Throws MALFORMED. */
export function listRequestOf(collection: Collection, query: Query<(typeof listKeys)[number]>): ListRequest {
  const { labelSelector: labels, fieldSelector: fields } = query;
  const selectors: Selector[] = [];
  if (labels !== undefined) selectors.push(labelSelector(labels));
  if (fields !== undefined) selectors.push(fieldSelector(fields));
  const selection = hash128(JSON.stringify([collection, labels, fields])).slice(0, 8);
  const page = query.continue === undefined ? undefined : pageOf(query.continue, selection);
  if (page !== undefined && query.at !== undefined) {
    throw new OrionError('MALFORMED', '"continue" says of which version it is: leave "at" out.');
  }
  return {
    at: page?.index ?? versionOf(query.at),
    after: page?.after ?? '',
    limit: limitOf(query.limit),
    selects: selectors.length === 0 ? undefined : (object) => selectors.every((selects) => selects(object)),
    continueAfter: (name, index) => Buffer.from(`${index} ${selection} ${name}`).toString('base64url'),
  };
}

/** `at` of a query. Throws MALFORMED. */
export function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OrionError('MALFORMED', '"at" is a resourceVersion: digits.');
}

/** Throws what says why `index` cannot be read; `isStale`: this peer may be behind the others. */
export function assertKnown(view: View, index: number, isStale: boolean): void {
  if (index < view.windowStart) throw fellBehind(view.windowStart, 'EXPIRED');
  if (index <= view.appliedIndex) return;
  const message = `Version ${index} is still to come: this peer has applied ${view.appliedIndex}.`;
  throw new OrionError(isStale ? 'BUSY' : 'MALFORMED', message);
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const max = servingLimits.listLimitMax;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= max) return Number(text);
  throw new OrionError('MALFORMED', `"limit" is a whole number from 1 to ${max}.`);
}

function pageOf(token: string, selection: string): { readonly index: number; readonly after: string } {
  const match = /^(\d{1,15}) ([0-9a-f]{8}) ([^\s]+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null)
    throw new OrionError('MALFORMED', '"continue" is what the page before answered as that.');
  if (match[2] !== selection) {
    throw new OrionError('MALFORMED', '"continue" goes with the kind and the selectors of the page before.');
  }
  return { index: Number(match[1]), after: match[3] ?? '' };
}
