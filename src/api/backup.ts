// `GET /api/backup`: the whole state at one index, as one file. Any peer serves it, while it goes on with its work.
//
// A1. One at a time on a peer; the next is BUSY.
// A2. Whoever goes away early ends it: nothing is read for nobody. So does one that takes nothing for `answerStallMs`.

import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { messageOf, OrionError } from '../lib/errors.ts';
import { writeBackup } from '../protocol/backup.ts';
import type { ApiContext } from './context.ts';
import { viewFor } from './reading.ts';

export function backupRoutes(app: FastifyInstance, { controlPlane, clients, log }: ApiContext): void {
  let isTaken = false; // A1

  app.get('/api/backup', async (request, reply) => {
    if (request.method === 'HEAD') {
      await viewFor(request, reply, controlPlane);
      return reply.header('content-type', 'application/octet-stream').send();
    }
    if (isTaken) {
      throw new OrionError('BUSY', 'this peer writes another backup: wait for its end, or ask another peer');
    }
    isTaken = true;
    try {
      await viewFor(request, reply, controlPlane);
      const { socket } = request.raw;
      clients.openStream({ socket, answer: reply.raw, onStop: () => void reply.raw.destroy() });
      clients.onWaiting(socket, true); // A2: it is never silent by itself
      const source = await controlPlane.openBackup();
      const stream = Readable.from(writeBackup(source.header, source.chunks), { objectMode: false });
      stream.once('end', () => (isTaken = false)); // before whoever asked hears of its end
      stream.once('close', () => {
        isTaken = false;
        source.close().catch((error: unknown) => log({ error: messageOf(error) }, 'a backup was not closed')); // A2
      });
      return await reply.header('content-type', 'application/octet-stream').send(stream);
    } catch (error) {
      isTaken = false;
      throw error;
    }
  });
}
