// What a watch asks for: kinds, selectors, from where. The same over server-sent events and over a WebSocket.

import { OrionError } from '../lib/errors.ts';
import type { OrionObject } from '../protocol/objects.ts';
import type { View } from '../state/view.ts';
import { flag, type Query } from './request.ts';
import { fieldSelector, labelSelector, type Selector } from './selectors.ts';
import { fellBehind } from './watcher.ts';

export const watchKeys = ['kind', 'from', 'cluster', 'labelSelector', 'fieldSelector', 'stats'] as const;

export interface WatchRequest {
  readonly selection: { readonly key: string; readonly selects: Selector };
  /** Told are changes with an index above it. */
  readonly from: number;
  readonly wantsStats: boolean;
}

/** `lastEventId`: the header, which a reader that comes again sends by itself. Throws MALFORMED, EXPIRED or NO_LEADER. */
export function watchRequestOf(
  query: Query<(typeof watchKeys)[number]>,
  lastEventId: string | undefined,
  view: View,
): WatchRequest {
  const wantsStats = query.stats === undefined || flag(query, 'stats');
  const from = versionOf(lastEventId, 'Last-Event-ID') ?? versionOf(query.from, 'from') ?? view.appliedIndex;
  const selection = selectionOf(query);
  if (query.cluster !== undefined && query.cluster !== view.clusterId) throw foreign(query.cluster, view);
  if (from < view.windowStart) throw fellBehind(view.windowStart, 'EXPIRED');
  return { selection, from, wantsStats };
}

function versionOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OrionError('MALFORMED', `"${name}" is a resourceVersion: digits.`);
}

function foreign(cluster: string, { clusterId }: View): OrionError {
  if (clusterId === '') return new OrionError('NO_LEADER', 'This peer belongs to no cluster yet.');
  return new OrionError(
    'EXPIRED',
    `This is the cluster ${clusterId}, and versions of "${cluster}" mean nothing here.`,
  );
}

const kinds: Readonly<Record<OrionObject['kind'], true>> = {
  Service: true,
  Node: true,
  Assignment: true,
  Setting: true,
  Event: true,
};

function selectionOf(query: Query<(typeof watchKeys)[number]>): WatchRequest['selection'] {
  const { kind, labelSelector: labels, fieldSelector: fields } = query;
  const tests: Selector[] = [];
  if (kind !== undefined) tests.push(kindSelector(kind));
  if (labels !== undefined) tests.push(labelSelector(labels));
  if (fields !== undefined) tests.push(fieldSelector(fields));
  return {
    key: JSON.stringify([kind, labels, fields]),
    selects: (object) => tests.every((test) => test(object)),
  };
}

function kindSelector(text: string): Selector {
  const wanted = text.split(',');
  for (const kind of wanted) {
    if (Object.hasOwn(kinds, kind)) continue;
    throw new OrionError('MALFORMED', `"${kind}" is no kind: ${Object.keys(kinds).join(', ')}.`);
  }
  return ({ kind }) => wanted.includes(kind);
}
