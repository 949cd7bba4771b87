// Changes of objects, over as many connections as it takes.
//
// W1. No change is lost and none comes twice: a broken stream is taken up behind the last index that was yielded, on
//     whichever peer answers.
// W2. What the cluster does not remember any more (410) becomes a RESET: what there is now, in place of what was known.
//     So does a beginning without `from`.
// W3. A stream that says nothing for `silenceMs` is given up, though its connection stands: its peer may be paused.
// W4. It ends by its signal or by a refusal that no peer would take back (a selector that is none), and never because
//     nobody is there.

import { isOrionError, messageOf } from '../lib/errors.ts';
import type { Problem } from '../protocol/api.ts';
import type { OrionObject } from '../protocol/objects.ts';
import type { Stats, WatchChanges } from '../protocol/watch.ts';
import type { Stream, StreamRequest } from './connection.ts';
import { serverEvents, type ServerEvent } from './event-stream.ts';
import { passingCodes } from './failures.ts';
import type { ObjectKind } from './kinds.ts';
import { pause } from './pause.ts';
import { problemError } from './problem.ts';

export interface WatchOptions {
  /** Default: all kinds of objects. */
  readonly kinds?: readonly ObjectKind[] | undefined;
  /** Changes after this resourceVersion. Default: what there is now as a RESET, then what changes. */
  readonly from?: string | undefined;
  /** Id of the cluster that `from` belongs to: from another one, what there is comes as a RESET. Default: whichever answers. */
  readonly cluster?: string | undefined;
  /** As `a=b,c!=d,e in (x,y),!f`. */
  readonly labelSelector?: string | undefined;
  /** As `spec.node=pi-1,status.state!=running`. */
  readonly fieldSelector?: string | undefined;
  /** Also what the cluster measures, each second. Default false. */
  readonly stats?: boolean | undefined;
  /** After which a silent stream is given up, in milliseconds. Default 4,000 with `stats`, else 20,000. */
  readonly silenceMs?: number | undefined;
  /** Each peer that is tried, with why the stream before ended, and each whose stream stands. */
  readonly onPeer?: ((event: WatchPeer) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WatchPeer {
  readonly kind: 'trying' | 'open';
  /** URL of its API. */
  readonly peer: string;
  readonly reason?: string;
}

export type WatchUpdate =
  /** What there is, of every kind that is watched. Whatever was known before is void. */
  | { readonly type: 'RESET'; readonly resourceVersion: string; readonly items: readonly OrionObject[] }
  /** What one index changed, in order. */
  | {
      readonly type: 'CHANGE';
      readonly resourceVersion: string;
      readonly changes: WatchChanges['changes'];
    }
  /** Everything up to here has come. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'STATS'; readonly stats: Stats };

export interface Snapshot {
  readonly items: readonly OrionObject[];
  /** As of which index the objects of each kind are. */
  readonly versions: ReadonlyMap<string, string>;
}

export interface WatchSource {
  open(request: StreamRequest): Promise<Stream>;
  /** All objects of the kinds that are watched. `isFirst`: better old than none. */
  snapshot(isFirst: boolean, onTry: (peer: string) => void): Promise<Snapshot>;
  clusterId(): string | null;
}

/** Between two tries, in milliseconds: the shortest, doubled with each failure up to the longest. */
const pauseMinMs = 50;
const pauseMaxMs = 800;

export async function* watchObjects(
  source: WatchSource,
  options: WatchOptions,
): AsyncGenerator<WatchUpdate, void, undefined> {
  const watch = new Watch(source, options);
  try {
    yield* watch.messages();
  } finally {
    watch.close();
  }
}

class Watch {
  readonly #source: WatchSource;
  readonly #options: WatchOptions;
  readonly #done = new AbortController();
  readonly #stop: AbortSignal;
  /** Everything up to here was yielded. */
  #from: string | undefined;
  /** By kind: changes up to here are in the last RESET already. */
  #floors: ReadonlyMap<string, string> = new Map();
  /** The cluster that `#from` belongs to. */
  #clusterId: string | null = null;
  #reason: string | undefined;
  /** In a row. */
  #failures = 0;

  constructor(source: WatchSource, options: WatchOptions) {
    this.#source = source;
    this.#options = options;
    this.#from = options.from;
    this.#clusterId = options.cluster ?? null;
    const { signal } = options;
    this.#stop = signal === undefined ? this.#done.signal : AbortSignal.any([this.#done.signal, signal]);
  }

  close(): void {
    this.#done.abort();
  }

  async *messages(): AsyncGenerator<WatchUpdate, void, undefined> {
    let isFirst = true;
    while (!this.#stop.aborted) {
      try {
        if (this.#from === undefined) yield await this.#reset(isFirst);
        isFirst = false;
        yield* this.#stream();
        this.#reason = 'the stream ended';
      } catch (error) {
        if (this.#stop.aborted) return;
        if (isOrionError(error, 'EXPIRED')) this.#from = undefined; // W2
        else if (isOrionError(error) && !isOrionError(error, ...passing)) throw error; // W4
        this.#reason = messageOf(error);
      }
      const waitMs = Math.min(pauseMinMs * 2 ** this.#failures, pauseMaxMs);
      this.#failures += 1;
      await pause(waitMs);
    }
  }

  async #reset(isFirst: boolean): Promise<WatchUpdate> {
    const { items, versions } = await this.#source.snapshot(isFirst, this.#onTry);
    const oldest = [...versions.values()].reduce((a, b) => (Number(b) < Number(a) ? b : a));
    this.#floors = versions;
    this.#from = oldest;
    this.#clusterId = this.#source.clusterId();
    return { type: 'RESET', resourceVersion: oldest, items };
  }

  async *#stream(): AsyncGenerator<WatchUpdate, void, undefined> {
    const { stats = false, onPeer, silenceMs = stats ? 4_000 : 20_000 } = this.#options;
    const silence = new AbortController();
    const listen = (): NodeJS.Timeout => setTimeout(() => silence.abort(), silenceMs);
    let timer = listen();
    try {
      const { peer, body } = await this.#source.open({
        path: this.#path(),
        headers: { accept: 'text/event-stream' },
        stop: AbortSignal.any([this.#stop, silence.signal]),
        onTry: this.#onTry,
      });
      onPeer?.({ kind: 'open', peer });
      this.#clusterId ??= this.#source.clusterId();
      for await (const event of serverEvents(heard(body, () => timer.refresh()))) {
        this.#failures = 0;
        const message = this.#take(event);
        if (message === undefined) continue;
        clearTimeout(timer); // the consumer may take its time
        yield message;
        timer = listen();
      }
    } catch (error) {
      if (!silence.signal.aborted || this.#stop.aborted) throw error;
      throw new Error(`nothing was heard for ${silenceMs} ms`, { cause: error }); // W3
    } finally {
      clearTimeout(timer);
      silence.abort(); // closes the connection
    }
  }

  readonly #onTry = (peer: string): void => {
    const reason = this.#reason;
    this.#options.onPeer?.({ kind: 'trying', peer, ...(reason === undefined ? {} : { reason }) });
  };

  #path(): string {
    const { kinds, labelSelector, fieldSelector, stats = false } = this.#options;
    const query = new URLSearchParams({ stats: String(stats) });
    if (kinds !== undefined) query.set('kind', kinds.join(','));
    if (this.#from !== undefined) query.set('from', this.#from); // W1
    if (this.#clusterId !== null) query.set('cluster', this.#clusterId);
    if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
    if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector);
    return `/api/watch?${query.toString()}`;
  }

  /** The message that an event stands for; undefined for one that a later version sends. */
  #take({ event, data }: ServerEvent): WatchUpdate | undefined {
    switch (event) {
      case 'change':
        return this.#change(JSON.parse(data) as WatchChanges);
      case 'bookmark': {
        const { resourceVersion } = JSON.parse(data) as { resourceVersion: string };
        this.#from = resourceVersion;
        return { type: 'BOOKMARK', resourceVersion };
      }
      case 'stats':
        return { type: 'STATS', stats: JSON.parse(data) as Stats };
      case 'error':
        throw problemError((JSON.parse(data) as Problem).status, data);
      default:
        return undefined;
    }
  }

  #change({ resourceVersion, changes }: WatchChanges): WatchUpdate | undefined {
    this.#from = resourceVersion;
    const news = changes.filter(({ object }) => isAfter(resourceVersion, this.#floors.get(object.kind)));
    return news.length === 0 ? undefined : { type: 'CHANGE', resourceVersion, changes: news };
  }
}

/** Another peer, or the same one later, may do better. */
const passing = ['UNREACHABLE', 'SLOW_WATCHER', 'INTERNAL', ...passingCodes] as const;

const isAfter = (version: string, floor: string | undefined): boolean =>
  floor === undefined || Number(version) > Number(floor);

/** `body`, with a call for each piece that comes. */
async function* heard(
  body: AsyncIterable<Uint8Array>,
  onPiece: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of body) {
    onPiece();
    yield piece;
  }
}
