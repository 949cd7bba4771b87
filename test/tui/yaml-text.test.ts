import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { textOf } from '../../tui/model/table.ts';
import { yamlLines } from '../../tui/model/yaml-text.ts';
import { demoObjects } from './demo.ts';

const yaml = (value: unknown): string => yamlLines(value).map(textOf).join('\n');

test('what is shown as YAML is read back as what it was', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({
        stringUnit: fc.constantFrom('a', ' ', ':', '-', '#', '\n', '"', "'", '{', '0', '.', 'é', '\t'),
      }),
      (value) => {
        expect(parse(yaml(value))).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  );
});

test('so is every object', () => {
  for (const object of demoObjects) expect(parse(yaml(object))).toEqual(object);
});

test('text of several lines is shown as a block', () => {
  expect(yaml({ data: 'first: 1\nsecond' })).toBe('data: |-\n  first: 1\n  second');
});
