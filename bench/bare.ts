// The bare reference: what this machine gives when nothing is promised but durability on a majority. Fastify takes the
// write, a group commit appends it to three files on three processes, two of three fdatasyncs acknowledge it. No terms,
// no elections, no log matching, no state beyond a map, no recovery: the difference to orion is what those cost.
//
// usage: node dist/bench/bare.js follower PORT FILE | leader PORT FILE FOLLOWER-PORT FOLLOWER-PORT
// Prints "ready" once it listens.

import { fdatasync, openSync, writeSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import Fastify from 'fastify';

interface Write {
  readonly name: string;
  readonly data: string;
  readonly settle: () => void;
}

/** Appends and syncs; one sync at a time is the caller's duty. */
class SyncedFile {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'a');
  }

  append(bytes: Uint8Array): Promise<void> {
    writeSync(this.#fd, bytes);
    return new Promise((resolve, reject) => {
      fdatasync(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** Calls `onFrame` with each `u32 length | payload` in order. */
function readFrames(socket: Socket, onFrame: (payload: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32LE(0)) {
      const end = 4 + pending.readUInt32LE(0);
      onFrame(pending.subarray(4, end));
      pending = pending.subarray(end);
    }
  });
}

function frame(payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(payload.length);
  return Buffer.concat([head, payload]);
}

function follower(port: number, path: string): void {
  const file = new SyncedFile(path);
  const server = createServer({ noDelay: true }, (socket) => {
    readFrames(socket, (payload) => {
      void file.append(payload).then(() => socket.write(frame(Buffer.from('ok'))));
    });
  });
  server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
}

/** One batch in flight; whatever arrives meanwhile is the next one. */
class GroupCommit {
  readonly #file: SyncedFile;
  readonly #followers: readonly Follower[];
  readonly #state = new Map<string, string>();
  #waiting: Write[] = [];
  #busy = false;

  constructor(file: SyncedFile, followers: readonly Follower[]) {
    this.#file = file;
    this.#followers = followers;
  }

  put(name: string, data: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ name, data, settle: resolve });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const bytes = Buffer.from(JSON.stringify(batch.map(({ name, data }) => [name, data])));
      await majority([this.#file.append(bytes), ...this.#followers.map((one) => one.append(bytes))]);
      for (const { name, data, settle } of batch) {
        this.#state.set(name, data);
        settle();
      }
    }
    this.#busy = false;
  }
}

/** Resolves with the second of three. */
function majority(acknowledgements: readonly Promise<void>[]): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    for (const one of acknowledgements) {
      void one.then(() => {
        count += 1;
        if (count === 2) resolve();
      });
    }
  });
}

class Follower {
  readonly #socket: Socket;
  readonly #acknowledgements: (() => void)[] = [];

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    readFrames(this.#socket, () => this.#acknowledgements.shift()?.());
  }

  append(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#acknowledgements.push(resolve);
      this.#socket.write(frame(bytes));
    });
  }
}

/** Of the same form and size as orion's. */
function answer(name: string, data: string, index: number): object {
  const at = new Date().toISOString();
  const metadata = { name, uid: `${name}-${index}`, labels: {}, annotations: {}, generation: index };
  return {
    kind: 'Setting',
    metadata: { ...metadata, resourceVersion: String(index), createdAt: at, updatedAt: at },
    spec: { data },
    status: {},
  };
}

async function leader(port: number, path: string, followerPorts: readonly number[]): Promise<void> {
  const commit = new GroupCommit(
    new SyncedFile(path),
    followerPorts.map((one) => new Follower(one)),
  );
  const app = Fastify({ logger: false });
  let index = 0;
  app.put('/api/settings/:name', (request, reply) => {
    const { name } = request.params as { name: string };
    const { data } = request.body as { data: string };
    void commit.put(name, data).then(() => {
      index += 1;
      reply.send(answer(name, data, index));
    });
  });
  await app.listen({ port, host: '127.0.0.1' });
  process.stdout.write('ready\n');
}

const [role, port, path, ...followerPorts] = process.argv.slice(2);
if (role === 'leader') await leader(Number(port), path ?? '', followerPorts.map(Number));
else follower(Number(port), path ?? '');
