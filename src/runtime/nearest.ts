// What a misspelt name was probably meant to be: the nearest of the known ones, by the edits that
// lead from one to the other. For messages to people; nothing is ever taken in its place.

/** At most this share of a name may be wrong, or it is another word altogether. */
const WRONG_SHARE_MAX = 0.4;

/** Levenshtein's distance, letters' case aside. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const replaced = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** undefined where none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of known) {
    const away = distance(name.toLowerCase(), each.toLowerCase());
    if (away < least) {
      least = away;
      best = each;
    }
  }
  return least <= Math.max(2, name.length * WRONG_SHARE_MAX) ? best : undefined;
}
