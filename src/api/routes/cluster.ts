// The routes of the cluster itself: members, health, figures, backups, and what describes the API.

import { consistency, fresh, jsonAnswer, type Route, unavailable, writing } from './route.ts';

const members: readonly Route[] = [
  {
    method: 'get',
    path: '/api/cluster',
    tag: 'cluster',
    summary: 'What this peer knows of the cluster',
    description: 'Answered without asking anyone, also without a leader.',
    answers: { 200: jsonAnswer('ClusterView', 'as this peer sees it') },
    errors: [],
  },
  {
    method: 'post',
    path: '/api/cluster/peers',
    tag: 'cluster',
    summary: 'Add a peer',
    description: 'It joins as a learner, and is promoted once it has caught up unless it shall stay one.',
    body: { schema: 'AddPeerBody', required: true },
    answers: { 202: jsonAnswer('MembersAnswer', 'it is a learner') },
    errors: ['INVALID', 'ALREADY_MEMBER', 'REMOVED', 'CHANGE_IN_PROGRESS', 'CONFLICT', ...writing],
  },
  {
    method: 'delete',
    path: '/api/cluster/peers/{id}',
    tag: 'cluster',
    summary: 'Remove a peer, for good',
    answers: { 200: jsonAnswer('MembersAnswer', 'it is removed') },
    errors: ['NOT_FOUND', 'LAST_VOTER', 'QUORUM_AT_RISK', 'CHANGE_IN_PROGRESS', ...writing],
  },
  {
    method: 'post',
    path: '/api/cluster/peers/{id}/promote',
    tag: 'cluster',
    summary: 'Make a voter of a learner',
    body: { schema: 'PromoteBody', required: false },
    answers: { 200: jsonAnswer('MembersAnswer', 'it votes') },
    errors: ['NOT_FOUND', 'INVALID', 'ALREADY_MEMBER', 'LAGGING', 'CHANGE_IN_PROGRESS', ...writing],
  },
  {
    method: 'post',
    path: '/api/cluster/transfer',
    tag: 'cluster',
    summary: 'Hand leadership over',
    body: { schema: 'TransferBody', required: false },
    answers: { 200: jsonAnswer('TransferAnswer', 'another peer leads') },
    errors: ['NOT_FOUND', 'INVALID', 'CONFLICT', 'LAGGING', 'CHANGE_IN_PROGRESS', ...writing],
  },
];

const live = (path: string): Route => ({
  method: 'get',
  path,
  tag: 'health',
  summary: 'Whether this process lives',
  answers: { 200: jsonAnswer('LiveAnswer', 'it does') },
  errors: [],
  anyQuery: true,
});

const ready = (path: string): Route => ({
  method: 'get',
  path,
  tag: 'health',
  summary: 'Whether this peer can serve',
  answers: { 200: jsonAnswer('ReadyAnswer', 'it can'), 503: jsonAnswer('ReadyAnswer', 'not yet, and why') },
  errors: [],
  anyQuery: true,
});

const health: readonly Route[] = [
  live('/health'),
  live('/livez'),
  ready('/ready'),
  ready('/readyz'),
  {
    method: 'get',
    path: '/metrics',
    tag: 'health',
    summary: "This peer's figures, for Prometheus",
    answers: {
      200: {
        description: 'in the text format of Prometheus',
        content: { type: 'text/plain', schema: { type: 'string' } },
      },
    },
    errors: [],
  },
];

const backup: Route = {
  method: 'get',
  path: '/api/backup',
  tag: 'cluster',
  summary: 'The whole state, as one file',
  description: 'As of one index, in the form that orion restore reads. One at a time on a peer.',
  query: [consistency],
  answers: {
    200: fresh({
      description: 'the state; its end says that it is whole',
      content: { type: 'application/octet-stream', schema: { type: 'string', format: 'binary' } },
    }),
  },
  errors: unavailable,
};

const described: readonly Route[] = [
  {
    method: 'get',
    path: '/api/openapi.json',
    tag: 'documents',
    summary: 'This document',
    answers: {
      200: { description: 'OpenAPI 3.1', content: { type: 'application/json', schema: { type: 'object' } } },
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/api/docs',
    tag: 'documents',
    summary: 'This document, as a page',
    answers: { 200: { description: 'HTML', content: { type: 'text/html', schema: { type: 'string' } } } },
    errors: [],
  },
];

export const routesOfCluster: readonly Route[] = [...members, backup, ...health, ...described];
