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
  RevisionView,
  TransferAnswer,
} from '../protocol/api.ts';
import type { LogLine } from '../protocol/logs.ts';
import type { AuditAnswer, OperationView } from '../protocol/operations.ts';
import type { OrionObject, Service, Setting } from '../protocol/objects.ts';
import { Connection, type ConnectionOptions, type Request } from './connection.ts';
import { collectionOf, objectKinds } from './kinds.ts';
import { type LogsOptions, readLogs } from './logs.ts';
import type {
  AddPeerOptions,
  ApplyOptions,
  ListOptions,
  PutOptions,
  ReadOptions,
  UndoOptions,
  WriteOptions,
} from './options.ts';
import { conditions, jsonBody, keyOf, objectPath, queryText } from './request-parts.ts';
import { type Snapshot, type WatchUpdate, watchObjects, type WatchOptions } from './watch.ts';

// What programs name themselves.
export { isOrionError, OrionError } from '../lib/errors.ts';
export type { Assignment, Event, Node, OrionObject, Service, Setting } from '../protocol/objects.ts';
export type { WatchOptions, WatchUpdate } from './watch.ts';

/** Items of one page of {@link OrionClient.listAll}. */
const pageItems = 500;
/** Times that a long list begins anew because what it is as of was forgotten meanwhile. */
const listTriesMax = 3;

/**
 * Every method throws an `OrionError` with the code that a peer gave (`src/protocol/error-meanings.ts`), with
 * OUTCOME_UNKNOWN for a write that may have been applied, or with UNREACHABLE, which lists what was tried.
 *
 * Reads, and writes of objects, are sent again, to any peer, until one is answered or the deadline has passed: such a
 * write carries an Idempotency-Key, by which the cluster does it once. Changes of members are sent at most once.
 */
export class OrionClient {
  readonly #connection: Connection;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
  }

  /** URLs of all peers that are known, the one that answered last first. */
  get peers(): readonly string[] {
    return this.#connection.peers;
  }

  /** URLs of the cluster's peers as it told last, and of the one that told it; empty before the first request. */
  get clusterPeers(): readonly string[] {
    return this.#connection.clusterPeers;
  }

  /** Of the peer that answered last; null before the first request, and of one that belongs to none. */
  get clusterId(): string | null {
    return this.#connection.clusterId;
  }

  /** Applies the text of an orion.yaml. Its paths must be absolute on the nodes. */
  async apply(text: string, options: ApplyOptions): Promise<ApplyAnswer> {
    return this.#json({
      method: 'POST',
      path: `/api/apply${queryText({ dryRun: options.dryRun, prune: options.prune })}`,
      headers: { 'content-type': `application/${options.format}`, ...conditions(options) },
      body: text,
      ...keyOf(options),
    });
  }

  async list<C extends Collection>(collection: C, options: ListOptions = {}): Promise<List<Collections[C]>> {
    return this.#json({ method: 'GET', path: `/api/${collection}${queryText({ ...options })}` });
  }

  /** The whole list, fetched in pages that are all as of one resourceVersion. */
  async listAll<C extends Collection>(
    collection: C,
    options: Omit<ListOptions, 'limit' | 'continue'> = {},
  ): Promise<List<Collections[C]>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#pages(collection, options);
      } catch (error) {
        const mayTry = options.at === undefined && tries < listTriesMax;
        if (!mayTry || !isOrionError(error, 'EXPIRED')) throw error;
      }
    }
  }

  async #pages<C extends Collection>(
    collection: C,
    options: ListOptions,
    onTry?: (peer: string) => void,
  ): Promise<List<Collections[C]>> {
    const items: Collections[C][] = [];
    let page: List<Collections[C]> | undefined;
    do {
      const query = queryText({ ...options, continue: page?.continue, limit: pageItems });
      page = await this.#json<List<Collections[C]>>({
        method: 'GET',
        path: `/api/${collection}${query}`,
        onTry,
      });
      items.push(...page.items);
    } while (page.continue !== undefined);
    return { items, resourceVersion: page.resourceVersion };
  }

  /** Throws NOT_FOUND when it is absent. */
  async get<C extends Collection>(
    collection: C,
    name: string,
    options: ReadOptions = {},
  ): Promise<Collections[C]> {
    return this.#json({ method: 'GET', path: objectPath(collection, name) + queryText({ ...options }) });
  }

  /** Services, settings, and nodes that are down. */
  async delete(collection: Collection, name: string, options: WriteOptions = {}): Promise<void> {
    const path = objectPath(collection, name);
    await this.#connection.text({ method: 'DELETE', path, headers: conditions(options), ...keyOf(options) });
  }

  async putSetting(name: string, data: string, options: PutOptions = {}): Promise<Setting> {
    const path = objectPath('settings', name);
    return this.#json({ method: 'PUT', path, ...jsonBody({ data }, options), ...keyOf(options) });
  }

  async scale(name: string, replicas: number, options: WriteOptions = {}): Promise<Service> {
    return this.#postService(name, 'scale', { replicas }, options);
  }

  /** Starts every replica anew, as a new revision with the same spec. */
  async restart(name: string, options: WriteOptions = {}): Promise<Service> {
    return this.#postService(name, 'restart', {}, options);
  }

  /** Makes a kept revision's spec the newest one; the number of replicas stays. */
  async undo(name: string, { revision, ...options }: UndoOptions = {}): Promise<Service> {
    return this.#postService(name, 'undo', revision === undefined ? {} : { revision }, options);
  }

  /** The kept revisions of a service, newest first. */
  async revisions(name: string, options: ReadOptions = {}): Promise<List<RevisionView>> {
    const path = `${objectPath('services', name)}/revisions${queryText({ ...options })}`;
    return this.#json({ method: 'GET', path });
  }

  /** What became of a write, by the id that an unknown outcome names. Throws NOT_FOUND while it has not been applied. */
  async operation(id: string): Promise<OperationView> {
    return this.#json({ method: 'GET', path: `/api/operations/${encodeURIComponent(id)}` });
  }

  /** Who wrote what, newest first. */
  async audit(options: Pick<ListOptions, 'limit' | 'continue'> = {}): Promise<AuditAnswer> {
    return this.#json({ method: 'GET', path: `/api/audit${queryText({ ...options })}` });
  }

  /**
   * What changes, as it happens; begins with what there is, unless `from` is given. Goes on by itself with another peer,
   * with nothing lost and nothing twice; ends by its signal, by leaving the iteration, or by a refusal of the request.
   */
  watch(options: WatchOptions = {}): AsyncGenerator<WatchUpdate, void, undefined> {
    return watchObjects(
      {
        open: (request) => this.#connection.stream(request),
        snapshot: (isFirst, onTry) => this.#snapshot(options, isFirst, onTry),
        clusterId: () => this.#connection.clusterId,
      },
      options,
    );
  }

  async #snapshot(options: WatchOptions, isFirst: boolean, onTry: (peer: string) => void): Promise<Snapshot> {
    const { kinds = objectKinds, labelSelector, fieldSelector } = options;
    const items: OrionObject[] = [];
    const versions = new Map<string, string>();
    for (const kind of kinds) {
      const consistency = isFirst ? ('stale' as const) : undefined;
      const selection = { labelSelector, fieldSelector, consistency };
      const list = await this.#pages(collectionOf(kind), selection, onTry);
      items.push(...list.items);
      versions.set(kind, list.resourceVersion);
    }
    return { items, versions };
  }

  /** What the replicas of a service write, as it comes. The iteration's end closes the stream. */
  logs(service: string, options: LogsOptions = {}): AsyncGenerator<LogLine, void, undefined> {
    const { follow, replica } = options;
    const open = async (tail: number, stop: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
      const path = `${objectPath('services', service)}/logs${queryText({ follow, tail, replica })}`;
      const headers = { accept: 'application/x-ndjson' };
      return (await this.#connection.stream({ path, headers, stop, guard: 'leader' })).body;
    };
    return readLogs(open, options);
  }

  /**
   * The bytes of a backup, as they come: the form is that of `src/protocol/backup.ts`, and only its end says that it is
   * whole. Throws UNREACHABLE when it breaks off.
   */
  async *backup(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const done = new AbortController();
    const stop = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
    try {
      yield* (await this.#connection.stream({ path: '/api/backup', stop, guard: 'peer' })).body;
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
    return this.#connection.view();
  }

  /** Adds a peer, which must be running with `--join`; the leader promotes it when it has caught up, unless `as: learner`. */
  async addPeer(peer: AddPeerOptions): Promise<MembersAnswer> {
    const { id, api, raft, as = 'voter', replace = false } = peer;
    const body = jsonBody({ id, api, raft, as, replace });
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
    return this.#json({ method: 'POST', path: '/api/cluster/transfer', ...jsonBody({ to }) });
  }

  /** Whether the first peer that answers can serve; if not, why. */
  async health(): Promise<ReadyAnswer> {
    const { body } = await this.#connection.answer('/readyz');
    return JSON.parse(body) as ReadyAnswer;
  }

  async #postService(name: string, verb: string, body: object, options: WriteOptions): Promise<Service> {
    const path = `${objectPath('services', name)}/${verb}`;
    return this.#json({ method: 'POST', path, ...jsonBody(body, options), ...keyOf(options) });
  }

  async #json<T>(request: Request): Promise<T> {
    return JSON.parse(await this.#connection.text(request)) as T;
  }
}
