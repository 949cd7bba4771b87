// A watcher that goes on at another peer when its stream ends, from the last message that it heard; and what many of them
// heard, compared as they hear it.
//
// T1. What one hears as version V all hear as version V, once, in rising order.

import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, Open } from './streams.ts';

/** Before a watcher asks the next peer. */
const pauseMs = 100;

/** What everybody heard: the changes of each version. */
export class Heard {
  readonly #texts = new Map<number, string>();
  readonly failures: string[] = [];

  /** The versions told so far. */
  get versions(): ReadonlySet<number> {
    return new Set(this.#texts.keys());
  }

  tell(watcher: string, version: number, text: string): void {
    const known = this.#texts.get(version);
    if (known === undefined) this.#texts.set(version, text);
    else if (known !== text && !isDeepStrictEqual(JSON.parse(known), JSON.parse(text)))
      this.fail(`${watcher} heard ${text} as version ${version}, others ${known}`);
  }

  fail(what: string): void {
    if (this.failures.length < 20) this.failures.push(what);
  }
}

export interface WatcherOptions {
  readonly name: string;
  readonly apis: readonly string[];
  /** Which of them comes first. */
  readonly first: number;
  readonly target: string;
  readonly open: Open;
  readonly heard: Heard;
}

export class Watcher {
  readonly #options: WatcherOptions;
  #turn: number;
  /** Version where it began; undefined before its first bookmark. */
  start: number | undefined;
  /** Up to where it heard. */
  position: number | undefined;
  /** Versions heard. */
  count = 0;
  /** Streams that ended. */
  ends = 0;
  #isStopped = false;
  #close: () => void = () => {};

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#turn = options.first;
    this.#open();
  }

  stop(): void {
    this.#isStopped = true;
    this.#close();
  }

  #open(): void {
    const { apis, target, open } = this.#options;
    const api = apis[this.#turn % apis.length]!;
    this.#turn += 1;
    this.#close = open({
      api,
      target,
      after: this.position,
      onMessage: (message) => this.#onMessage(message),
      onEnd: (why) => void this.#onEnd(why),
    });
  }

  async #onEnd(why: string): Promise<void> {
    const { name, heard } = this.#options;
    if (why.startsWith('410') || why.startsWith('400')) heard.fail(`${name} was refused: ${why}`);
    this.ends += 1;
    await sleep(pauseMs);
    if (!this.#isStopped) this.#open();
  }

  #onMessage({ event, id, data }: Message): void {
    const { name, heard } = this.#options;
    switch (event) {
      case 'bookmark':
        this.start ??= id;
        if ((id ?? 0) < (this.position ?? 0))
          heard.fail(`${name} stood at ${this.position}, and stands at ${id}`);
        this.position = id;
        return;
      case 'change':
        if (id === undefined || id <= (this.position ?? 0)) {
          return heard.fail(`${name} heard version ${id} behind ${this.position}`); // T1
        }
        this.position = id;
        this.count += 1;
        return heard.tell(name, id, data);
      case 'error':
        if (!/NO_LEADER/.test(data)) heard.fail(`${name} was ended: ${data}`);
        return;
      default:
        heard.fail(`${name} heard an event "${event}"`);
    }
  }
}
