// The connection of a watcher, in the hand of a test.

import type { Watcher, WatchSink } from '../../src/api/watcher.ts';
import type { WatchMessage } from '../../src/protocol/watch.ts';

/** A reader that takes all at once, or nothing while `isStuck`. */
export class FakeReader implements WatchSink {
  readonly form = 'webSocket';
  readonly heard: WatchMessage[] = [];
  isStuck = false;
  isEnded = false;
  waiting = 0;
  watcher: Watcher | undefined;

  send(bytes: Uint8Array): void {
    if (this.isEnded) throw new Error('something is sent behind the end');
    this.heard.push(JSON.parse(Buffer.from(bytes).toString()) as WatchMessage);
    if (this.isStuck) this.waiting += bytes.length;
  }

  end(bytes: Uint8Array): void {
    this.send(bytes);
    this.isEnded = true;
  }

  /** Each message in a few characters. */
  get told(): string[] {
    return this.heard.map((message) => {
      switch (message.event) {
        case 'change':
          return `${message.id}: ${message.data.changes.map(({ type, object }) => `${type} ${object.metadata.name}`).join(', ')}`;
        case 'bookmark':
          return `bookmark ${message.id}`;
        case 'stats':
          return `stats ${message.data.ageMs}`;
        default:
          return `error ${message.data.code}`;
      }
    });
  }
}
