// The runtimes that a workload may name: each is tested where it is installed, and seen to be skipped where it is not.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRuntimes } from '../../agent/node-facts.ts';
import { until } from '../e2e/until.ts';
import { agentFor, assigned, forever, gateway, script, temporaryDirectory } from './rig.ts';

test('an entry is run by its runtime, from the directory of the workload', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'dist'));
  const source = `require('fs').writeFileSync('ran', JSON.stringify(process.argv.slice(2))); ${forever}`;
  writeFileSync(join(directory, 'dist', '-main.cjs'), source);
  const { command: _command, ...workload } = script('');
  leader.desire(
    assigned('a', { ...workload, path: directory, runtime: 'node', entry: 'dist/-main.cjs', args: ['x y'] }),
  );
  await leader.status('a', { state: 'running' });
  const ran: unknown = await until('it ran', () => JSON.parse(readFileSync(join(directory, 'ran'), 'utf8')));
  expect(ran).toEqual(['x y']);
});

const runtimes = await findRuntimes();

for (const runtime of ['bun', 'deno'] as const) {
  test.skipIf(!runtimes.includes(runtime))(
    `an entry is run by ${runtime}, where that is installed`,
    async () => {
      const leader = await gateway();
      await agentFor(leader);
      const directory = temporaryDirectory();
      const source = `console.log(process.argv.slice(2).join('|')); ${forever}`;
      writeFileSync(join(directory, 'main.mjs'), `import process from 'node:process'; ${source}`);
      const { command: _command, ...workload } = script('');
      leader.desire(
        assigned('a', { ...workload, path: directory, runtime, entry: 'main.mjs', args: ['x y'] }),
      );
      await leader.status('a', { state: 'running' });
      leader.broadcast({
        type: 'logs.open',
        streamId: 1,
        assignmentId: 'a',
        tail: 9,
        follow: true,
        credit: 9,
      });
      await until('its line', () =>
        leader.messages.some(
          (message) => message.type === 'logs.chunk' && message.lines.some(({ line }) => line === 'x y'),
        ),
      );
    },
  );
}
