/** Longer words are nobody's slip of the pen, and comparing costs the product of both lengths. */
const MAX_LENGTH = 64;

/** The word of a list that is nearest to another, where one is near enough to have been meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const meant = bare(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(meant.length / 3)) + 1;
  for (const candidate of words) {
    const distance = editDistance(meant, bare(candidate));
    if (distance < bestDistance && distance < meant.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `user_pools`, `user-pools` and `UserPools` are one word to whoever writes them. */
function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Edits from one word to another: a letter put in, left out or changed, or two neighbours that changed places. */
function editDistance(a: string, b: string): number {
  let above: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(above, j - 2) + 1 : changed;
      next.push(Math.min(changed, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    above = row;
    row = next;
  }
  return at(row, b.length);
}

function at(row: readonly number[], i: number): number {
  return row[i] ?? Number.POSITIVE_INFINITY;
}
