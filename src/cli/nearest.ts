// What somebody may have meant who mistyped a word.

/** The one of `words` that is fewest edits away from `text`, if that is at most a third of its letters; ties: the first. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const wanted = text.toLowerCase();
  let best: { word: string; edits: number } | undefined;
  for (const word of words) {
    const edits = word.startsWith(wanted) && wanted.length >= 2 ? 0.5 : editsBetween(wanted, word);
    if (best === undefined || edits < best.edits) best = { word, edits };
  }
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  return best !== undefined && best.edits <= allowed ? best.word : undefined;
}

/** `; did you mean "services"?`, or nothing. */
export function didYouMean(text: string, words: readonly string[]): string {
  const word = nearest(text, words);
  return word === undefined ? '' : `; did you mean "${word}"?`;
}

/** Letters to insert, delete or replace, or neighbours to swap, to make `b` of `a` (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let edits = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      }
      row.push(edits);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
