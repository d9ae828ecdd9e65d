/**
 * The candidate that a misspelt word most likely meant, or undefined where none is near: at most one slip in three
 * letters, where a slip is a letter too many, missing, wrong, or swapped with its neighbour (optimal string alignment
 * distance). Case, hyphens and underscores do not count, so that 'downtime-limit' finds 'downtimeLimit'.
 *
 * @example
 * didYouMean('residnet', ['ram', 'resident'])       // => 'resident'
 * didYouMean('downtime-limit', ['downtimeLimit'])   // => 'downtimeLimit'
 * didYouMean('colour', ['ram', 'resident'])         // => undefined
 */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  // Longer words are no misspelling of a field, and the distance costs length squared.
  if (word.length > 40) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = slips(plain(word), plain(candidate));
    if (distance < bestDistance && distance <= Math.max(word.length, candidate.length) / 3) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/gu, '');
}

function slips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + wrong);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, beforeLast[j - 2]! + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
