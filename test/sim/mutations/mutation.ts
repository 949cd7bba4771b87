// A known bug as a patch of a source file: what a careless author might have written, or somebody once did.
// The patch exists in memory only (rebuilt.ts): the sources on disk are never touched.

export interface Mutation {
  /** What is broken, as a sentence. */
  readonly name: string;
  /** Where the bug was found, or which rule it breaks: a public issue, a § of the dissertation, an R of raft.md. */
  readonly source: string;
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Each `find` occurs exactly once in the file: a patch that no longer fits fails the gate. */
  readonly edits: readonly { readonly find: string; readonly replace: string }[];
}

/** `text` with the edits made. Throws when one does not fit. */
export function applyEdits(text: string, mutation: Mutation): string {
  let patched = text;
  for (const { find, replace } of mutation.edits) {
    const parts = patched.split(find);
    if (parts.length !== 2) {
      const found = parts.length - 1;
      throw new Error(`"${mutation.name}" finds ${found} times in ${mutation.file}: ${find}`);
    }
    patched = parts.join(replace);
  }
  return patched;
}
