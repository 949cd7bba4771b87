// What keys do: to the place, the selection, and the cluster. Screens themselves are golden (captures, golden).

import { describe, expect, test } from 'vitest';
import { emptyMemory, parseMemory } from '../../tui/model/memory.ts';
import type { Effect, Write } from '../../tui/model/messages.ts';
import { demoObjects, demoStats, node, service } from './demo.ts';
import { Driver } from './driver.ts';

const writesOf = (effects: readonly Effect[]): readonly Write[] =>
  effects.flatMap((one) => (one.kind === 'write' ? [one.write] : []));

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
    expect(driver.text()).toContain('pi-1 ');
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

describe('writes', () => {
  test('scaling up is done at once, scaling down is asked', () => {
    const driver = Driver.live();
    driver.press('1');
    expect(writesOf(driver.press('S', 'backspace', '6', 'enter'))).toEqual([
      { kind: 'scale', service: 'api', replicas: 6 },
    ]);
    expect(writesOf(driver.press('S', 'backspace', '1', 'enter'))).toEqual([]);
    expect(driver.row('service/api')).toContain('4 to 1 replica; 3 processes will stop');
    expect(writesOf(driver.press('x', 'enter', 'space'))).toEqual([]);
    expect(writesOf(driver.press('y'))).toEqual([{ kind: 'scale', service: 'api', replicas: 1 }]);
  });

  test.each([
    ['n', []],
    ['escape', []],
    ['y', [{ kind: 'delete', collection: 'services', name: 'web' }]],
  ])('deletion answered with %s writes %j', (answer, writes) => {
    const driver = Driver.live();
    driver.press('1', 'G', 'ctrl-d');
    expect(driver.row('service/web')).toContain('3 running replicas will stop');
    expect(writesOf(driver.press(answer))).toEqual(writes);
  });

  test('act on every marked row, and the marks go', () => {
    const driver = Driver.live();
    driver.press('1', 'space', 'down', 'space', 'R');
    expect(writesOf(driver.press('y'))).toEqual([
      { kind: 'restart', service: 'api' },
      { kind: 'restart', service: 'mail' },
    ]);
    expect(driver.row('Services')).not.toContain('marked');
  });

  test('what touches the quorum shows what may be lost before and after', () => {
    const driver = Driver.live();
    driver.press('4', 'ctrl-d');
    expect(driver.row('voters 3')).toContain('voters 3 to 2, can lose 1 before, 0 after');
    expect(writesOf(driver.press('y'))).toEqual([{ kind: 'remove', peer: 'pi-1' }]);
    driver.press('T');
    expect(driver.row('hands leadership')).toContain('pi-2 hands leadership to pi-1');
    expect(driver.row('voters 3')).toContain('can lose 1 before, 1 after');
    expect(writesOf(driver.press('y'))).toEqual([{ kind: 'transfer', to: 'pi-1' }]);
  });

  test('a voter that is missing is told before another one is taken away', () => {
    const driver = Driver.live();
    driver.take({ kind: 'stats', stats: demoStats(0, { quorum: { need: 2, have: 2, voters: 3 } }) });
    driver.press('4', 'ctrl-d');
    expect(driver.row('cannot be heard now')).toContain('1 voter of 3');
  });

  test('only a node that is down can be deleted', () => {
    const driver = Driver.live();
    driver.press('3', 'ctrl-d');
    expect(driver.row('is not down')).toContain('node/pi-1');
    driver.take({
      kind: 'changes',
      changes: [{ type: 'MODIFIED', object: node('pi-5', { state: 'down' }) }],
      resourceVersion: '19000',
    });
    driver.press('G', 'ctrl-d');
    expect(writesOf(driver.press('y'))).toEqual([{ kind: 'delete', collection: 'nodes', name: 'pi-5' }]);
  });

  test('undo goes to the selected revision, and not to the current one', () => {
    const driver = Driver.live();
    driver.press('1', 'v', 'U');
    expect(driver.row('current one')).toContain('revision 7');
    driver.press('down', 'U');
    expect(writesOf(driver.press('y'))).toEqual([{ kind: 'undo', service: 'api', revision: 6 }]);
  });

  test('none are made with --read-only, by key or by command', () => {
    const driver = Driver.live({ readOnly: true });
    driver.press('1');
    for (const key of ['e', 'S', 'R', 'U', 'ctrl-d']) expect(driver.press(key)).toEqual([]);
    driver.type(':scale web 9');
    expect(driver.row('read-only')).toBeDefined();
    driver.press('4', 'T', 'y', 'ctrl-d', 'y');
    expect(writesOf(driver.effects)).toEqual([]);
    expect(driver.effects.some((one) => one.kind === 'edit')).toBe(false);
  });

  test('what came of one is said', () => {
    const driver = Driver.live();
    driver.take({
      kind: 'written',
      write: { kind: 'scale', service: 'web', replicas: 5 },
      outcome: 'accepted',
    });
    expect(driver.row('accepted')).toContain('scale service/web to 5: accepted');
    driver.take({ kind: 'failed', what: 'transfer leadership', error: 'pi-3 is too far behind' });
    expect(driver.row('too far behind')).toContain('transfer leadership: ');
    driver.pass(10_000);
    expect(driver.text()).not.toContain('too far behind');
  });
});

describe('commands', () => {
  test.each([
    ['svc', 'Services'],
    ['no', 'Nodes'],
    ['ev', 'Events'],
    ['why mail', 'Why service/mail'],
    ['describe node/pi-3', 'Describe node/pi-3'],
    ['yaml mail/0', 'YAML assignment/mail-0-r3'],
    ['revisions api', 'Revisions service/api'],
    ['logs web/1', 'Logs service/web'],
    ['services -l tier=front', '[1 of 4] /-l tier=front'],
    ['nonsense', 'there is no command "nonsense"'],
    ['why nobody', 'there is no nobody'],
    ['logs', 'logs of what?'],
  ])(':%s leads to %s', (text, shown) => {
    const driver = Driver.live();
    driver.type(`:${text}`);
    expect(driver.text()).toContain(shown);
  });

  test('Tab completes what is suggested, by the words of that command', () => {
    const driver = Driver.live();
    driver.press(':', 's', 'c', 'tab');
    expect(driver.canvas().texts().at(-1)).toBe(':scale');
    driver.press('space', 'w', 'tab');
    expect(driver.canvas().texts().at(-1)).toBe(':scale web');
    expect(writesOf(driver.press('space', '9', 'enter'))).toEqual([
      { kind: 'scale', service: 'web', replicas: 9 },
    ]);
  });

  test('up and down bring back old ones, which are remembered', () => {
    const driver = Driver.live({ memory: { ...emptyMemory, commands: ['nodes'] } });
    driver.type(':svc');
    driver.press(':', 'up', 'up');
    expect(driver.canvas().texts().at(-1)).toBe(':nodes');
    driver.press('down');
    expect(driver.canvas().texts().at(-1)).toBe(':svc');
    const remembered = driver.effects.flatMap((one) => (one.kind === 'remember' ? [one.memory] : [])).at(-1);
    expect(remembered?.commands).toEqual(['nodes', 'svc']);
    expect(remembered?.view).toBe('services');
    expect(parseMemory(JSON.stringify(remembered))).toEqual(remembered);
  });

  test('a memory that is damaged is forgotten, not feared', () => {
    expect(parseMemory('{"view":"cellar","sorts":[],"commands":[1,"a"],"wrap":"yes"}')).toEqual({
      ...emptyMemory,
      commands: ['a'],
    });
    expect(parseMemory('{')).toEqual(emptyMemory);
  });
});

describe('places', () => {
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
