// What keys and commands do to the cluster, what they ask before, and command mode.

import { describe, expect, test } from 'vitest';
import { emptyMemory, parseMemory } from '../../tui/model/memory.ts';
import type { Effect, Write } from '../../tui/model/messages.ts';
import { demoStats } from './demo-cluster.ts';
import { node } from './demo.ts';
import { Driver } from './driver.ts';

const writesOf = (effects: readonly Effect[]): readonly Write[] =>
  effects.flatMap((one) => (one.kind === 'write' ? [one.write] : []));

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
    driver.press('1', 'space', 'down', 'space');
    expect(driver.row('Services')).toContain('2 marked');
    driver.press('R');
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
