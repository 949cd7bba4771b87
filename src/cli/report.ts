// What a failure looks like on standard error: what happened, every problem with its place, and the way out.

import { messageOf, OrionError, type Issue } from '../lib/errors.ts';
import { messageFor } from './remedies.ts';
import { printable } from './text.ts';

/** Several lines, without a trailing newline. A bug is shown with its stack: somebody has to find it. */
export function describeError(error: unknown): string {
  if (error instanceof OrionError) {
    // A message may tell its issues itself; nobody reads them twice.
    const message = messageFor(error);
    const issues = error.issues.filter((issue) => !message.includes(issue.message));
    return ['error: ' + lines(message), ...issues.map((issue) => `  ${describeIssue(issue)}`)].join('\n');
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return `error: internal failure, please report it\n${stack ?? messageOf(error)}`;
}

/** `spec.services[0].replicas: must be …`; with a `file`, in front of it `orion.yaml:12: `. */
export function describeIssue(issue: Issue, file?: string): string {
  const place =
    file === undefined ? lineText(issue) : `${file}${issue.line === undefined ? '' : `:${issue.line}`}`;
  return printable([place, issue.path, issue.message].filter((part) => part !== '').join(': '));
}

function lineText(issue: Issue): string {
  return issue.line === undefined ? '' : `line ${issue.line}`;
}

function lines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
