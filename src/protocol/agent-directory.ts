// What an agent keeps in its directory, one schema a file: read again after a restart, perhaps by a later version.
//
// D1. `identity.json` and `desired.json` are durable before anyone acts on them; so is a replica's record before its
//     process is started (`launching`), so that no process is ever without a record.

import { z } from 'zod';
import { assignedSchema, setVersionSchema } from './agent.ts';

/** A process, told from any later one with the same pid. */
export const processIdentitySchema = z.strictObject({
  pid: z.int().min(1),
  /** When the kernel started it, in the kernel's own words: clock ticks since boot on Linux. */
  startTime: z.string(),
  /** Of the kernel that ran it; empty where the kernel has none. */
  bootId: z.string(),
});

export const agentIdentitySchema = z.strictObject({
  format: z.literal(1),
  agentId: z.string().min(1).max(64),
  /** Rises with every start; the upper digits of the sequences of its reports. */
  start: z.int().min(1),
});

export const rememberedPeersSchema = z.strictObject({ format: z.literal(1), peers: z.array(z.string()) });

/** The last set of assignments that was accepted. */
export const desiredSchema = z.strictObject({
  format: z.literal(1),
  clusterId: z.string(),
  version: setVersionSchema,
  set: z.array(assignedSchema),
});

/** How a process ended, or why there is none. */
const replicaEndSchema = z.strictObject({
  state: z.enum(['exited', 'failed']),
  reason: z.string(),
  message: z.string().optional(),
  exitCode: z.int().optional(),
});

const live = { process: processIdentitySchema, startedAt: z.iso.datetime() };

const replicaPhaseSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('new') }),
  /** A process is about to be started, or just was, and is not known yet. */
  z.strictObject({ kind: z.literal('launching') }),
  z.strictObject({ kind: z.literal('starting'), ...live }),
  z.strictObject({ kind: z.literal('running'), ...live }),
  /** Asked to end; it goes on until the last process of its group is gone. */
  z.strictObject({ kind: z.literal('stopping'), ...live, exitCode: z.int().optional() }),
  /** To be started again after a back-off. */
  z.strictObject({ kind: z.literal('waiting'), end: replicaEndSchema }),
  z.strictObject({ kind: z.literal('ended'), end: replicaEndSchema }),
]);

const replicaSchema = z.strictObject({
  assigned: assignedSchema,
  wanted: z.enum(['running', 'stopped']),
  /** Starts after the first. */
  restarts: z.int().min(0),
  /** Ends in a row, each before the replica was stable. */
  failures: z.int().min(0),
  phase: replicaPhaseSchema,
});

export const replicaRecordSchema = z.strictObject({
  format: z.literal(1),
  replica: replicaSchema,
  /** Its own ports by name, kept over restarts. */
  ports: z.record(z.string(), z.int()),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;
export type AgentIdentity = z.infer<typeof agentIdentitySchema>;
export type Desired = z.infer<typeof desiredSchema>;
export type ReplicaEnd = z.infer<typeof replicaEndSchema>;
export type ReplicaPhase = z.infer<typeof replicaPhaseSchema>;
export type Replica = z.infer<typeof replicaSchema>;
export type ReplicaRecord = z.infer<typeof replicaRecordSchema>;
