// The thread on which large bodies are read (bodies.ts). It holds nothing and knows nobody.

import { outcomeOf, type BodyOutcome, type BodyTask } from './bodies.ts';

export default (task: BodyTask): BodyOutcome => outcomeOf(task);
