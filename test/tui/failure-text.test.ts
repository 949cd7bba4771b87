import { expect, test } from 'vitest';
import { ProblemError } from '../../src/client/problem.ts';
import { type ErrorCode, OrionError } from '../../src/lib/errors.ts';
import { errorMeanings } from '../../src/protocol/error-meanings.ts';
import { failureText } from '../../tui/failure-text.ts';

const problem = (code: ErrorCode, detail: string, help: string): ProblemError =>
  new ProblemError({ type: '', title: '', status: 500, code, detail, help });

test('a refusal is told in words of the screen, and never in those that the API has for programs', () => {
  for (const [code, { help }] of Object.entries(errorMeanings)) {
    const text = failureText(problem(code as ErrorCode, 'What happened', help));
    expect(text).toMatch(/^What happened/);
    expect(text).not.toContain(help);
  }
  expect(
    failureText(problem('NO_QUORUM', 'Two of three are missing', 'Nothing was applied. Bring them.')),
  ).toBe('Two of three are missing. Nothing was applied. Who is there: :raft.');
});

test('what a later peer says, or nobody did, is told as it is', () => {
  expect(failureText(problem('TEAPOT' as ErrorCode, 'No coffee.', 'Take tea.'))).toBe('No coffee. Take tea.');
  expect(failureText(new OrionError('UNREACHABLE', 'No peer answered'))).toBe('No peer answered');
});
