// What a peer's refusal says: its problem document as an error of ours.

import { OrionError } from '../lib/errors.ts';
import type { Problem } from '../protocol/api.ts';

/** What a peer answered. Its parts stand apart, too: what to do about it is said otherwise at a command line. */
export class ProblemError extends OrionError {
  /** What happened. */
  readonly detail: string;
  /** What to do about it, in words of the API; empty of a peer that says nothing of that. */
  readonly help: string;
  /** Path under which it is told what became of it, where the outcome is not known. */
  readonly operation: string | undefined;

  constructor(problem: Problem) {
    super(problem.code, sentences(problem), { issues: problem.errors ?? [] });
    this.detail = problem.detail;
    this.help = problem.help ?? '';
    this.operation = problem.operation;
  }
}

/** The error that a peer's answer stands for. */
export function problemError(status: number, body: string): OrionError {
  const problem = parsedProblem(body);
  if (problem === undefined)
    return new OrionError('INTERNAL', `This is no answer of orion: status ${status}.`);
  return new ProblemError(problem);
}

/** What happened, what to do about it, and where to ask later, as one text. A peer of another version may know no help. */
function sentences({ detail, help, operation }: Problem): string {
  const parts = [detail, help, operation === undefined ? undefined : `Ask later: GET ${operation}`];
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part, i, all) => (i === all.length - 1 || /[.!?]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ');
}

/** The problem document in `body`; undefined when it is none. */
export function parsedProblem(body: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || !('code' in value)) return undefined;
    return typeof value.code === 'string' ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}
