// Assertions: facts that only a bug can break. They stay on in production: a control plane that goes on
// after its own invariant broke can lose what it acknowledged; one that stops is replaced by its quorum.

class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws {@link AssertionError} unless `condition` holds. `fact` states what should have been true. */
export function assert(condition: boolean, fact: string): asserts condition {
  if (!condition) throw new AssertionError(`broken invariant: ${fact}`);
}

/** The end of a switch over a union: a variant that was forgotten does not compile. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable variant: ${JSON.stringify(value)}`);
}

/** The value, where only a bug could have made it absent. */
export function present<T>(value: T | undefined | null, fact: string): T {
  assert(value !== undefined && value !== null, fact);
  return value;
}
