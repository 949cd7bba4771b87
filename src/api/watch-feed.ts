// What the watchers of one selection are told of the changes: each change is put into text once for all of them.

import type { OrionObject } from '../protocol/objects.ts';
import type { WatchChange, WatchMessage } from '../protocol/watch.ts';
import type { Change } from '../state/view.ts';
import type { Selector } from './selectors.ts';
import type { TextsOfFeed, WatchTexts } from './watch-texts.ts';

/** How a watcher is spoken to. */
export type WatchForm = 'sse' | 'webSocket';

/** One message, as bytes in each form. */
export class WatchText {
  readonly #event: WatchMessage['event'];
  readonly #id: string | undefined;
  readonly #data: string;
  readonly #bytes: Partial<Record<WatchForm, Buffer>> = {};

  constructor(message: WatchMessage) {
    this.#event = message.event;
    this.#id = 'id' in message ? message.id : undefined;
    this.#data = JSON.stringify(message.data);
  }

  /** About what it takes in memory, once it was told in both forms. */
  get size(): number {
    return this.#data.length * 3;
  }

  bytes(form: WatchForm): Buffer {
    this.#bytes[form] ??= Buffer.from(form === 'sse' ? this.#asServerSentEvent() : this.#asJson());
    return this.#bytes[form];
  }

  /** JSON has no line feed, so that all of it is one line of data. */
  #asServerSentEvent(): string {
    const id = this.#id === undefined ? '' : `id: ${this.#id}\n`;
    return `event: ${this.#event}\n${id}data: ${this.#data}\n\n`;
  }

  #asJson(): string {
    const id = this.#id === undefined ? '' : `"id":"${this.#id}",`;
    return `{${id}"event":"${this.#event}","data":${this.#data}}`;
  }
}

export class WatchFeed {
  /** The same text selects the same objects. */
  readonly key: string;
  /** Watchers of this selection. */
  readers = 0;
  readonly #selects: Selector;
  readonly #kept: WatchTexts;
  /** Of the newest changes; none while a single reader would look at each only once. */
  readonly #texts: TextsOfFeed = new Map();

  constructor(selection: { readonly key: string; readonly selects: Selector }, kept: WatchTexts) {
    this.key = selection.key;
    this.#selects = selection.selects;
    this.#kept = kept;
  }

  /** Undefined when nothing of `change` is selected. */
  textOf(change: Change): WatchText | undefined {
    const { index } = change;
    if (this.#texts.has(index)) return this.#texts.get(index);
    const text = this.#made(change);
    if (this.readers > 1) this.#kept.keep(this.#texts, index, text);
    else this.forget();
    return text;
  }

  /** Nobody else will want a text of it. */
  forget(): void {
    this.#kept.clear(this.#texts);
  }

  #made({ index, changes }: Change): WatchText | undefined {
    const told = changes.flatMap(({ before, after }) => this.#seen(before, after));
    if (told.length === 0) return undefined;
    const id = String(index);
    return new WatchText({ event: 'change', id, data: { resourceVersion: id, changes: told } });
  }

  #seen(before: OrionObject | undefined, after: OrionObject | undefined): WatchChange[] {
    const was = before !== undefined && this.#selects(before);
    if (after !== undefined && this.#selects(after))
      return [{ type: was ? 'MODIFIED' : 'ADDED', object: after }];
    return was ? [{ type: 'DELETED', object: before }] : [];
  }
}
