// The example that everybody tries first, run as its manifest says.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseManifests } from '../../src/protocol/manifest.ts';
import { workloadWith } from '../../src/protocol/references.ts';
import { present } from '../../src/lib/assert.ts';
import { until } from '../e2e/until.ts';
import { agentFor, assigned, gateway } from './rig.ts';

const folder = resolve(import.meta.dirname, '../../examples/hello');

test('examples/hello: every replica answers on its own port, says who it is, and ends in order', async () => {
  const source = readFileSync(join(folder, 'orion.yaml'), 'utf8');
  const [manifest] = parseManifests(
    source.replace('runtime: node', `path: ${folder}\n      runtime: node`),
    'yaml',
  );
  const service = present(manifest?.services[0], 'the example has a service');
  expect(service.spec.replicas).toBe(2);
  const workload = workloadWith(service.spec, () => undefined);
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(assigned('hello-0', workload, 0), assigned('hello-1', workload, 1));
  for (const index of [0, 1]) {
    const { pid, ports } = await leader.status(`hello-${index}`, ({ pid }) => pid !== undefined);
    const answer = await until('it answers', async () =>
      (await fetch(`http://127.0.0.1:${ports['http']}/`)).json(),
    );
    expect(answer).toMatchObject({ service: 'web', replica: index, pid });
  }
  leader.desire();
  for (const index of [0, 1]) await leader.status(`hello-${index}`, { reason: 'STOPPED' });
});
