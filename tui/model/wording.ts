// Words and figures as every view writes them: states with their tones, ages, sizes, shares.

import type {
  AssignmentState,
  Assignment,
  Condition,
  NodeState,
  Service,
} from '../../src/protocol/objects.ts';
import { ageOf, bytesOf } from '../../src/cli/text.ts';
import type { Span, Tone } from './cells.ts';

const assignmentTones: Readonly<Record<AssignmentState, Tone>> = {
  pending: 'warn',
  starting: 'warn',
  running: 'good',
  stopping: 'dim',
  exited: 'dim',
  failed: 'bad',
  lost: 'bad',
};

const nodeTones: Readonly<Record<NodeState, Tone>> = { ready: 'good', unknown: 'warn', down: 'bad' };

export const stateSpan = (state: AssignmentState): Span => ({ text: state, tone: assignmentTones[state] });
export const nodeSpan = (state: NodeState): Span => ({ text: state, tone: nodeTones[state] });

/** `18,233` */
export const grouped = (value: number): string => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `34 %` */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `4 ms`, `1.2 s`; nothing for what is not known. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '-';
  if (ms >= 10_000) return `${Math.round(ms / 1_000)} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

export const age = (timestamp: string | undefined, nowMs: number): string =>
  timestamp === undefined ? '-' : ageOf(timestamp, nowMs);

export const ageSeconds = (timestamp: string | undefined, nowMs: number): number =>
  timestamp === undefined ? Number.MAX_SAFE_INTEGER : nowMs - Date.parse(timestamp);

/** `0.5/4` */
export const cores = (part: number, whole: number): string =>
  `${Number(part.toFixed(2))}/${Number(whole.toFixed(2))}`;

export const sizes = (part: number, whole: number): string => `${bytesOf(part)}/${bytesOf(whole)}`;

export const pairs = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** `restarts` of a replica: many are a warning. */
export const restartsSpan = ({ status }: Assignment): Span => ({
  text: String(status.restarts),
  tone: status.restarts > 0 ? 'warn' : 'plain',
});

/** How a service is: one word for its state, one line for what is wrong. */
export function serviceState({ spec, status }: Service): {
  readonly word: string;
  readonly tone: Tone;
  readonly why: string;
} {
  const wrong = firstWrong(status.conditions);
  const isWhole = status.ready >= status.desired && status.running <= status.desired;
  if (isWhole && wrong === undefined)
    return {
      word: spec.replicas === 0 ? 'off' : 'ready',
      tone: spec.replicas === 0 ? 'dim' : 'good',
      why: '',
    };
  const why = wrong?.message.split('\n')[0] ?? '';
  if (wrong !== undefined && status.ready === 0 && status.desired > 0)
    return { word: wrong.reason, tone: 'bad', why };
  return { word: wrong?.reason ?? 'rolling out', tone: 'warn', why };
}

/** The most telling condition that does not hold: no place, then what failed. */
function firstWrong(conditions: readonly Condition[]): Condition | undefined {
  for (const type of ['Placed', 'Progressing', 'Available']) {
    const found = conditions.find((one) => one.type === type && one.status === 'False');
    if (found !== undefined) return found;
  }
  return undefined;
}
