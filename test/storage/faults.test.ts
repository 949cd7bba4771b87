// What people are told of a disk that failed: what to do about that failure.

import { expect, test } from 'vitest';
import { diskFailed } from '../../src/storage/faults.ts';

test.each([
  ["EACCES: permission denied, open '/data/superblock-a'", /must own its data directory/],
  ['IO error: /data/LOCK/LOCK: Permission denied', /must own its data directory/],
  ['IO error: /data/LOCK/LOCK: Read-only file system', /mounted read-only/],
  ["EMFILE: too many open files, open '/data/log'", /ulimit -n/],
  ["EEXIST: file already exists, mkdir '/data'", /no directory stands in the way/],
  ['EIO: i/o error, write', /what its disk holds now is not known/],
])('%s', (words, remedy) => {
  const error = diskFailed('opening /data', new Error(words));
  expect(error).toMatchObject({ code: 'DISK_FAILED', message: expect.stringMatching(remedy) });
  expect(error.message).toContain(`opening /data failed: ${words}`);
});
