// A list as text, in pieces: whoever shares the event loop has a turn between two, however many objects there are.

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { servingLimits } from '../lib/serving-limits.ts';
import type { OrionObject } from '../protocol/objects.ts';
import type { ListRequest } from './list-request.ts';
import type { Turns } from './turns.ts';

/** `rows`: in the order of their names, all of one version, which is `index`. */
export function sendList(
  reply: FastifyReply,
  request: ListRequest,
  list: { readonly rows: readonly OrionObject[]; readonly index: number; readonly turns: Turns },
): Promise<FastifyReply> {
  return sendPieces(reply, listPieces(request, list.rows, list.index), list.turns);
}

/** A list of few that may be large: `{items, ...rest}`. */
export function sendItems(
  reply: FastifyReply,
  items: readonly unknown[],
  { rest, turns }: { readonly rest: object; readonly turns: Turns },
): Promise<FastifyReply> {
  return sendPieces(reply, itemPieces(items, rest), turns);
}

/** `pieces`: of a JSON text, at least one; each takes a millisecond or two to make, and one may be empty. */
async function sendPieces(
  reply: FastifyReply,
  pieces: Iterator<string, void>,
  turns: Turns,
): Promise<FastifyReply> {
  reply.header('content-type', 'application/json; charset=utf-8');
  await turns.take();
  const first = pieces.next().value ?? '';
  const second = pieces.next();
  if (second.done === true) return reply.send(first);
  return reply.send(Readable.from(inTurns(first + second.value, pieces, turns), { objectMode: false }));
}

async function* inTurns(
  first: string,
  rest: Iterator<string, void>,
  turns: Turns,
): AsyncGenerator<string, void, undefined> {
  yield first;
  for (;;) {
    await turns.take();
    const piece = rest.next();
    if (piece.done === true) return;
    if (piece.value !== '') yield piece.value;
  }
}

/** A page of the objects that are selected. */
function* listPieces(
  request: ListRequest,
  rows: readonly OrionObject[],
  index: number,
): Generator<string, void, undefined> {
  const { after, limit, selects } = request;
  let piece = '{"items":[';
  let looked = 0;
  let last: string | undefined;
  let count = 0;
  let end = '';
  for (let at = firstBehind(rows, after); at < rows.length; at += 1) {
    const row = rows[at] as OrionObject;
    looked += 1;
    if (selects === undefined || selects(row)) {
      if (count === limit && last !== undefined) {
        end = `,"continue":"${request.continueAfter(last, index)}"`;
        if (selects === undefined) end += `,"remaining":${rows.length - at}`;
        break;
      }
      piece += `${count === 0 ? '' : ','}${JSON.stringify(row)}`;
      count += 1;
      last = row.metadata.name;
    }
    if (piece.length < servingLimits.listPieceBytes && looked < servingLimits.listPieceObjects) continue;
    yield piece;
    piece = '';
    looked = 0;
  }
  yield `${piece}],"resourceVersion":"${index}"${end}}`;
}

function* itemPieces(items: readonly unknown[], rest: object): Generator<string, void, undefined> {
  let piece = '{"items":[';
  for (const [at, item] of items.entries()) {
    piece += `${at === 0 ? '' : ','}${JSON.stringify(item)}`;
    if (piece.length < servingLimits.listPieceBytes) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}],${JSON.stringify(rest).slice(1)}`;
}

/** Position of the first whose name is above `name`. */
function firstBehind(rows: readonly OrionObject[], name: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as OrionObject).metadata.name <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}
