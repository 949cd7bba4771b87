// A process that opens the states in argv[2] and says what it found.

import { openStateStore } from '../../src/storage/state-store.ts';

const store = await openStateStore({ directory: process.argv[2] ?? '' });
const { discarded } = await store.load();
process.stdout.write(discarded ? 'set aside\n' : 'sound\n');
await store.close();
