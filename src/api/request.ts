// What a request says: its query, its preconditions, its body. Nothing is ignored: what is not understood is refused.

import type { FastifyInstance, FastifyRequest, RawRequestDefaultExpression } from 'fastify';
import { type Issue, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Preconditions } from '../protocol/command.ts';
import { type DocumentFormat, parseDocument } from '../protocol/document.ts';

// ── Query ────────────────────────────────────────────────────────────────────────────────────────────────

export type Query<Key extends string> = Readonly<Partial<Record<Key, string>>>;

/** The query's values by key. Throws MALFORMED for a key not in `keys`, one given twice, or broken percent-encoding. */
export function queryOf<Key extends string>(
  request: { readonly url?: string | undefined },
  keys: readonly Key[],
): Query<Key> {
  const text = queryTextOf(request);
  const query: Partial<Record<Key, string>> = {};
  if (text === '') return query;
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const key = keys.find((known) => known === name);
    if (key === undefined) throw new OrionError('MALFORMED', `The query knows no "${name}".`);
    if (query[key] !== undefined) throw new OrionError('MALFORMED', `The query gives "${name}" twice.`);
    query[key] = equals < 0 ? '' : decoded(pair.slice(equals + 1));
  }
  return query;
}

/** The query as it was sent; empty without one. */
export function queryTextOf({ url = '' }: { readonly url?: string | undefined }): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OrionError('MALFORMED', 'The query is not percent-encoded UTF-8.');
  }
}

/** `true` or `false`; absent is false. */
export function flag(query: Query<string>, key: string): boolean {
  const value = query[key];
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new OrionError('MALFORMED', `"${key}" is true or false.`);
}

/** A whole number in `[min, max]`. */
export function count<Absent>(
  query: Query<string>,
  key: string,
  max: number,
  absent: Absent,
  min = 0,
): number | Absent {
  const value = query[key];
  if (value === undefined) return absent;
  if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw new OrionError('MALFORMED', `"${key}" is a whole number from ${min} to ${max}.`);
}

// ── Preconditions ────────────────────────────────────────────────────────────────────────────────────────

const anyVersion = '*';

/**
 * `If-Match: "RV"` or `*`; with `create`, `If-None-Match: *` too. Throws MALFORMED for anything else: a precondition
 * that is passed over would be worse than none.
 */
export function preconditionsOf(
  request: FastifyRequest,
  taken: { readonly match: boolean; readonly create: boolean },
): Preconditions {
  const match = request.headers['if-match'];
  const none = request.headers['if-none-match'];
  if (match === undefined && none === undefined) return {};
  if (match !== undefined && !taken.match) throw notTaken('If-Match');
  if (none !== undefined && !taken.create) throw notTaken('If-None-Match');
  if (none !== undefined && none !== anyVersion) {
    throw new OrionError('MALFORMED', 'If-None-Match takes * alone: the object must not exist.');
  }
  return {
    ...(match === undefined ? {} : { ifMatch: versionOf(match) }),
    ...(none === undefined ? {} : { ifNoneMatch: true }),
  };
}

const notTaken = (header: string): OrionError =>
  new OrionError('MALFORMED', `This request takes no ${header}: leave it out.`);

/** Weak tags are well formed, and equal nothing by the strong comparison that If-Match asks for (RFC 9110 §8.8.3.2). */
function versionOf(match: string): string {
  if (match === anyVersion) return match;
  const tag = /^(W\/)?"([\x21\x23-\x7e]*)"$/.exec(match.trim());
  if (tag === null) throw new OrionError('MALFORMED', 'If-Match takes one ETag as the object gave it, or *.');
  return tag[1] === undefined && tag[2] !== anyVersion ? (tag[2] ?? '') : match;
}

// ── Body ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface BodyText {
  readonly text: string;
  readonly format: DocumentFormat;
  /** When it had come, in monotonic milliseconds: from then on its request has `limits.requestMs`. Default: now. */
  readonly atMs?: number;
}

/** What is left of the time of a request with `body`, in milliseconds; 0 or below when it is over. */
export function leftMs(body: BodyText | undefined | null): number {
  const nowMs = performance.now();
  return limits.requestMs - (nowMs - (body?.atMs ?? nowMs));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Bodies come in as text and are parsed by whoever knows what they should hold; other types are refused with 415. Whoever waits
 * with his (`Expect: 100-continue`) is told to go on once nothing else can be wrong.
 */
export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', ({ headers, raw: { httpVersion } }, reply, payload, done) => {
    if (headers.expect !== undefined && httpVersion === '1.1') {
      if (isTaken(headers)) reply.raw.writeContinue();
      else reply.header('connection', 'close'); // its body will not come
    }
    done(null, payload);
  });
  for (const format of ['json', 'yaml'] as const) {
    app.addContentTypeParser(
      `application/${format}`,
      { parseAs: 'buffer', bodyLimit: limits.bodyBytesMax },
      (_request, bytes: Buffer, done) => {
        try {
          done(null, { text: utf8.decode(bytes), format, atMs: performance.now() } satisfies BodyText);
        } catch {
          done(new OrionError('MALFORMED', 'The body is not UTF-8.'));
        }
      },
    );
  }
}

/** Whether a body with these headers will be read. */
function isTaken({
  'content-type': type = '',
  'content-length': length = '0',
}: RawRequestDefaultExpression['headers']): boolean {
  return /^application\/(json|yaml)\s*(;|$)/i.test(type) && Number(length) <= limits.bodyBytesMax;
}

/** The body where it may be left out: an empty object then. */
export function optionalBodyOf(request: FastifyRequest): BodyText {
  return (request.body as BodyText | undefined | null) ?? { text: '{}', format: 'json' };
}

/** Throws MALFORMED when there is no body. */
export function bodyTextOf(request: FastifyRequest): BodyText {
  const body = request.body as BodyText | undefined | null;
  if (body === undefined || body === null) throw new OrionError('MALFORMED', 'A body is needed.');
  return body;
}

/** The fields of a body: which must be there, and which may. No other may. */
export interface FieldNames {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** The values of a body, an object, by their keys. Throws MALFORMED or INVALID. */
export function fieldsOf(
  { text, format }: BodyText,
  { required, optional }: FieldNames,
): Readonly<Record<string, unknown>> {
  const { value, lineOf } = parseDocument(text, format);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const names = required.map((key) => ` with "${key}"`).join(',');
    throw invalid([{ path: '', message: `an object${names} is needed` }]);
  }
  const issues: Issue[] = [];
  for (const name of Object.keys(value)) {
    if (required.includes(name) || optional.includes(name) || issues.length >= limits.issuesMax) continue;
    const line = lineOf([name]);
    issues.push({ path: name, ...(line === undefined ? {} : { line }), message: 'unknown key' });
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key)) issues.push({ path: key, message: 'it is required' });
  }
  if (issues.length > 0) throw invalid(issues);
  return value as Readonly<Record<string, unknown>>;
}

export function invalid(issues: readonly Issue[]): OrionError {
  return new OrionError('INVALID', 'The request is not valid: mend what is listed.', { issues });
}
