import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import type { ServiceSpec } from '../../src/protocol/objects.ts';
import {
  factsOf,
  malformedReference,
  settingIssues,
  settingsOf,
  workloadWith,
} from '../../src/protocol/references.ts';
import { spec } from '../state/lab.ts';

type Settings = Readonly<Record<string, string>>;

const filled = (value: string, settings: Settings): string | undefined =>
  workloadWith(spec({ env: { A: value } }), (name) => settings[name]).env['A'];

const issuesOf = (overrides: Partial<ServiceSpec>, settings: Settings): string[] => {
  const facts = Object.fromEntries(Object.entries(settings).map(([name, data]) => [name, factsOf(data)]));
  return settingIssues(spec(overrides), (name) => facts[name]).map(
    ({ path, message }) => `${path}: ${message}`,
  );
};

test.each([
  ['${settings.db}', 'postgres'],
  ['pg://${settings.user}:${settings.db}/x', 'pg://me:postgres/x'],
  ['$${settings.db}', '${settings.db}'],
  ['$$${settings.db}', '$${settings.db}'],
  ['${settings.db}$${settings.db}${settings.db}', 'postgres${settings.db}postgres'],
  ['${HOME} $settings.db {settings.db}', '${HOME} $settings.db {settings.db}'],
  ['', ''],
])('%s stands for %s', (value, expected) => {
  expect(filled(value, { db: 'postgres', user: 'me' })).toBe(expected);
});

test('what a setting holds is not read again: no setting names another', () => {
  expect(filled('${settings.a}', { a: '${settings.b}', b: 'x' })).toBe('${settings.b}');
});

test.each(['${settings.', '${settings.db', '${settings.}', '${settings.Not-A-Name}', '${settings.a b}'])(
  '%s names no setting',
  (value) => {
    expect(malformedReference(value)).toBeDefined();
    expect(malformedReference(`x${value}`)).toBeDefined();
    expect(malformedReference(`$${value}`)).toBeUndefined();
  },
);

test('a service uses the settings of its variables and of its files, and no others', () => {
  const env = { A: '${settings.one}${settings.two}', B: '$${settings.three}', C: 'plain' };
  expect([...settingsOf({ env, files: [{ setting: 'four', path: 'f' }] })].sort()).toEqual([
    'four',
    'one',
    'two',
  ]);
  expect(settingsOf({ env: {} }).size).toBe(0);
});

test('a file holds its setting byte for byte', () => {
  const files = [{ setting: 'conf', path: 'app.conf' }];
  expect(workloadWith(spec({ files }), () => 'a\0b${settings.x}').files).toEqual([
    { setting: 'conf', path: 'app.conf', data: 'a\0b${settings.x}' },
  ]);
});

test('what is missing, holds NUL or is too long is told with its path, all at once', () => {
  const long = 'x'.repeat(limits.environmentBytesMax);
  const files = [
    { setting: 'nul', path: 'a' },
    { setting: 'absent', path: 'b' },
  ];
  const env = { A: '${settings.absent}', B: '${settings.nul}', C: '${settings.long}', D: '${settings.fine}' };
  expect(issuesOf({ env, files }, { nul: 'a\0b', long, fine: 'x' })).toEqual([
    'env.A: there is no setting "absent": put it first',
    'env.B: the setting "nul" holds NUL, which no variable can',
    expect.stringMatching(/^env\.C: NAME=value is \d+ bytes/),
    'files[1].setting: there is no setting "absent": put it first',
  ]);
});

test('NAME=value may be as long as the kernel takes it, in bytes, and no longer', () => {
  const room = limits.environmentBytesMax - 'A='.length;
  const env = { A: '${settings.x}' };
  expect(issuesOf({ env }, { x: 'x'.repeat(room) })).toEqual([]);
  expect(issuesOf({ env }, { x: `${'x'.repeat(room - 1)}é` })).toHaveLength(1);
});

test('a workload has a bound, found without putting it together', () => {
  const large = 'x'.repeat(limits.settingBytesMax);
  const files = ['a', 'b', 'c', 'd'].map((path) => ({ setting: 'large', path }));
  expect(issuesOf({ files: files.slice(1) }, { large })).toEqual([]);
  expect(issuesOf({ files }, { large })).toEqual([expect.stringMatching(/^: a replica takes \d+ bytes/)]);
  const bomb = { A: '${settings.large}'.repeat(50_000) };
  expect(issuesOf({ env: bomb }, { large })).toHaveLength(2);
});
