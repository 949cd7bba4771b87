import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { asPeerId } from '../../raft/types.ts';
import { windowBegins } from '../../src/state/window.ts';
import { recover } from '../../src/offline/recover.ts';
import { openStorage } from '../../src/storage/open.ts';
import { tempDirectory } from '../storage/temp-directory.ts';
import { look, makeDirectory, others, startMs, writeConfig } from './fixtures.ts';

let dataDir: string;
let configFile: string;

beforeEach(async () => {
  const folder = await tempDirectory();
  dataDir = join(folder, 'pi-1');
  configFile = writeConfig(folder);
});

/** Every file of log and superblock. */
const contentOf = (directory: string): Map<string, string> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => /\/(log\/|superblock)/.test(path))
      .map((path) => [path, readFileSync(path, 'latin1')]),
  );

const options = () => ({ configFile, id: 'pi-1', dataDir });

test('without --yes it tells what is there, and changes nothing', async () => {
  const genesis = await makeDirectory(dataDir, ['a', 'b']);
  const { found, begun } = await recover({ ...options(), apply: false });
  expect(begun).toBeUndefined();
  expect(found).toMatchObject({
    id: 'pi-1',
    clusterId: genesis.clusterId,
    epoch: 0,
    term: 6,
    lastTerm: 5,
    lastIndex: 3,
    impaired: false,
    voters: ['pi-1', 'pi-2', 'pi-3'],
  });
  const { identity, restored } = await look(dataDir);
  expect(identity.epoch).toBe(0);
  expect(restored).toMatchObject({ lastIndex: 3, hardState: { term: 6, vote: others[0].storeId } });
});

test('that holds for a damaged log, too, whose files may be all that is left', async () => {
  await makeDirectory(dataDir, ['a', 'b', 'c']);
  const segment = readdirSync(join(dataDir, 'log')).find((name) => name.endsWith('.log'));
  const file = join(dataDir, 'log', segment ?? '');
  const bytes = readFileSync(file);
  bytes.write('VALUE', bytes.indexOf('value of b'));
  writeFileSync(file, bytes);
  const before = contentOf(dataDir);
  const { found } = await recover({ ...options(), apply: false });
  expect(found.impaired).toBe(true);
  expect(contentOf(dataDir)).toEqual(before);
});

test('with it the peer is the one voter of the same cluster, in a higher epoch, with all that its log held', async () => {
  const genesis = await makeDirectory(dataDir, ['a', 'b']);
  const { found, begun } = await recover({ ...options(), apply: true });
  expect(begun).toEqual({ index: 3 + 2 ** 32, epoch: 1 });
  const { identity, restored, rows } = await look(dataDir);
  expect(identity).toMatchObject({ storeId: found.storeId, clusterId: genesis.clusterId, epoch: 1 });
  expect(restored.genesis).toEqual(genesis);
  expect(restored.impaired).toBe(false);
  expect(restored.hardState).toEqual({ term: 7, vote: undefined });
  expect(restored.lastIndex).toBe(begun?.index);
  expect(restored.base).toMatchObject({ index: begun?.index, term: 7, time: startMs + 3 });
  expect(restored.base.configuration?.voters.map(({ storeId }) => storeId)).toEqual([found.storeId]);
  expect(restored.base.configuration?.removed.toSorted()).toEqual(others.map(({ storeId }) => storeId));
  const settings = rows.filter((row) => row.kind === 'Setting');
  expect(settings.map(({ metadata, spec }) => [metadata.name, metadata.resourceVersion, spec.data])).toEqual([
    ['a', '2', 'value of a'],
    ['b', '3', 'value of b'],
  ]);
});

test('whoever watched before looks anew: of the window of changes only where it begins goes on', async () => {
  await makeDirectory(dataDir, ['a', 'b']);
  const { begun } = await recover({ ...options(), apply: true });
  const { rows, restored } = await look(dataDir);
  const index = restored.lastIndex;
  expect(index).toBe(begun?.index);
  const [begins, ...others] = rows.flatMap((row) => (row.kind === 'Changes' ? [row] : []));
  const time = begins?.text.match(/"(20[^"]*)"/)?.[1] ?? '';
  expect([begins, others]).toEqual([windowBegins({ index, time }), []]);
});

test('a state that was found to differ from the others is told as that; recovered, it is the only one, and its peer may lead', async () => {
  await makeDirectory(dataDir, ['a']);
  const before = await openStorage({ directory: dataDir, peerId: asPeerId('pi-1') });
  await before.doubts.note(true);
  await before.close();
  expect((await recover({ ...options(), apply: false })).found.differs).toBe(true);
  await recover({ ...options(), apply: true });
  expect((await recover({ ...options(), apply: false })).found.differs).toBe(false);
  const after = await openStorage({ directory: dataDir, peerId: asPeerId('pi-1') });
  expect(after.doubts.stand).toBe(false);
  await after.close();
});

test('it can be done again', async () => {
  await makeDirectory(dataDir, ['a']);
  const first = await recover({ ...options(), apply: true });
  const second = await recover({ ...options(), apply: true });
  expect(second.begun).toEqual({ index: (first.begun?.index ?? 0) + 2 ** 32, epoch: 2 });
  expect((await look(dataDir)).rows.filter((row) => row.kind === 'Setting')).toHaveLength(1);
});

test('a log without objects is recovered, too', async () => {
  await makeDirectory(dataDir, []);
  const { begun } = await recover({ ...options(), apply: true });
  expect((await look(dataDir)).restored.lastIndex).toBe(begun?.index);
});

test('a peer that runs is left alone', async () => {
  await makeDirectory(dataDir, ['a']);
  const running = await openStorage({ directory: dataDir, peerId: asPeerId('pi-1') });
  await expect(recover({ ...options(), apply: true })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  await running.close();
});

test('what is no directory of that peer is refused, with what to do', async () => {
  await makeDirectory(dataDir, ['a']);
  await expect(recover({ ...options(), id: 'pi-2', apply: true })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
  await expect(recover({ ...options(), id: 'pi-9', apply: true })).rejects.toThrow(/no \[\[peer\]\] "pi-9"/);
  const empty = join(dataDir, '..', 'empty');
  mkdirSync(empty);
  await expect(recover({ ...options(), dataDir: empty, apply: true })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
