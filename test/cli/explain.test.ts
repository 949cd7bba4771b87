import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { explainPath } from '../../src/cli/schema-path.ts';
import { jsonSchemas, type JsonSchema } from '../../src/protocol/json-schemas.ts';
import { orion } from './terminal.ts';

test('explain says what a field is, which type it has, and what it holds', async () => {
  const { stdout, exitCode } = await orion(['explain', 'service.spec.ports']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^KIND {3}Service\nFIELD {2}spec\.ports\nTYPE {3}list of object\n\n\S/);
  expect(stdout).toMatch(/^ {2}port {2}integer, 1 to 65535 \(optional\)\n {6}\S/m);
});

test('items of lists and values of maps are passed through, and kinds have short names', async () => {
  const { stdout } = await orion(['explain', 'svc.status.conditions[0].status']);
  expect(stdout).toMatch(/^TYPE {3}one of True, False, Unknown$/m);
  expect((await orion(['explain', 'peer.role'])).stdout).toContain('one of leader, follower');
});

test('what stands in an orion.yaml is explained with its defaults', async () => {
  const { stdout } = await orion(['explain', 'config.spec.services.replicas']);
  expect(stdout).toMatch(/^KIND {3}Config \(orion\.yaml\)\nFIELD {2}spec\.services\.replicas$/m);
  expect(stdout).toMatch(/^TYPE {3}integer, 0 to 1000, default 1 /m);
});

test('as JSON and YAML it is the schema itself', async () => {
  const json = await orion(['explain', 'config.spec.services.replicas', '-o', 'json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ type: 'integer', default: 1 });
  const yaml = await orion(['explain', 'config.spec.services.replicas', '-o', 'yaml']);
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
});

test.each([
  ['service.spec.prots', 'spec has no field "prots"; did you mean "ports"? its fields are path, '],
  ['service.spec.constructor', 'spec has no field "constructor"; its fields are '],
  ['service.spec.replicas.more', 'spec.replicas has no field "more"; it has none'],
  ['unicorn', '"unicorn" is no kind'],
])('%s is a wrong command line, which is told what there is', async (path, message) => {
  const { stderr, exitCode } = await orion(['explain', path]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('every field of every object, and of orion.yaml, says what it means', () => {
  const { Service, Node, Assignment, Setting, Event, Manifest } = jsonSchemas();
  const silent: string[] = [];
  const look = (schema: JsonSchema, path: readonly string[]): void => {
    for (const { name, description } of explainPath(schema, path).fields) {
      if (description === '') silent.push([...path, name].join('.'));
      look(schema, [...path, name]);
    }
  };
  for (const schema of [Service, Node, Assignment, Setting, Event, Manifest]) look(schema, []);
  expect(silent).toEqual([]);
});
