// What a replica looks like from outside: its status report, made of its phase and nothing else.
// Sequences rise over the starts of an agent: the number of the start is their upper part.

import { limits } from '../src/lib/limits.ts';
import { unreachable } from '../src/lib/assert.ts';
import type { AgentUp } from '../src/protocol/agent.ts';
import type { Replica } from '../src/protocol/agent-directory.ts';

export type Status = Extract<AgentUp, { type: 'status' }>;

/** Reports that one start can number: starts stay below 2^25 for decades, and sequences below 2^53. */
const reportsPerStart = 2 ** 24;

/** Numbers the reports of one start of the agent. */
export function createSequence(start: number): () => number {
  let last = start * reportsPerStart;
  return () => (last += 1);
}

export function statusOf(
  replica: Replica,
  ports: Readonly<Record<string, number>>,
  sequence: number,
): Status {
  const { phase, assigned, restarts } = replica;
  const common = {
    type: 'status',
    assignmentId: assigned.assignmentId,
    sequence,
    ports: { ...ports },
    restarts,
  } as const;
  switch (phase.kind) {
    case 'new':
    case 'launching':
      return { ...common, state: 'starting' };
    case 'starting':
    case 'running':
    case 'stopping':
      return { ...common, state: phase.kind, pid: phase.process.pid, startedAt: phase.startedAt };
    case 'waiting':
    case 'ended': {
      const { message, ...end } = phase.end;
      return { ...common, ...end, ...(message === undefined ? {} : { message: shorten(message) }) };
    }
    default:
      return unreachable(phase);
  }
}

/** Keeps how it ended, and of what it wrote the end. */
function shorten(message: string): string {
  if (message.length <= limits.agentReportChars) return message;
  const head = message.slice(0, message.indexOf('\n') + 1).slice(0, limits.agentReportChars / 2);
  return `${head}…${message.slice(head.length + 1 - limits.agentReportChars)}`;
}
