// The part of blessed that is used: its program, without the widgets, which cost more than the first paint may take.

declare module 'blessed/lib/program.js' {
  import type { EventEmitter } from 'node:events';

  export default class Program extends EventEmitter {
    constructor(options: {
      readonly input: NodeJS.ReadableStream;
      readonly output: NodeJS.WritableStream;
      /** False: no terminfo is read. */
      readonly tput: false;
    });
    destroy(): void;
  }
}
