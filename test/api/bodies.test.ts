// The thread on which large bodies are read, as built: `npm test` builds before it tests.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Bodies, createBodies } from '../../src/api/bodies.ts';
import { isOrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';

/** As long as a test may take: none of them is about time. */
const patienceMs = (): number => 30_000;
const here = createBodies();
let elsewhere: Bodies;

beforeEach(() => {
  elsewhere = createBodies(new URL('../../dist/src/api/body-worker.js', import.meta.url), patienceMs);
});
afterEach(() => elsewhere.close());

const manifest = (services: string): string =>
  `apiVersion: orion/v1\nkind: Config\nmetadata: {name: home}\nspec:\n  services:\n${services}`;
const padding = `# ${'x'.repeat(limits.inlineBodyChars)}\n`;
const good = manifest('    - {name: web, path: /srv, runtime: node, entry: a.js}\n');

const failure = async (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => undefined,
    (error: unknown) =>
      isOrionError(error) ? { code: error.code, message: error.message, issues: error.issues } : error,
  );

test('a large manifest is read as a small one is', async () => {
  const body = { text: padding + good, format: 'yaml' } as const;
  expect(await elsewhere.manifests(body)).toEqual(await here.manifests({ text: good, format: 'yaml' }));
});

test('what is wrong in a large body is told with its lines', async () => {
  const bad = { text: `${good}    - {name: UPPER, naem: x}\n${padding}`, format: 'yaml' } as const;
  const told = await failure(elsewhere.manifests(bad));
  expect(told).toMatchObject({ code: 'INVALID' });
  expect(told).toEqual(await failure(here.manifests(bad)));
});

test('a field and a new member are read there, too', async () => {
  const text = `data: ${'x'.repeat(limits.inlineBodyChars)}`;
  expect(await elsewhere.field({ text, format: 'yaml' }, 'data')).toHaveLength(limits.inlineBodyChars);
  const member = `${padding}{id: pi-4, api: "http://127.0.0.1:6063", raft: "127.0.0.1:7063"}`;
  expect(await elsewhere.newMember({ text: member, format: 'yaml' })).toEqual(
    await here.newMember({ text: member, format: 'yaml' }),
  );
});

test('while a hostile body is read the loop turns, and beyond the bound the next is BUSY', async () => {
  const body = { text: `[${'[],'.repeat(60_000)}]`, format: 'yaml' } as const;
  const readings = Array.from({ length: limits.bodiesMax + 3 }, () => failure(elsewhere.manifests(body)));
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 1);
  expect(await Promise.race(readings)).toMatchObject({ code: 'BUSY' });
  expect(await readings[0]).toMatchObject({ code: 'TOO_LARGE' });
  clearInterval(turn);
  expect(turns).toBeGreaterThan(0);
  await elsewhere.close();
  await Promise.allSettled(readings);
});

test('a body that cannot be read before the time for its commit begins is BUSY, and so are lines once all time is over', async () => {
  const bodies = createBodies(new URL('../../dist/src/api/body-worker.js', import.meta.url));
  const bodyOf = (agoMs: number) =>
    ({ text: padding + good, format: 'yaml', atMs: performance.now() - agoMs }) as const;
  const inTime = await bodies.manifests(bodyOf(0.5 - patienceMs())); // it has all the time of a test
  expect(inTime).toEqual(await here.manifests({ text: good, format: 'yaml' }));
  const forgone = limits.requestMs - limits.commitReserveMs;
  expect(await failure(bodies.manifests(bodyOf(forgone)))).toMatchObject({ code: 'BUSY' });
  expect(await failure(bodies.lines(bodyOf(limits.requestMs), ['spec']))).toMatchObject({ code: 'BUSY' });
  await bodies.close();
});

test('a thread that was ended is followed by another at once: the next body does not have to wait for its start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orion-bodies-'));
  const worker = join(folder, 'worker.mjs');
  const starts = join(folder, 'starts');
  writeFileSync(
    worker,
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(starts)}, '+');
     const isEndless = ({ body }) => body?.text.startsWith('endless');
     export default (task) => isEndless(task) ? new Promise(() => {}) : { kind: 'read', value: ['as it is'] };`,
  );
  const isEndless = ({ text }: { text: string }): boolean => text.startsWith('endless');
  const bodies = createBodies(pathToFileURL(worker), ({ body }) => (isEndless(body) ? 100 : patienceMs()));
  try {
    expect(await bodies.manifests({ text: padding, format: 'yaml' })).toEqual(['as it is']);
    const endless = { text: `endless ${padding}`, format: 'yaml' } as const;
    expect(await failure(bodies.manifests(endless))).toMatchObject({ code: 'BUSY' });
    await vi.waitUntil(() => readFileSync(starts, 'utf8') === '++', { timeout: 20_000 });
  } finally {
    await bodies.close();
    rmSync(folder, { recursive: true });
  }
});
