// Whole peers with one part that lies: each must be found, or the simulation proves nothing about that part.

import type { DiskFile } from '../../../src/storage/disk.ts';
import type { LogStore, StateStore, Transport } from '../../../src/peer/ports.ts';
import { slowDisk, soundWholeParts, type WholeParts } from './machine.ts';

interface WholeMutant {
  readonly name: string;
  readonly parts: WholeParts;
  readonly expected: RegExp;
}

const promises = /promises are kept|durable on|terms rise|broken invariant/u;

/** `log` with another `persist`. */
function withPersist(log: LogStore, persist: LogStore['persist']): LogStore {
  return new Proxy(log, {
    get(target, name) {
      if (name === 'persist') return persist;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** `store` with another `flush`. */
function withFlush(store: StateStore, flush: StateStore['flush']): StateStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'flush') return flush;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const withSend = (transport: Transport, send: Transport['send']): Transport => ({ ...transport, send });

export const wholeMutants: readonly WholeMutant[] = [
  {
    name: 'a disk that answers a sync and makes nothing durable',
    parts: {
      ...soundWholeParts,
      disk: (disk, options) => {
        const honest = slowDisk(disk, options);
        const lying = async (path: string): Promise<DiskFile> => ({
          ...(await honest.openToWrite(path)),
          datasync: async () => undefined,
        });
        return { ...honest, openToWrite: lying, openToWriteThrough: lying };
      },
    },
    // By now such a disk is also noticed by its own peer, which then counts for nothing.
    expected: /is damaged|durable on|terms rise|log ends|states:|numbers:|registers:|liveness:/u,
  },
  {
    name: 'a log that says durable before the disk has it',
    parts: {
      ...soundWholeParts,
      log: (log) => {
        let last = Promise.resolve();
        return withPersist(log, (operation) => {
          last = last.then(() => log.persist(operation));
          return Promise.resolve();
        });
      },
    },
    expected: promises,
  },
  {
    name: 'a log that forgets votes',
    parts: {
      ...soundWholeParts,
      log: (log) =>
        withPersist(log, ({ hardState, ...operation }) =>
          log.persist({
            ...operation,
            hardState: hardState === undefined ? undefined : { ...hardState, vote: undefined },
          }),
        ),
    },
    expected: promises,
  },
  {
    name: 'a state that is flushed without its rows',
    parts: {
      ...soundWholeParts,
      stateStore: (store) => withFlush(store, ({ snapshot }) => store.flush({ snapshot, rows: new Map() })),
    },
    expected: /registers:|states:|equal state hash/u,
  },
  {
    name: 'a transport that passes a forwarded write on twice',
    parts: {
      ...soundWholeParts,
      transport: (transport) =>
        withSend(transport, (to, message) => {
          if (message.kind === 'forward') transport.send(to, message);
          return transport.send(to, message);
        }),
    },
    expected: /numbers:|commands:|registers:/u,
  },
  {
    name: 'a read that waits for no proof',
    parts: { ...soundWholeParts, readBarrier: () => Promise.resolve() },
    expected: /registers:/u,
  },
];
