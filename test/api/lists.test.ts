// Lists: pages of one version, selectors, the past, and large ones in pieces.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { servingLimits } from '../../src/lib/serving-limits.ts';
import type { List } from '../../src/protocol/api.ts';
import type { OrionObject, Setting } from '../../src/protocol/objects.ts';
import { serviceRow, settingRow } from './fake-rows.ts';
import { app, peer, problemIn } from './harness.ts';

const put = (name: string, data = 'x', labels: Record<string, string> = {}): void => {
  const row = settingRow(name, data, peer.view.appliedIndex + 1);
  peer.write({
    before: peer.view.settings.get(name),
    after: { ...row, metadata: { ...row.metadata, labels } },
  });
};

const remove = (name: string): void => peer.write({ before: peer.view.settings.get(name) });

async function list(query: string): Promise<List<Setting>> {
  const answer = await app.inject(`/api/settings${query}`);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  return answer.json();
}

const namesOf = ({ items }: List<OrionObject>): string[] => items.map(({ metadata }) => metadata.name);

describe('pages', () => {
  test('are of one version, whatever is written meanwhile, and say how many follow', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
    const first = await list('?limit=2');
    expect([namesOf(first), first.resourceVersion, first.remaining]).toEqual([['a', 'b'], '6', 3]);
    remove('c');
    put('bb');
    put('d', 'changed');
    const second = await list(`?limit=2&continue=${first.continue}`);
    expect([namesOf(second), second.resourceVersion, second.remaining]).toEqual([['c', 'd'], '6', 1]);
    expect(second.items[1]?.spec.data).toBe('x');
    const third = await list(`?limit=2&continue=${second.continue}`);
    expect(third).toEqual({ items: [settingRow('e', 'x', 6)], resourceVersion: '6' });
    expect(namesOf(await list('?limit=5'))).toEqual(['a', 'b', 'bb', 'd', 'e']);
  });

  test('of any size give what the whole list gives, selected or not', async () => {
    for (let i = 0; i < 30; i += 1) put(`s-${i}`, 'x', i % 3 === 0 ? { third: 'yes' } : {});
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 35 }),
        fc.constantFrom('', '&labelSelector=third'),
        async (limit, selector) => {
          const whole = await list(`?${selector}`.replace('?&', '?').replace(/\?$/, ''));
          const given: string[] = [];
          let token: string | undefined = '';
          for (let pages = 0; token !== undefined; pages += 1) {
            expect(pages).toBeLessThanOrEqual(Math.ceil(30 / limit));
            const page: List<Setting> = await list(
              `?limit=${limit}${selector}${token === '' ? '' : `&continue=${token}`}`,
            );
            expect(page.items.length).toBeLessThanOrEqual(limit);
            given.push(...namesOf(page));
            token = page.continue;
          }
          expect(given).toEqual(namesOf(whole));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('whose version is not kept any more are 410, and end no sooner than the window', async () => {
    for (const name of ['a', 'b', 'c']) put(name);
    const { continue: token } = await list('?limit=1');
    peer.view.window.push({
      index: (peer.view.appliedIndex += 1),
      time: '2026-01-01T00:00:00.000Z',
      changes: [{ before: settingRow('big', 'x'.repeat(3_000_000)), after: undefined }], // too large to be told
    });
    expect(problemIn(await app.inject(`/api/settings?limit=1&continue=${token}`))).toEqual([410, 'EXPIRED']);
  });
});

describe('selectors', () => {
  test('choose among all objects, and a page of what they choose is full', async () => {
    for (let i = 0; i < 10; i += 1) put(`s-${i}`, String(i % 2), { parity: String(i % 2) });
    expect(namesOf(await list('?labelSelector=parity%3D1'))).toEqual(['s-1', 's-3', 's-5', 's-7', 's-9']);
    expect(namesOf(await list('?fieldSelector=spec.data!=1&labelSelector=parity'))).toHaveLength(5);
    const page = await list('?labelSelector=parity%3D1&limit=3');
    expect([namesOf(page), page.remaining]).toEqual([['s-1', 's-3', 's-5'], undefined]);
    const rest = await list(`?labelSelector=parity%3D1&limit=3&continue=${page.continue}`);
    expect([namesOf(rest), rest.continue]).toEqual([['s-7', 's-9'], undefined]);
  });
});

describe('the past', () => {
  test('?at= gives an object and a list as they were', async () => {
    put('a', '1');
    put('b', '1');
    put('a', '2');
    remove('b');
    const dataAt = async (name: string, at: number): Promise<string | number> => {
      const answer = await app.inject(`/api/settings/${name}?at=${at}`);
      return answer.statusCode === 200 ? answer.json<Setting>().spec.data : answer.statusCode;
    };
    expect(await Promise.all([1, 2, 3, 4, 5].map((at) => dataAt('a', at)))).toEqual([
      404,
      '1',
      '1',
      '2',
      '2',
    ]);
    expect(await Promise.all([2, 3, 4, 5].map((at) => dataAt('b', at)))).toEqual([404, '1', '1', 404]);
    const lists = await Promise.all([1, 2, 3, 4, 5].map((at) => list(`?at=${at}`)));
    expect(lists.map(namesOf)).toEqual([[], ['a'], ['a', 'b'], ['a', 'b'], ['a']]);
    expect(lists.map(({ resourceVersion }) => resourceVersion)).toEqual(['1', '2', '3', '4', '5']);
    const page = await list('?at=3&limit=1');
    expect(namesOf(await list(`?limit=1&continue=${page.continue}`))).toEqual(['b']);
  });

  test('what is still to come is 400, or 503 from a peer that may be behind', async () => {
    put('a');
    for (const path of ['/api/settings?at=9', '/api/settings/a?at=9']) {
      expect(problemIn(await app.inject(path))).toEqual([400, 'MALFORMED']);
      expect(problemIn(await app.inject(`${path}&consistency=stale`))).toEqual([503, 'BUSY']);
    }
  });
});

test.each([
  '?limit=0',
  '?limit=501',
  '?limit=-1',
  '?limit=1.5',
  '?limit=',
  '?limit=1e2',
  '?continue=',
  '?continue=abc',
  `?continue=${Buffer.from('1 00000000 a').toString('base64url')}`,
  '?at=now',
  '?at=-1',
  '?at=',
  '?labelSelector=a%20b',
  '?fieldSelector=name',
  '?kind=Setting',
])('GET /api/settings%s is 400', async (query) => {
  expect(problemIn(await app.inject(`/api/settings${query}`))).toEqual([400, 'MALFORMED']);
});

test('a page goes on with what it began with alone: kind, selectors, version', async () => {
  for (const name of ['a', 'b']) put(name, 'x', { l: '' });
  peer.write({ after: serviceRow('web') }, { after: serviceRow('api') });
  const { continue: token } = await list('?limit=1&labelSelector=l');
  for (const path of [
    'settings?',
    'settings?labelSelector=l,l&',
    'services?labelSelector=l&',
    'settings?labelSelector=l&at=2&',
  ])
    expect([path, problemIn(await app.inject(`/api/${path}continue=${token}`))]).toEqual([
      path,
      [400, 'MALFORMED'],
    ]);
});

test('a large list is written in pieces, and everything else has a turn between two', async () => {
  const rows = peer.view.settings.rows;
  for (let i = 0; i < 5_000; i += 1) rows.set(`s-${i}`, settingRow(`s-${i}`, 'x'.repeat(1_000)));
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  for (const [query, pieces] of [
    ['', (5_000 * 1_000) / servingLimits.listPieceBytes],
    ['?labelSelector=none', 5_000 / servingLimits.listPieceObjects - 2], // looked at, and passed over
  ] as const) {
    turns = 0;
    const answer = await app.inject(`/api/settings${query}`);
    expect(answer.json<List<Setting>>().items).toHaveLength(query === '' ? 5_000 : 0);
    expect(turns).toBeGreaterThan(pieces);
  }
  isOver = true;
});
