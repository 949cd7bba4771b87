// What keys do to the place and the selection. Screens themselves are golden (captures, golden).

import { describe, expect, test } from 'vitest';
import { demoStats } from './demo-cluster.ts';
import { demoObjects, node, service } from './demo.ts';
import { Driver } from './driver.ts';

describe('the selection', () => {
  test('stays on its row when rows come before it, and moves to the neighbour when it goes', () => {
    const driver = Driver.live();
    driver.press('1', 'down', 'down');
    const added = service('aaa', { replicas: 1, ready: 1, running: 1, revision: 1 });
    driver.take({ kind: 'changes', changes: [{ type: 'ADDED', object: added }], resourceVersion: '18300' });
    driver.press('y');
    expect(driver.row('YAML')).toContain('service/mail');
    driver.press('escape');
    const gone = demoObjects.find((one) => one.kind === 'Service' && one.metadata.name === 'mail') ?? added;
    driver.take({ kind: 'changes', changes: [{ type: 'DELETED', object: gone }], resourceVersion: '18301' });
    driver.canvas();
    driver.press('y');
    expect(driver.row('YAML')).toContain('service/web');
  });

  test('outlives a move to another peer that lists everything anew', () => {
    const driver = Driver.live();
    driver.press('2', 'down', 'down', 'down', 'd');
    driver.take({ kind: 'peer', event: { kind: 'trying', peer: 'http://10.0.0.3:6060', reason: 'gone' } });
    driver.take({ kind: 'reset', items: demoObjects, resourceVersion: '18400' });
    driver.take({ kind: 'peer', event: { kind: 'open', peer: 'http://10.0.0.3:6060' } });
    driver.take({ kind: 'stats', stats: demoStats() });
    expect(driver.row('Describe')).toContain('assignment/api-3-r6');
    expect(driver.row('via')).toContain('via pi-3 ● live');
    driver.press('escape', 'y');
    expect(driver.row('YAML')).toContain('assignment/api-3-r6');
  });

  test('a change that is older than the list is passed over', () => {
    const driver = Driver.live();
    driver.press('3');
    driver.take({
      kind: 'changes',
      changes: [{ type: 'DELETED', object: node('pi-1') }],
      resourceVersion: '18233',
    });
    expect(driver.row('─ Nodes')).toContain('[5]');
  });
});

describe('sorting', () => {
  test('by a click on a column, and the other way by a second one', () => {
    const driver = Driver.live();
    driver.press('2');
    const x = driver.row('REPLICA').indexOf('RESTARTS');
    const click = { kind: 'mouse', mouse: { action: 'press', x, y: 3 } } as const;
    driver.take(click);
    expect(driver.row('REPLICA')).toContain('RESTARTS↑');
    driver.canvas();
    driver.take(click);
    expect(driver.row('REPLICA')).toContain('RESTARTS↓');
    expect(driver.canvas().texts()[4]).toContain('mail/0');
  });

  test('by keys, from column to column', () => {
    const driver = Driver.live();
    driver.press('1', '>');
    expect(driver.row('READY')).toContain('NAME↑');
    driver.press('>', 'o');
    expect(driver.row('READY')).toContain('READY↓');
    driver.press('<');
    expect(driver.row('READY')).toContain('NAME↓');
  });

  test('numbers are compared as numbers', () => {
    const driver = Driver.live();
    driver.press('4');
    driver.type(':sort lag desc');
    expect(driver.canvas().texts()[4]).toContain('pi-3');
    driver.type(':sort nonsense');
    expect(driver.row('there is no column')).toContain('nonsense');
  });
});

describe('the filter', () => {
  test.each([
    ['mail', ['mail']],
    ['^m|w', ['mail', 'web']],
    ['!mail', ['api', 'cron', 'web']],
    ['-l tier=back', ['api']],
    ['-l tier,tier!=back', ['web']],
    ['-l tier=back web', []],
    ['(', []],
  ])('%s keeps %j', (text, names) => {
    const driver = Driver.live();
    driver.press('1', '/');
    driver.press(...Array.from(text, (one) => (one === ' ' ? 'space' : one)), 'enter');
    const rows = driver.canvas().texts().slice(4, -1);
    expect(
      ['api', 'cron', 'mail', 'web'].filter((name) =>
        rows.some((row) => row.slice(1).trim().replace('▸ ', '').startsWith(name)),
      ),
    ).toEqual(names);
  });

  test('goes with Esc before the marks do, and those before the place', () => {
    const driver = Driver.live();
    driver.press('1', 'a', 'space', '/', 'p', 'enter');
    expect(driver.row('Assignments')).toMatch(/\/p .*1 marked/);
    driver.press('escape');
    expect(driver.row('Assignments')).not.toContain('/p');
    driver.press('escape');
    expect(driver.row('Assignments')).not.toContain('marked');
    driver.press('escape');
    expect(driver.text()).not.toContain('Assignments');
    driver.press('escape');
    expect(driver.row('Pulse')).toBeDefined();
  });

  test('typed and left with Esc is what it was before', () => {
    const driver = Driver.live();
    driver.press('1', '/', 'w', 'enter', '/', 'e', 'b', 'escape');
    expect(driver.row('Services')).toContain('/w ');
  });
});

describe('places', () => {
  test('keys that come faster than they are painted act as if they had come one by one', () => {
    const driver = Driver.live();
    for (const key of ['7', 'down', 'd', 'escape', 'y']) driver.take({ kind: 'key', key });
    expect(driver.row('YAML')).toContain('setting/motd');
  });

  test('Enter leads from a node to its replicas, from there to one of them, and Esc back', () => {
    const driver = Driver.live();
    driver.press('3', 'enter');
    expect(driver.row('Assignments node/pi-1')).toContain('[2]');
    driver.press('down', 'enter');
    expect(driver.row('Describe assignment/web-0-r4')).toBeDefined();
    driver.press('escape', 'escape');
    expect(driver.row('─ Nodes')).toBeDefined();
  });

  test('an event leads to what it is about', () => {
    const driver = Driver.live();
    driver.press('5', 'down', 'enter');
    expect(driver.row('Describe assignment/mail-0-r3')).toBeDefined();
  });

  test('a click selects, a second one opens, the wheel scrolls', () => {
    const driver = Driver.live();
    driver.press('3');
    const click = { kind: 'mouse', mouse: { action: 'press', x: 4, y: 6 } } as const;
    driver.take(click);
    driver.canvas();
    driver.take(click);
    expect(driver.row('Assignments node/pi-3')).toBeDefined();
    driver.press('9');
    driver.take({ kind: 'mouse', mouse: { action: 'wheeldown', x: 1, y: 9 } });
    expect(driver.canvas().texts()[3]).not.toContain('Views');
  });

  test('the view, its order and the wrapping of logs are there again at the next start', () => {
    const memory = {
      view: 'nodes',
      sorts: { nodes: { column: 'STATE', descending: true } },
      commands: [],
      wrap: true,
    } as const;
    const driver = Driver.live({ memory });
    expect(driver.row('NAME')).toContain('STATE↓');
  });

  test('q leads back, and ends it at the bottom; Ctrl-C ends it from anywhere', () => {
    const driver = Driver.live();
    driver.press('1', 'd');
    expect(driver.press('q').some((one) => one.kind === 'quit')).toBe(false);
    expect(driver.press('q').some((one) => one.kind === 'quit')).toBe(true);
    driver.press('1', 'd');
    expect(driver.press('ctrl-c').some((one) => one.kind === 'quit')).toBe(true);
  });

  test('a smaller and a larger terminal are drawn in full', () => {
    const driver = Driver.live();
    driver.press('1');
    for (const [width, height] of [
      [40, 8],
      [200, 60],
      [80, 24],
    ] as const) {
      driver.take({ kind: 'resize', width, height });
      const canvas = driver.canvas();
      expect([canvas.width, canvas.height]).toEqual([width, height]);
      expect(canvas.texts().join('\n')).toContain('mail');
    }
  });
});
