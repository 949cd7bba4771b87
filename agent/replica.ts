// One replica, from its first start to its end: a function of what happened to what to do next. No clock, no process.
//
//   new ─▶ launching ─▶ starting ─▶ running ─▶ (its end) ─▶ waiting ─▶ launching …   as the policy says
//                └────────────────────┴─▶ stopping ─▶ ended                          when it is not wanted
//
// S1. An end that was asked for is STOPPED and never a failure: nothing restarts it.
// S2. At most one process: `launching` is entered only when the last one and its whole group are gone or killed.
// S3. Back-off grows with failures in a row; a replica that stays up for `stableMs` begins anew.
// S4. While `launching` it cannot be stopped: its process may exist already. It is stopped when that is known.
// S5. The kernel's word of an end may come late, when the next process lives: it counts for its own process alone.

import { unreachable } from '../src/lib/assert.ts';
import type { Assigned } from '../src/protocol/agent.ts';
import type { ProcessIdentity, Replica, ReplicaEnd, ReplicaPhase } from '../src/protocol/agent-directory.ts';

export interface ReplicaTiming {
  /** A process that lives this long runs. */
  readonly aliveMs: number;
  /** A process that lives this long is stable; above `aliveMs`. */
  readonly stableMs: number;
}

/** How a process ended; without a code, nobody saw it. */
interface Exit {
  /** 128 + number for a signal, as shells have it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The last lines that it wrote. */
  readonly lastLines: string;
}

export type ReplicaInput =
  | { readonly kind: 'want'; readonly wanted: 'running' | 'stopped' }
  /** After the agent's own start: the process that was found, if any. */
  | {
      readonly kind: 'restored';
      readonly process: ProcessIdentity | undefined;
      readonly startedAt: string;
      readonly lastLines: string;
    }
  | { readonly kind: 'launched'; readonly process: ProcessIdentity; readonly startedAt: string }
  | { readonly kind: 'launchFailed'; readonly reason: string; readonly message: string }
  | { readonly kind: 'exited'; readonly process: ProcessIdentity; readonly exit: Exit }
  /** After `stopping`: nothing of its group is left. */
  | { readonly kind: 'groupGone' }
  | { readonly kind: 'wake' };

export type ReplicaEffect =
  | { readonly kind: 'launch' }
  | { readonly kind: 'signal'; readonly process: ProcessIdentity; readonly signal: NodeJS.Signals }
  /** Input `wake` after so long; a change of phase cancels it. */
  | { readonly kind: 'wakeAfter'; readonly delayMs: number }
  /** The same, with the back-off of the so-maniest failure in a row, from 0. */
  | { readonly kind: 'retry'; readonly attempt: number };

export interface Step {
  readonly replica: Replica;
  readonly effects: readonly ReplicaEffect[];
}

type Live = Extract<ReplicaPhase, { kind: 'starting' | 'running' | 'stopping' }>;

export function newReplica(assigned: Assigned): Replica {
  return { assigned, wanted: assigned.desired, restarts: 0, failures: 0, phase: { kind: 'new' } };
}

export function step(replica: Replica, input: ReplicaInput, timing: ReplicaTiming): Step {
  switch (input.kind) {
    case 'want':
      return onWant(input.wanted === replica.wanted ? replica : { ...replica, wanted: input.wanted });
    case 'restored':
      return onRestored(replica, input, timing);
    case 'launched':
      return onLaunched(replica, input, timing);
    case 'launchFailed':
      return settle(replica, { state: 'failed', reason: input.reason, message: input.message });
    case 'exited':
      return isOf(replica.phase, input.process) ? onExited(replica, input.exit) : stay(replica); // S5
    case 'groupGone':
      return onGroupGone(replica);
    case 'wake':
      return onWake(replica, timing);
    default:
      return unreachable(input);
  }
}

/** The process that a replica has now, if its phase knows of one. */
export function processOf(phase: ReplicaPhase): Live | undefined {
  return phase.kind === 'starting' || phase.kind === 'running' || phase.kind === 'stopping'
    ? phase
    : undefined;
}

function isOf(phase: ReplicaPhase, { pid, startTime }: ProcessIdentity): boolean {
  const live = processOf(phase);
  return live !== undefined && live.process.pid === pid && live.process.startTime === startTime;
}

function onWant(replica: Replica): Step {
  const { phase, wanted } = replica;
  switch (phase.kind) {
    case 'new':
      return wanted === 'running' ? launch(replica) : end(replica, stopped(undefined));
    case 'starting':
    case 'running':
      return wanted === 'running' ? stay(replica) : stop(replica, phase);
    case 'waiting':
      return wanted === 'running' ? stay(replica) : end(replica, stopped(phase.end.exitCode));
    case 'ended':
      return wanted === 'running' && phase.end.reason === 'STOPPED' ? launch(replica) : stay(replica);
    case 'launching': // S4
    case 'stopping':
      return stay(replica);
    default:
      return unreachable(phase);
  }
}

function onRestored(
  replica: Replica,
  found: Extract<ReplicaInput, { kind: 'restored' }>,
  timing: ReplicaTiming,
): Step {
  const { phase } = replica;
  switch (phase.kind) {
    case 'new':
    case 'launching':
      if (found.process === undefined) return onWant({ ...replica, phase: { kind: 'new' } });
      return adopt(replica, { process: found.process, startedAt: found.startedAt }, timing);
    case 'starting':
    case 'running':
      if (found.process !== undefined) return adopt(replica, phase, timing);
      return onExited(replica, { code: undefined, signal: undefined, lastLines: found.lastLines });
    case 'stopping':
      return stop(replica, phase);
    case 'waiting':
      return replica.wanted === 'stopped'
        ? onWant(replica)
        : { replica, effects: [{ kind: 'retry', attempt: replica.failures - 1 }] };
    case 'ended':
      return onWant(replica);
    default:
      return unreachable(phase);
  }
}

function adopt(
  replica: Replica,
  { process, startedAt }: Pick<Live, 'process' | 'startedAt'>,
  timing: ReplicaTiming,
): Step {
  const running: Live = { kind: 'running', process, startedAt };
  if (replica.wanted === 'stopped') return stop(replica, running);
  return {
    replica: { ...replica, phase: running },
    effects: [{ kind: 'wakeAfter', delayMs: timing.stableMs }],
  };
}

function onLaunched(
  replica: Replica,
  { process, startedAt }: Extract<ReplicaInput, { kind: 'launched' }>,
  timing: ReplicaTiming,
): Step {
  const starting: Live = { kind: 'starting', process, startedAt };
  if (replica.wanted === 'stopped') return stop(replica, starting); // S4
  return {
    replica: { ...replica, phase: starting },
    effects: [{ kind: 'wakeAfter', delayMs: timing.aliveMs }],
  };
}

function onExited(replica: Replica, exit: Exit): Step {
  const { phase } = replica;
  if (phase.kind === 'stopping') return stay({ ...replica, phase: { ...phase, exitCode: exit.code } });
  if (phase.kind !== 'starting' && phase.kind !== 'running') return stay(replica);
  const settled = settle(replica, endOf(exit));
  // S2: what its group still holds (its ports, above all) goes with it.
  return {
    ...settled,
    effects: [{ kind: 'signal', process: phase.process, signal: 'SIGKILL' }, ...settled.effects],
  };
}

function onGroupGone(replica: Replica): Step {
  if (replica.phase.kind !== 'stopping') return stay(replica);
  if (replica.wanted === 'running') return launch(replica);
  return end(replica, stopped(replica.phase.exitCode));
}

function onWake(replica: Replica, timing: ReplicaTiming): Step {
  const { phase } = replica;
  switch (phase.kind) {
    case 'starting':
      return {
        replica: { ...replica, phase: { ...phase, kind: 'running' } },
        effects: [{ kind: 'wakeAfter', delayMs: timing.stableMs - timing.aliveMs }],
      };
    case 'running':
      // S3. One that never failed stays the same object: nothing of it is written again.
      return stay(replica.failures === 0 ? replica : { ...replica, failures: 0 });
    case 'stopping':
      return { replica, effects: [{ kind: 'signal', process: phase.process, signal: 'SIGKILL' }] };
    case 'waiting':
      return launch({ ...replica, restarts: replica.restarts + 1 });
    case 'new':
    case 'launching':
    case 'ended':
      return stay(replica);
    default:
      return unreachable(phase);
  }
}

/** Its end was not asked for: the policy decides whether another start follows. */
function settle(replica: Replica, ended: ReplicaEnd): Step {
  if (replica.wanted === 'stopped') return end(replica, stopped(ended.exitCode)); // S1
  const policy = replica.assigned.workload.restart;
  const again = policy === 'always' || (policy === 'on-failure' && ended.state === 'failed');
  if (!again) return end(replica, ended);
  // Exit code 0 again and again is no way to run always: a program that went into the background, or has nothing to do.
  const isOwnEnd = ['CRASHED', 'EXIT_UNKNOWN', 'COMPLETED'].includes(ended.reason);
  const waitsFor: ReplicaEnd =
    isOwnEnd && replica.failures > 0 ? { ...ended, state: 'failed', reason: 'CRASH_LOOP' } : ended;
  return {
    replica: {
      ...replica,
      failures: replica.failures + 1,
      phase: { kind: 'waiting', end: waitsFor },
    },
    effects: [{ kind: 'retry', attempt: replica.failures }],
  };
}

function stop(replica: Replica, { process, startedAt }: Live): Step {
  const { signal, graceSeconds } = replica.assigned.workload.stop;
  return {
    replica: { ...replica, phase: { kind: 'stopping', process, startedAt } },
    effects: [
      { kind: 'signal', process, signal },
      { kind: 'wakeAfter', delayMs: graceSeconds * 1_000 },
    ],
  };
}

function endOf({ code, signal, lastLines }: Exit): ReplicaEnd {
  const wrote = lastLines === '' ? '' : `; it wrote last:\n${lastLines}`;
  if (code === undefined) {
    const message = `it ended while no agent was there to see how${wrote}`;
    return { state: 'failed', reason: 'EXIT_UNKNOWN', message };
  }
  const how = signal === undefined ? `exited with code ${code}` : `killed by ${signal}`;
  if (code === 0) return { state: 'exited', reason: 'COMPLETED', exitCode: code, message: `${how}${wrote}` };
  return { state: 'failed', reason: 'CRASHED', exitCode: code, message: `${how}${wrote}` };
}

const stopped = (exitCode: number | undefined): ReplicaEnd => ({
  state: 'exited',
  reason: 'STOPPED',
  ...(exitCode === undefined ? {} : { exitCode }),
});

const stay = (replica: Replica): Step => ({ replica, effects: [] });

const launch = (replica: Replica): Step => ({
  replica: { ...replica, phase: { kind: 'launching' } },
  effects: [{ kind: 'launch' }],
});

const end = (replica: Replica, ended: ReplicaEnd): Step => ({
  replica: { ...replica, phase: { kind: 'ended', end: ended } },
  effects: [],
});
