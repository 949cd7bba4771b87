// What every resource of the API is given, and how it answers.

import type { FastifyReply } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import type { Applied, ControlPlane } from '../peer/control-plane.ts';
import type { CommandResult } from '../protocol/command.ts';
import type { TrialPlan } from '../protocol/dry-run.ts';
import type { LogSource } from '../protocol/logs.ts';
import type { OrionObject } from '../protocol/objects.ts';
import type { RowChange } from '../state/view.ts';
import type { Bodies } from './bodies.ts';
import type { Clients } from './clients.ts';
import type { Turns } from './turns.ts';

/** A constant message, plus fields. */
export type Log = (fields: object, message: string) => void;

/** What the API tells of its requests, and the page that it serves of them. */
export interface MetricSink {
  readonly contentType: string;
  text(): Promise<string>;
  onRequest(ended: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly milliseconds: number;
  }): void;
}

export interface ApiContext {
  readonly controlPlane: ControlPlane;
  readonly logs: LogSource;
  readonly log: Log;
  readonly bodies: Bodies;
  readonly metrics: MetricSink;
  readonly clients: Clients;
  readonly turns: Turns;
  /** What the scheduler would make of changes that are not made, a step for each turn. */
  readonly plan: (changes: readonly RowChange[]) => Generator<void, TrialPlan>;
}

export function sendJson(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(value));
}

/** `version`: the one that goes with this answer, if the object may have another one by now. */
export function sendObject(
  reply: FastifyReply,
  status: number,
  object: OrionObject,
  version: string = object.metadata.resourceVersion,
): FastifyReply {
  reply.header('etag', `"${version}"`);
  return sendJson(reply, status, object);
}

/** What the state answered, where it did not refuse: a refusal is thrown as the error it stands for. */
export function accepted(result: CommandResult): Exclude<CommandResult, { kind: 'refused' }> {
  if (result.kind !== 'refused') return result;
  throw new OrionError(result.code, result.message, { issues: result.issues });
}

/** Answers a write that leaves an object behind. */
export function sendWritten(reply: FastifyReply, applied: Applied): FastifyReply {
  const result = accepted(applied.result);
  if (result.kind !== 'object') throw new Error(`a write of an object answered ${result.kind}`);
  return sendObject(reply, result.created ? 201 : 200, result.object, result.version);
}
