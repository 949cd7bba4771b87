// An agent as a process of its own, so that a test can kill it. Its options come as JSON in the first argument.

import { startAgent } from '../../agent/main.ts';

const agent = await startAgent({ ...JSON.parse(process.argv[2] ?? '{}'), log: () => {} });
process.once('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
