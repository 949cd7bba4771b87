// The machine's processes, as far as an agent must know them: which one is which, what lives in a group.
//
// K1. A pid alone names nothing: start time and boot id tell a process from the next one with its pid.
// K2. A zombie is dead, even where nobody reaps it (a container whose pid 1 does not).
// K3. A group whose leader is gone is signalled only if one of its members carries the assignment's mark: the number
//     may belong to somebody else by now. Without /proc such a group is left alone.
// K4. What a replica started and what left its group (setsid: a program that goes into the background) is told by both
//     marks, since another cluster's agent on this machine may have an assignment of the same id.

import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import type { ProcessIdentity } from '../src/protocol/agent-directory.ts';

/** In the environment of each process that an agent starts, and of what that one starts in turn. */
export const agentMark = 'ORION_AGENT_ID';
export const assignmentMark = 'ORION_ASSIGNMENT_ID';

/** True where the kernel tells of its processes in files; without it orphans and leftover groups are not found. */
export const hasProc = fs.existsSync('/proc/self/stat');

/** What everything that was started for a replica has in its environment. */
export interface Marks {
  readonly agentId: string;
  readonly assignmentId: string;
}

const bootId = readOr('/proc/sys/kernel/random/boot_id').trim();

/** Who has this pid now (it may be a zombie); undefined when nobody has. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = hasProc ? readStat(pid)?.startTime : startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime, bootId };
}

/** True while exactly this process lives. */
export function isAlive(process: ProcessIdentity): boolean {
  if (process.bootId !== bootId) return false;
  if (!hasProc) return startTimeFromPs(process.pid) === process.startTime;
  const stat = readStat(process.pid);
  return stat !== undefined && stat.startTime === process.startTime && !stat.isZombie;
}

/** True while the process, another one of the group that it leads, or one that left that group (K4) lives. */
export function isGroupAlive(leader: ProcessIdentity, marks: Marks): boolean {
  return isAlive(leader) || hasMarkedMember(leader, marks) || strays(leader, marks).length > 0;
}

/** Signals the whole group, and what left it; nothing happens when all are gone. */
export function signalGroup(leader: ProcessIdentity, marks: Marks, signal: NodeJS.Signals): void {
  const left = strays(leader, marks);
  const group = isAlive(leader) || hasMarkedMember(leader, marks) ? [-leader.pid] : [];
  for (const target of [...group, ...left]) {
    try {
      process.kill(target, signal);
    } catch {
      // Gone in the meantime: that is what the signal was for.
    }
  }
}

/**
 * By assignment, the oldest process that this agent started for it and that leads a group. What it finds beyond the
 * records was started in the moment in which an earlier agent died.
 */
export function findStarted(agentId: string): Map<string, ProcessIdentity> {
  const found = new Map<string, ProcessIdentity>();
  for (const pid of pids()) {
    const stat = readStat(pid);
    if (stat === undefined || stat.isZombie || stat.group !== pid) continue;
    const environment = environmentOf(pid);
    if (!environment.includes(`${agentMark}=${agentId}`)) continue;
    const mark = environment.find((entry) => entry.startsWith(`${assignmentMark}=`));
    if (mark === undefined) continue;
    const assignmentId = mark.slice(assignmentMark.length + 1);
    const known = found.get(assignmentId);
    if (known !== undefined && Number(known.startTime) <= Number(stat.startTime)) continue;
    found.set(assignmentId, { pid, startTime: stat.startTime, bootId });
  }
  return found;
}

function hasMarkedMember(leader: ProcessIdentity, { assignmentId }: Marks): boolean {
  if (!hasProc || leader.bootId !== bootId || !groupAnswers(leader.pid)) return false;
  return pids().some((pid) => {
    const stat = readStat(pid);
    if (stat === undefined || stat.isZombie || stat.group !== leader.pid) return false;
    return environmentOf(pid).includes(`${assignmentMark}=${assignmentId}`);
  });
}

/** K4: the pids outside the group of `leader`. */
function strays(leader: ProcessIdentity, marks: Marks): number[] {
  return (markedPids().get(keyOf(marks)) ?? []).filter((pid) => {
    const stat = readStat(pid);
    return stat !== undefined && !stat.isZombie && stat.group !== leader.pid;
  });
}

let marked: ReadonlyMap<string, readonly number[]> | undefined;

/** Every pid by its marks, read once for all that is asked in one turn: many replicas may be stopped at once. */
function markedPids(): ReadonlyMap<string, readonly number[]> {
  if (marked !== undefined) return marked;
  const found = new Map<string, number[]>();
  for (const pid of pids()) {
    const environment = environmentOf(pid);
    const valueOf = (name: string): string | undefined =>
      environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
    const [agentId, assignmentId] = [valueOf(agentMark), valueOf(assignmentMark)];
    if (agentId === undefined || assignmentId === undefined) continue;
    const key = keyOf({ agentId, assignmentId });
    found.set(key, [...(found.get(key) ?? []), pid]);
  }
  setImmediate(() => (marked = undefined));
  marked = found;
  return found;
}

const keyOf = ({ agentId, assignmentId }: Marks): string => `${agentId} ${assignmentId}`;

const environmentOf = (pid: number): string[] => readOr(`/proc/${pid}/environ`).split('\0');

/** Cheap, and true for zombies, too: a reason to look closer. */
function groupAnswers(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function pids(): number[] {
  if (!hasProc) return [];
  return fs.readdirSync('/proc').map(Number).filter(Number.isInteger);
}

interface Stat {
  readonly isZombie: boolean;
  readonly group: number;
  readonly startTime: string;
}

/** proc(5), `/proc/PID/stat`: fields 3 (state), 5 (process group) and 22 (start time), after the name in brackets. */
function readStat(pid: number): Stat | undefined {
  const text = readOr(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return { isZombie: state === 'Z' || state === 'X', group: Number(fields[2]), startTime };
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A file that may be gone, or not ours to read, at any moment. */
function readOr(path: string): string {
  try {
    return fs.readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
