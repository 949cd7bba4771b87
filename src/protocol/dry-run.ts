// What a dry run tells beside the changes: `POST /api/apply?dryRun=true`.

import { z } from 'zod';

export const objectDiff = z
  .strictObject({
    kind: z.literal('Service').describe('Kind of the object.'),
    name: z.string().describe('Name of the object.'),
    path: z.string().describe('Dotted path of one value in the object, as `spec.replicas`.'),
    before: z.unknown().exactOptional().describe('What stands there now; absent when nothing does.'),
    after: z.unknown().exactOptional().describe('What would stand there; absent when nothing would.'),
  })
  .describe('One value that would change. A list counts as one value.');

export type ObjectDiff = z.infer<typeof objectDiff>;

export const plannedReplica = z
  .strictObject({
    service: z.string().describe('Name of the service.'),
    index: z.number().int().describe('Which of its replicas, from 0.'),
    node: z
      .string()
      .nullable()
      .describe('The node that it stands on, or would be placed on; null when none fits.'),
    reason: z.string().exactOptional().describe('Why no node fits, counted over all nodes.'),
  })
  .describe('One replica of a service that would change.');

export type PlannedReplica = z.infer<typeof plannedReplica>;

/** What the scheduler has to say about a request that was not applied. */
export interface TrialPlan {
  readonly placement: readonly PlannedReplica[];
  /** Sentences. */
  readonly warnings: readonly string[];
}
