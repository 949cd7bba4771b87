// What one route takes and answers, as data: the OpenAPI document, the page of it and the tests of the whole API are made of it.
//
// T1. A route that is served has an entry, and an entry is served (test/api/openapi.test.ts).
// T2. Nothing is answered but what the entry names (test/contract: each answer of every test there is judged by it).

import type { ErrorCode } from '../../lib/errors.ts';
import { servingLimits } from '../../lib/serving-limits.ts';
import type { JsonSchema, SchemaName } from '../../protocol/json-schemas.ts';

export interface Route {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** As OpenAPI writes it: `{name}` is a parameter. */
  readonly path: string;
  readonly tag: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** More of it, in sentences. */
  readonly description?: string;
  readonly query?: readonly Parameter[];
  readonly headers?: readonly Parameter[];
  readonly body?: { readonly schema: SchemaName; readonly required: boolean };
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those that every route has: see {@link errorsOf}. */
  readonly errors: readonly ErrorCode[];
  /** The query is not looked at, so that whatever probes send is taken. */
  readonly anyQuery?: true;
}

export interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface Answer {
  readonly description: string;
  /** Absent: no body. */
  readonly content?: { readonly type: string; readonly schema: SchemaName | JsonSchema };
  readonly headers?: readonly Parameter[];
}

/** Every code that the route may answer with. */
export function errorsOf(route: Route): readonly ErrorCode[] {
  const codes = [
    'FORBIDDEN',
    ...(['TIMEOUT', 'HEADERS_TOO_LARGE', 'RATE_LIMITED'] as const),
    // Of a peer that is full of connections, or stops.
    ...(['BUSY', 'NO_LEADER'] as const),
    ...(route.anyQuery === true ? [] : (['MALFORMED'] as const)),
    ...(route.method === 'get' ? [] : (['TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...route.errors,
  ] as const;
  return [...new Set(codes)];
}

// ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────

export const jsonAnswer = (schema: SchemaName, description: string): Answer => ({
  description,
  content: { type: 'application/json', schema },
});

export const objectAnswer = (schema: SchemaName, description: string): Answer => ({
  ...jsonAnswer(schema, description),
  headers: [{ name: 'ETag', description: 'the resourceVersion, in quotes', schema: { type: 'string' } }],
});

export const nothing = (description: string): Answer => ({ description });

/** `answer`, with what says how fresh it is. */
export const fresh = (answer: Answer): Answer => ({
  ...answer,
  headers: [
    ...(answer.headers ?? []),
    {
      name: 'X-Orion-Index',
      description: 'the log index up to which this peer had applied',
      schema: { type: 'integer' },
    },
    {
      name: 'X-Orion-Leader',
      description: 'id of the leader; empty when none is known',
      schema: { type: 'string' },
    },
    {
      name: 'X-Orion-Last-Contact-Ms',
      description: 'milliseconds since this peer heard of a leader; 0 on the leader, absent if never',
      schema: { type: 'integer' },
    },
  ],
});

// ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────

export const flagParameter = (name: string, description: string): Parameter => ({
  name,
  description: `${description}; absent: false`,
  schema: { type: 'boolean' },
});

export const countParameter = (name: string, description: string, maximum: number): Parameter => ({
  name,
  description,
  schema: { type: 'integer', minimum: 0, maximum },
});

export const consistency: Parameter = {
  name: 'consistency',
  description:
    'stale: what this peer has, at once; absent: everything that was acknowledged before the request (linearizable)',
  schema: { type: 'string', enum: ['stale'] },
};

export const at: Parameter = {
  name: 'at',
  description: 'a resourceVersion: what was there then; 410 when it is not kept any more',
  schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
};

export const paging: readonly Parameter[] = [
  {
    name: 'limit',
    description: 'how many at most; absent: all',
    schema: { type: 'integer', minimum: 1, maximum: servingLimits.listLimitMax },
  },
  {
    name: 'continue',
    description: 'what the page before answered as that: the next page, of the same version',
    schema: { type: 'string' },
  },
];

export const labelSelector: Parameter = {
  name: 'labelSelector',
  description: 'terms that all hold: a=b, a!=b, a in (b,c), a notin (b,c), a, !a, with commas between',
  schema: { type: 'string' },
};

export const fieldSelector: Parameter = {
  name: 'fieldSelector',
  description:
    'terms that all hold: spec.node=x, status.state!=x, any path of the object, with commas between',
  schema: { type: 'string' },
};

export const ifMatch: Parameter = {
  name: 'If-Match',
  description: 'the ETag that the object must have, or * for any: else 412',
  schema: { type: 'string', pattern: '^(\\*|(W/)?"[!#-~]*")$' },
};

export const ifNoneMatch: Parameter = {
  name: 'If-None-Match',
  description: '*: the object must not exist, else 412',
  schema: { type: 'string', enum: ['*'] },
};

export const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  description:
    'names this request, for as long as the last 100,000 writes: a repeat is answered as the first was, and done once',
  schema: { type: 'string', pattern: '^[!-~]{1,128}$' },
};

// ── Errors ───────────────────────────────────────────────────────────────────────────────────────────────

/** Of what asks the cluster: certainly nothing was applied. */
export const unavailable = ['NO_LEADER', 'NO_QUORUM', 'BUSY'] as const satisfies readonly ErrorCode[];

/** Of what is written. */
export const writing = [...unavailable, 'OUTCOME_UNKNOWN'] as const satisfies readonly ErrorCode[];

/** Of what a command writes. CONFLICT also where a leader of an older version does not know it. */
export const submitting = [
  ...writing,
  'CONFLICT',
  'IDEMPOTENCY_EXPIRED',
  'IDEMPOTENCY_MISMATCH',
] as const satisfies readonly ErrorCode[];
