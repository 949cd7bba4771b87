// The routes of objects, and of what makes them: services, nodes, assignments, settings, manifests.

import { limits } from '../../lib/limits.ts';
import type { SchemaName } from '../../protocol/json-schemas.ts';
import {
  at,
  consistency,
  countParameter,
  fieldSelector,
  flagParameter,
  fresh,
  idempotencyKey,
  ifMatch,
  ifNoneMatch,
  jsonAnswer,
  labelSelector,
  nothing,
  objectAnswer,
  paging,
  type Route,
  submitting,
  unavailable,
} from './route.ts';

type Kind = 'Service' | 'Node' | 'Assignment' | 'Setting' | 'Event';

/** A list of them, and one of them. */
function reads(kind: Kind, collection: string): readonly Route[] {
  const path = `/api/${collection}`;
  const list: SchemaName = `${kind}List`;
  return [
    {
      method: 'get',
      path,
      tag: collection,
      summary: `List ${collection}`,
      query: [consistency, at, labelSelector, fieldSelector, ...paging],
      answers: { 200: fresh(jsonAnswer(list, `${collection} in the order of their names, as of one index`)) },
      errors: ['EXPIRED', ...unavailable],
    },
    {
      method: 'get',
      path: `${path}/{name}`,
      tag: collection,
      summary: `Read one of the ${collection}`,
      query: [consistency, at],
      answers: { 200: fresh(objectAnswer(kind, 'the object')) },
      errors: ['NOT_FOUND', 'EXPIRED', ...unavailable],
    },
  ];
}

const services: readonly Route[] = [
  ...reads('Service', 'services'),
  {
    method: 'delete',
    path: '/api/services/{name}',
    tag: 'services',
    summary: 'Delete a service',
    description: 'Its replicas are asked to stop in the same step.',
    headers: [ifMatch, idempotencyKey],
    answers: { 204: nothing('it is deleted') },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', ...submitting],
  },
  {
    method: 'post',
    path: '/api/services/{name}/scale',
    tag: 'services',
    summary: 'Set the number of replicas',
    headers: [ifMatch, idempotencyKey],
    body: { schema: 'ScaleBody', required: true },
    answers: { 200: objectAnswer('Service', 'the service, as it is now wanted') },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'INVALID', ...submitting],
  },
  {
    method: 'get',
    path: '/api/services/{name}/revisions',
    tag: 'services',
    summary: 'List the revisions of a service',
    description: `The last ${limits.revisionsMax}, newest first.`,
    query: [consistency],
    answers: { 200: fresh(jsonAnswer('RevisionList', 'what each asked for, and what became of it')) },
    errors: ['NOT_FOUND', ...unavailable],
  },
  {
    method: 'post',
    path: '/api/services/{name}/undo',
    tag: 'services',
    summary: 'Go back to an earlier revision',
    description: 'It is run again as a new revision; how many replicas there are stays as it is.',
    headers: [ifMatch, idempotencyKey],
    body: { schema: 'UndoBody', required: false },
    answers: { 200: objectAnswer('Service', 'the service, as it is now wanted') },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'INVALID', ...submitting],
  },
  {
    method: 'post',
    path: '/api/services/{name}/restart',
    tag: 'services',
    summary: 'Replace every replica by a new one',
    description: 'The same spec as a new revision, rolled out as any other.',
    headers: [ifMatch, idempotencyKey],
    body: { schema: 'RestartBody', required: false },
    answers: { 200: objectAnswer('Service', 'the service, as it is now wanted') },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'INVALID', ...submitting],
  },
  {
    method: 'get',
    path: '/api/services/{name}/logs',
    tag: 'services',
    summary: 'Read what the replicas write',
    description: 'Lines INDEX TIME LINE, or a JSON object a line for Accept: application/x-ndjson.',
    query: [
      flagParameter('follow', 'go on with new lines'),
      countParameter(
        'tail',
        `lines before the end to begin with, of each replica; absent: ${limits.logTailLines}`,
        limits.logTailLinesMax,
      ),
      countParameter('replica', 'only the replica of that index', limits.replicasMax),
    ],
    answers: {
      200: {
        description: 'lines, as they come',
        content: { type: 'text/plain', schema: { type: 'string' } },
      },
    },
    errors: ['NOT_FOUND', ...unavailable],
  },
];

const settings: readonly Route[] = [
  ...reads('Setting', 'settings'),
  {
    method: 'put',
    path: '/api/settings/{name}',
    tag: 'settings',
    summary: 'Write a setting',
    headers: [ifMatch, ifNoneMatch, idempotencyKey],
    body: { schema: 'SettingBody', required: true },
    answers: {
      200: objectAnswer('Setting', 'the setting, changed'),
      201: objectAnswer('Setting', 'the setting, made'),
    },
    // NOT_FOUND: a repeat of a request whose setting is gone since.
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'INVALID', ...submitting],
  },
  {
    method: 'delete',
    path: '/api/settings/{name}',
    tag: 'settings',
    summary: 'Delete a setting',
    headers: [ifMatch, idempotencyKey],
    answers: { 204: nothing('it is deleted') },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', ...submitting],
  },
];

const nodes: readonly Route[] = [
  ...reads('Node', 'nodes'),
  {
    method: 'delete',
    path: '/api/nodes/{name}',
    tag: 'nodes',
    summary: 'Forget a node that is down',
    headers: [ifMatch, idempotencyKey],
    answers: { 204: nothing('it is forgotten') },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', ...submitting],
  },
];

const manifests: readonly Route[] = [
  {
    method: 'post',
    path: '/api/apply',
    tag: 'manifests',
    summary: 'Have the cluster want what manifests say',
    description:
      'All or nothing, in JSON or YAML. If-Match and If-None-Match go with one service, and without prune.',
    query: [
      flagParameter('dryRun', 'judge it, and write nothing'),
      flagParameter('prune', 'delete what their owners applied before and do not list any more'),
    ],
    headers: [ifMatch, ifNoneMatch, idempotencyKey],
    body: { schema: 'Manifests', required: true },
    answers: {
      200: jsonAnswer('ApplyAnswer', 'what it would do (dryRun)'),
      202: jsonAnswer('ApplyAnswer', 'it is committed; what runs follows'),
    },
    errors: ['INVALID', 'PRECONDITION_FAILED', ...submitting],
  },
];

const operations: readonly Route[] = [
  {
    method: 'get',
    path: '/api/operations/{id}',
    tag: 'operations',
    summary: 'Ask how a write ended',
    description: 'After a 504 of it; the last 100,000 writes are remembered.',
    query: [consistency],
    answers: { 200: fresh(jsonAnswer('Operation', 'it was applied, or refused')) },
    errors: ['NOT_FOUND', ...unavailable],
  },
  {
    method: 'get',
    path: '/api/audit',
    tag: 'operations',
    summary: 'List the last writes of users',
    description: 'Applied and refused, newest first.',
    query: [
      consistency,
      countParameter('limit', `how many at once; absent: ${limits.auditPage}`, limits.auditPageMax),
      {
        name: 'continue',
        description: 'what the page before answered as that',
        schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
      },
    ],
    answers: { 200: fresh(jsonAnswer('AuditAnswer', 'a page of them')) },
    errors: unavailable,
  },
];

export const routesOfObjects: readonly Route[] = [
  ...services,
  ...reads('Assignment', 'assignments'),
  ...nodes,
  ...settings,
  ...reads('Event', 'events'),
  ...manifests,
  ...operations,
];
