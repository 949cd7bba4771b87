// Bodies into values. A large one is read on a thread of its own: a megabyte of hostile YAML takes most of a second, and
// Raft lives on the thread that would be held up: for that long a leader is as good as dead, and may be voted out.
//
// B1. The same body gives the same value or error on either thread.
// B2. One body is read there at a time; at most `limits.bodiesMax` wait, and the next is BUSY.
// B3. One that is not read in the time of its request, less `limits.commitReserveMs`, ends with its thread: BUSY, as nothing was
//     applied. Lines are found in what is left of that time at the end.
// B4. The thread starts for itself, also anew after it was ended: on a small board that takes about as long as a request has, and if
//     each body had to wait for it, each would end the thread that it had begun, and none would ever be read.

import { Tinypool } from 'tinypool';
import { unreachable } from '../lib/assert.ts';
import { type Issue, type ErrorCode, isOrionError, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { MemberRequest } from '../protocol/api.ts';
import type { Manifest } from '../protocol/command.ts';
import { linesOf, parseDocument } from '../protocol/document.ts';
import { parseManifests } from '../protocol/manifest.ts';
import { parseAddRequest } from '../protocol/members.ts';
import { type BodyText, type FieldNames, fieldsOf, leftMs } from './request.ts';

/** What is asked of a body; `nothing` is asked of the thread alone, to see it started (B4). */
export type BodyTask = { readonly kind: 'nothing' } | BodyQuestion;

type BodyQuestion =
  | { readonly kind: 'manifests'; readonly body: BodyText }
  | { readonly kind: 'newMember'; readonly body: BodyText }
  | { readonly kind: 'fields'; readonly body: BodyText; readonly names: FieldNames }
  /** Where these paths stand in it. */
  | { readonly kind: 'lines'; readonly body: BodyText; readonly paths: readonly string[] };

/** An error as it crosses from one thread to the other, which an {@link OrionError} does not. */
export type BodyOutcome =
  | { readonly kind: 'read'; readonly value: unknown }
  | {
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly issues: readonly Issue[];
    };

export interface Bodies {
  /** Throws MALFORMED, INVALID, TOO_LARGE or BUSY. */
  manifests(body: BodyText): Promise<readonly Manifest[]>;
  /** Throws MALFORMED, INVALID or BUSY. */
  newMember(body: BodyText): Promise<MemberRequest>;
  /** Throws MALFORMED, INVALID or BUSY. */
  fields(body: BodyText, names: FieldNames): Promise<Readonly<Record<string, unknown>>>;
  /** The value of the one key that it must and may have. Throws MALFORMED, INVALID or BUSY. */
  field(body: BodyText, key: string): Promise<unknown>;
  /** The line of each of `paths` (as in an issue), where the text has lines. Throws BUSY. */
  lines(body: BodyText, paths: readonly string[]): Promise<readonly (number | undefined)[]>;
  close(): Promise<void>;
}

/** Reads a body here and now. */
function readBody(task: BodyTask): unknown {
  if (task.kind === 'nothing') return undefined;
  const { text, format } = task.body;
  switch (task.kind) {
    case 'manifests':
      return parseManifests(text, format);
    case 'newMember':
      return parseAddRequest(parseDocument(text, format));
    case 'fields':
      return fieldsOf(task.body, task.names);
    case 'lines':
      return linesOf(text, format, task.paths);
    default:
      return unreachable(task);
  }
}

/**
 * `worker`: the built module of body-worker.ts. Without it all is read on this thread. `patienceMs`: how long a task may
 * take there, with its wait; default: B3.
 */
export function createBodies(worker?: URL, patienceMs: (task: BodyQuestion) => number = patienceFor): Bodies {
  const thread = worker === undefined ? undefined : new BodyThread(worker);
  const read = async (task: BodyQuestion): Promise<unknown> => {
    const isSmall = task.body.text.length <= limits.inlineBodyChars;
    return thread === undefined || isSmall ? readBody(task) : thread.read(task, patienceMs(task));
  };
  const fields: Bodies['fields'] = (body, names) =>
    read({ kind: 'fields', body, names }) as Promise<Readonly<Record<string, unknown>>>;
  return {
    manifests: async (body) => (await read({ kind: 'manifests', body })) as readonly Manifest[],
    newMember: async (body) => (await read({ kind: 'newMember', body })) as MemberRequest,
    fields,
    field: async (body, key) => (await fields(body, { required: [key], optional: [] }))[key],
    lines: async (body, paths) =>
      (await read({ kind: 'lines', body, paths })) as readonly (number | undefined)[],
    close: async () => thread?.close(),
  };
}

/** B3. */
function patienceFor({ kind, body }: BodyQuestion): number {
  return leftMs(body) - (kind === 'lines' ? 0 : limits.commitReserveMs);
}

class BodyThread {
  readonly #pool: Tinypool;
  /** Of the thread that runs, or ran last (B4). */
  #started: Promise<unknown> = Promise.resolve();
  /** Bodies that are read, or wait. */
  #open = 0;
  #isClosed = false;

  constructor(worker: URL) {
    this.#pool = new Tinypool({
      filename: worker.href,
      minThreads: 0,
      maxThreads: 1,
      maxQueue: limits.bodiesMax + 2,
      idleTimeout: limits.bodyThreadIdleMs,
      resourceLimits: { maxOldGenerationSizeMb: limits.bodyThreadMiBMax },
    });
  }

  async read(task: BodyQuestion, patienceMs: number): Promise<unknown> {
    if (this.#open > limits.bodiesMax || patienceMs <= 0) throw busy(); // B2, B3
    this.#open += 1;
    try {
      const signal = AbortSignal.timeout(Math.ceil(patienceMs));
      const late = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await Promise.race([this.#start(), late]);
      const outcome = (await this.#pool.run(task, { signal })) as BodyOutcome;
      if (outcome.kind === 'read') return outcome.value;
      throw new OrionError(outcome.code, outcome.message, { issues: outcome.issues });
    } catch (error) {
      this.#start().catch(() => undefined); // B4
      throw asRefusal(error);
    } finally {
      this.#open -= 1;
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#pool.destroy();
  }

  #start(): Promise<unknown> {
    const isDue = this.#pool.threads.length === 0 && !this.#isClosed;
    if (isDue) this.#started = this.#pool.run({ kind: 'nothing' } satisfies BodyTask);
    return this.#started;
  }
}

const busy = (): OrionError =>
  new OrionError('BUSY', 'too many large bodies wait to be read: send it again, less often, or in parts');

/** What it means that the thread gave no answer; a bug of ours stays what it is. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'AbortError') return busy(); // B3
  const isTooMuch = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isTooMuch ? new OrionError('TOO_LARGE', 'the body takes too much memory: split it') : error;
}

/** What the thread answers. */
export function outcomeOf(task: BodyTask): BodyOutcome {
  try {
    return { kind: 'read', value: readBody(task) };
  } catch (error) {
    if (!isOrionError(error)) throw error;
    return { kind: 'refused', code: error.code, message: error.message, issues: error.issues };
  }
}
