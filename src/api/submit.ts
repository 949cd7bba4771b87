// The one way from a user's request to a command: whose write it is, and which one, so that it is applied once however
// often it comes, and found again afterwards (protocol/records.ts, OperationRow).
//
// O1. Without an `Idempotency-Key` each request is an operation of its own, with a random id.
// O2. With one, the id follows from actor, method, path and key, on whichever peer it comes in; and what else the request
//     says goes along as a digest, so that the same key with another request is found out.

import type { FastifyRequest } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import { hash128, randomId } from '../lib/hash.ts';
import { limits } from '../lib/limits.ts';
import type { Applied } from '../peer/control-plane.ts';
import type { CommandBody, Origin } from '../protocol/command.ts';
import type { ApiContext } from './context.ts';
import { type BodyText, leftMs, queryTextOf } from './request.ts';

/** Until there are tokens, all callers are one. */
const anonymous = 'anonymous';

const submitted = new WeakMap<FastifyRequest, string>();

/** Has the command of `request` applied. Throws MALFORMED for a key that is none, and as `ControlPlane.propose` does. */
export function submit(context: ApiContext, request: FastifyRequest, body: CommandBody): Promise<Applied> {
  const origin = originOf(request);
  submitted.set(request, origin.operation);
  return context.controlPlane.propose(body, origin, leftMs(request.body as BodyText | undefined | null));
}

/** The operation that `request` was submitted as; undefined when it never came so far. */
export function operationOf(request: FastifyRequest): string | undefined {
  return submitted.get(request);
}

function originOf(request: FastifyRequest): Origin {
  const { method, headers, url } = request;
  const path = url.split('?', 1)[0] ?? url;
  const key = idempotencyKeyOf(request);
  const { operation, ...more } = key === undefined ? { operation: randomId() } : keyed(request, path, key); // O1
  // In the order in which they are encoded.
  return Object.assign(
    {
      actor: anonymous,
      agent: printable(headers['user-agent'] ?? '').slice(0, limits.operationAgentCharsMax),
      from: request.ip,
      method,
      operation,
      path: path.slice(0, limits.operationPathCharsMax),
    },
    more,
  );
}

/** O2. */
function keyed(
  request: FastifyRequest,
  path: string,
  key: string,
): Pick<Origin, 'operation' | 'bodyDigest' | 'since'> {
  const { method, headers } = request;
  const body = (request.body as BodyText | null | undefined)?.text ?? '';
  const said = [queryTextOf(request), headers['if-match'] ?? '', headers['if-none-match'] ?? '', body];
  const seen = /^rv:(\d{1,15}):/.exec(key)?.[1];
  return {
    operation: hash128([anonymous, method, path, key].join('\n')),
    bodyDigest: hash128(said.join('\n')),
    ...(seen !== undefined && { since: Number(seen) }),
  };
}

/** Throws MALFORMED for anything but 1 to 128 visible characters of ASCII. */
function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new OrionError('MALFORMED', 'An Idempotency-Key has 1 to 128 visible characters of ASCII.');
}

/** Of what is no command, and so would be done again: it takes no key. Throws MALFORMED. */
export function keylessOrigin(request: FastifyRequest): Origin {
  if (request.headers['idempotency-key'] !== undefined) {
    throw new OrionError('MALFORMED', 'This request takes no Idempotency-Key: leave it out.');
  }
  return originOf(request);
}

/** The same for a change of members, which is remembered as an operation once it is committed. Throws MALFORMED. */
export function memberOrigin(request: FastifyRequest): Origin {
  const origin = keylessOrigin(request);
  submitted.set(request, origin.operation);
  return origin;
}

/** Header values are bytes; the state keeps text that every peer writes alike. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');
