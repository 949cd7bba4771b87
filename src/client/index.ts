// The client of orion's HTTP API: what the CLI, the TUI and programs use (`import { OrionClient } from 'orion/client'`).
// Owns: the requests and what their answers mean. Finding a peer that answers is connection.ts's.

import { isOrionError, OrionError } from '../lib/errors.ts';
import type {
  ApplyAnswer,
  ClusterView,
  Collection,
  Collections,
  List,
  MembersAnswer,
  ReadyAnswer,
  TransferAnswer,
} from '../protocol/api.ts';
import type { DocumentFormat } from '../protocol/document.ts';
import type { LogLine } from '../protocol/logs.ts';
import type { Service, Setting } from '../protocol/objects.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

export interface ApplyOptions {
  readonly format: DocumentFormat;
  /** Tells what would change, and changes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Deletes what the same owner applied before and no longer lists. Default false. */
  readonly prune?: boolean;
}

export interface WriteOptions {
  /** The resourceVersion that the object must have still, or `*`: it must exist. */
  readonly ifMatch?: string | undefined;
}

export interface PutOptions extends WriteOptions {
  /** The object must not exist. */
  readonly ifNoneMatch?: boolean | undefined;
}

export interface LogsOptions {
  /** Go on with new lines until `signal` or the end of the iteration. Default false. */
  readonly follow?: boolean | undefined;
  /** Lines of each replica to begin with. Default 100. */
  readonly tail?: number | undefined;
  /** Only this replica. */
  readonly replica?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AddPeerOptions {
  readonly id: string;
  /** URL of its API. */
  readonly api: string;
  /** `host:port` of its Raft transport. */
  readonly raft: string;
  /** Default `voter`. */
  readonly as?: 'voter' | 'learner';
  /** It takes the place of the peer of that id, whose disk is lost. Default false. */
  readonly replace?: boolean;
}

/**
 * Every method throws an `OrionError` with the code that a peer gave (`src/api/errors.ts`), with OUTCOME_UNKNOWN for a
 * write that may have been applied, or with UNREACHABLE, which lists what was tried.
 */
export class OrionClient {
  readonly #connection: Connection;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
  }

  /** Applies the text of an orion.yaml. Its paths must be absolute on the nodes. */
  async apply(text: string, options: ApplyOptions): Promise<ApplyAnswer> {
    const query = queryText({ dryRun: options.dryRun, prune: options.prune });
    return this.#json({
      method: 'POST',
      path: `/api/apply${query}`,
      headers: { 'content-type': `application/${options.format}` },
      body: text,
    });
  }

  async list<C extends Collection>(collection: C): Promise<List<Collections[C]>> {
    return this.#json({ method: 'GET', path: `/api/${collection}` });
  }

  /** Throws NOT_FOUND when it is absent. */
  async get<C extends Collection>(collection: C, name: string): Promise<Collections[C]> {
    return this.#json({ method: 'GET', path: objectPath(collection, name) });
  }

  /** Services, settings, and nodes that are down. */
  async delete(collection: Collection, name: string, options: WriteOptions = {}): Promise<void> {
    const path = objectPath(collection, name);
    await this.#connection.text({ method: 'DELETE', path, headers: conditions(options) });
  }

  async scale(name: string, replicas: number, options: WriteOptions = {}): Promise<Service> {
    const path = `${objectPath('services', name)}/scale`;
    return this.#json({ method: 'POST', path, ...jsonBody({ replicas }, options) });
  }

  async putSetting(name: string, data: string, options: PutOptions = {}): Promise<Setting> {
    return this.#json({ method: 'PUT', path: objectPath('settings', name), ...jsonBody({ data }, options) });
  }

  /** What the replicas of a service write, as it comes. The iteration's end closes the stream. */
  async *logs(service: string, options: LogsOptions = {}): AsyncGenerator<LogLine, void, undefined> {
    const { follow, tail, replica } = options;
    const path = `${objectPath('services', service)}/logs${queryText({ follow, tail, replica })}`;
    const done = new AbortController();
    const stop = options.signal === undefined ? done.signal : AbortSignal.any([done.signal, options.signal]);
    try {
      const headers = { accept: 'application/x-ndjson' };
      const body = await this.#connection.stream({ path, headers }, stop);
      for await (const line of textLines(body)) yield JSON.parse(line) as LogLine;
    } catch (error) {
      if (options.signal?.aborted === true) return;
      if (isOrionError(error)) throw error;
      const message = 'The stream of logs broke off: its peer or the leader went away. Ask again.';
      throw new OrionError('UNREACHABLE', message, { cause: error });
    } finally {
      done.abort();
    }
  }

  /**
   * The bytes of a backup, as they come: the form is that of `src/protocol/backup.ts`, and only its end says that it is
   * whole. Throws UNREACHABLE when it breaks off.
   */
  async *backup(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const done = new AbortController();
    const stop = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
    try {
      yield* await this.#connection.stream({ path: '/api/backup' }, stop);
    } catch (error) {
      if (isOrionError(error)) throw error;
      const message = 'The backup broke off: its peer went away. Ask again.';
      throw new OrionError('UNREACHABLE', message, { cause: error });
    } finally {
      done.abort();
    }
  }

  /** The cluster as the first peer that answers knows it. */
  async cluster(): Promise<ClusterView> {
    return this.#json({ method: 'GET', path: '/api/cluster' });
  }

  /** Adds a peer, which must be running with `--join`; the leader promotes it when it has caught up, unless `as: learner`. */
  async addPeer(peer: AddPeerOptions): Promise<MembersAnswer> {
    const { id, api, raft, as = 'voter', replace = false } = peer;
    const body = jsonBody({ id, api, raft, as, replace }, {});
    return this.#json({ method: 'POST', path: '/api/cluster/peers', ...body });
  }

  async removePeer(id: string): Promise<MembersAnswer> {
    return this.#json({ method: 'DELETE', path: `/api/cluster/peers/${encodeURIComponent(id)}` });
  }

  /** Makes a voter of a learner that has caught up. */
  async promotePeer(id: string): Promise<MembersAnswer> {
    return this.#json({ method: 'POST', path: `/api/cluster/peers/${encodeURIComponent(id)}/promote` });
  }

  /** Has leadership handed over to the voter called `to`, or to the one that holds most. */
  async transferLeadership(to?: string): Promise<TransferAnswer> {
    return this.#json({ method: 'POST', path: '/api/cluster/transfer', ...jsonBody({ to }, {}) });
  }

  /** Whether the first peer that answers can serve; if not, why. */
  async health(): Promise<ReadyAnswer> {
    const { body } = await this.#connection.answer('/readyz');
    return JSON.parse(body) as ReadyAnswer;
  }

  async #json<T>(request: Parameters<Connection['text']>[0]): Promise<T> {
    return JSON.parse(await this.#connection.text(request)) as T;
  }
}

const objectPath = (collection: Collection, name: string): string =>
  `/api/${collection}/${encodeURIComponent(name)}`;

function queryText(values: Readonly<Record<string, boolean | number | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === false ? [] : [`${key}=${value}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function conditions({ ifMatch, ifNoneMatch }: PutOptions): Record<string, string> {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
    ...(ifNoneMatch === true ? { 'if-none-match': '*' } : {}),
  };
}

function jsonBody(
  value: object,
  options: PutOptions,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return {
    headers: { 'content-type': 'application/json', ...conditions(options) },
    body: JSON.stringify(value),
  };
}

async function* textLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
