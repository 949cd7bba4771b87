// The route of watches.

import type { Parameter, Route } from './route.ts';
import { fieldSelector, labelSelector, unavailable } from './route.ts';

const text = (name: string, description: string): Parameter => ({
  name,
  description,
  schema: { type: 'string' },
});

export const routesOfWatches: readonly Route[] = [
  {
    method: 'get',
    path: '/api/watch',
    tag: 'watch',
    summary: 'Hear of every change',
    description: [
      'Server-sent events, or a WebSocket on the same route, each message a JSON text {event, id?, data}.',
      'change: {resourceVersion, changes: [{type: ADDED|MODIFIED|DELETED, object}]}, all that one index changed.',
      'bookmark, first of all and every 15 s: {resourceVersion}, up to which everything was told.',
      "stats, each second: the leader's view of the cluster, disks and nodes. error, the last: a problem.",
    ].join(' '),
    query: [
      text('kind', 'names of kinds, with commas between; absent: all'),
      {
        name: 'from',
        description: 'a resourceVersion: changes behind it are told; absent: those that come from now on',
        schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
      },
      text('cluster', 'id of the cluster that from is of: 410 from any other one'),
      labelSelector,
      fieldSelector,
      {
        name: 'stats',
        description: "whether the leader's view is told, too; absent: true",
        schema: { type: 'boolean' },
      },
    ],
    headers: [
      {
        name: 'Last-Event-ID',
        description: 'the id of the last message that was heard: counts more than from',
        schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
      },
    ],
    answers: {
      200: {
        description: 'messages, as they come',
        content: { type: 'text/event-stream', schema: { type: 'string' } },
      },
    },
    errors: ['EXPIRED', ...unavailable],
  },
];
